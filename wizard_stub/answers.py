"""What `keyferry-wizard … --json` answers: names that other programs rely on, so they only grow.

Dates are `YYYY-MM-DD` or null.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from keyferry.protocol.claims import Claims
from keyferry.protocol.openings import Level
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.errors import WizardError
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.notices import Notice
from keyferry.wizard.qr import ScanCode
from keyferry.wizard.results import Begun, Completed, Done, LicenseState, Released, Status

Answer = dict[str, object]

_STATUS = {
    LicenseState.ACTIVE: "valid",
    LicenseState.PENDING: "not_activated",
    LicenseState.RETIRED_EPOCH: "not_activated",
}


def of_request(begun: Begun, code: ScanCode, profile: WizardProfile) -> Answer:
    """Answer `request`."""
    return {
        **_grant(begun, profile),
        "renewal": begun.renewal,
        "scanned_computer_id": begun.scanned_id.text,
        "url": begun.url,
        "qr_version": code.version,
        "set_aside": str(begun.set_aside) if begun.set_aside else None,
        "may_replace_another_account": begun.may_replace_account,
        "warnings": _warnings(begun.warnings),
    }


def of_activation(completed: Completed, profile: WizardProfile) -> Answer:
    """Answer `activate`."""
    return {
        "status": "valid",
        **_grant(completed, profile),
        **_claims(completed.claims, completed.features),
        "computer_key": completed.computer_key,
        "repaired": [asdict(correction) for correction in completed.corrections],
        "replaced_activation_key": completed.replaced.text if completed.replaced else None,
        "warnings": _warnings(completed.warnings, completed.notices),
    }


def of_status(status: Status, profile: WizardProfile) -> Answer:
    """Answer `status`; if the application may not run, `code` and `message` say why.

    `pending` says that a key for another computer ID was requested and not typed yet, whether or not a
    license is in use. A renewal asks under the present computer ID, and leaves nothing pending.
    """
    refused = status.state is not LicenseState.ACTIVE
    return {
        "status": _STATUS.get(status.state, status.state.value),
        "pending": status.pending,
        "activation_key": status.activation_key.text if status.activation_key else None,
        "computer_id": status.computer_id.text if status.computer_id else None,
        "computer_name": status.computer_name,
        **_product(profile),
        **_claims(status.claims, status.features),
        "warning": status.not_remembered,
        "warnings": _warnings(status.warnings, status.notices, status.hindrance),
        **({"code": code_of(status.state), "message": status.message} if refused else {}),
    }


def of_release(released: Released, code: ScanCode, profile: WizardProfile) -> Answer:
    """Answer `deactivate` and `show-code`; `codes` are all of the activation key, the first one included."""
    return {
        **_grant(released, profile),
        "deactivation_code": released.code.text,
        "codes": [
            {
                "computer_id": code.computer_id.text,
                "deactivation_code": code.code.text,
                "proves": code.level is Level.PROOF,
            }
            for code in released.codes
        ],
        "other_activation_keys": [key.text for key in released.other_keys],
        "url": released.url,
        "qr_version": code.version,
        "warnings": _warnings(released.warnings),
    }


def code_of(state: LicenseState) -> str:
    """Return the stable code of a state in which the application may not run."""
    codes = {
        LicenseState.PENDING: "not_activated",
        LicenseState.EXPIRED: "license_expired",
        LicenseState.DAMAGED: "state_damaged",
    }
    return codes.get(state, state.value)


def _grant(result: Done, profile: WizardProfile) -> Answer:
    return {
        "activation_key": result.activation_key.text,
        "computer_id": result.computer_id.text,
        "computer_name": result.computer_name,
        **_product(profile),
    }


def _product(profile: WizardProfile) -> Answer:
    return {"product": profile.product_code, "product_name": profile.product_name}


def _claims(claims: Claims | None, features: tuple[str, ...]) -> Answer:
    return {
        "features": list(features),
        "expires": _day(claims.expires if claims else None),
        "issued": _day(claims.issued if claims else None),
    }


def _warnings(
    lacking: tuple[Lacking, ...],
    notices: tuple[Notice, ...] = (),
    hindrance: WizardError | None = None,
) -> list[Answer]:
    found: list[Answer] = [{"code": warning.value, "message": warning.message} for warning in lacking]
    found += [{"code": notice.code.value, "message": notice.message} for notice in notices]
    return [*found, {"code": hindrance.code, "message": str(hindrance)}] if hindrance else found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""The JSON form of a state, a part of the protocol; reading raises ValueError, TypeError or KeyError."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import SECRET_BYTES
from keyferry.protocol.keys import FINGERPRINT_BITS
from keyferry.protocol.openings import Level
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.grants import LINE_BITS, Carried, GivenUp, Grant, Line
from keyferry.wizard.state import State, StoredLicense

VERSION = 1

T = TypeVar("T")

_LEVELS = {Level.PROOF: "proof", Level.CLAIM: "claim", Level.CONTINUATION: "continuation"}
_NAMED = {name: level for level, name in _LEVELS.items()}


def to_json(state: State) -> dict[str, object]:
    """Return the object that is sealed; `version` stands first."""
    return {
        "version": VERSION,
        "product_number": state.product_number,
        "fingerprint": f"{state.fingerprint:010x}",
        "anchor_place": state.anchor_place,
        "license": _license_to_json(state.license) if state.license else None,
        "kept": [_grant_to_json(grant) for grant in state.kept],
        "given_up": [_given_up_to_json(given) for given in state.given_up],
        "latest_seen": _moment_to_json(state.latest_seen),
    }


def from_json(value: object, profile: WizardProfile) -> State:
    """Read a sealed object for a product."""
    data = _of(dict, value)
    if data["version"] != VERSION or data["product_number"] != profile.product_number:
        raise ValueError("another version or product")
    return State(
        product_number=profile.product_number,
        fingerprint=_number(data["fingerprint"], FINGERPRINT_BITS),
        anchor_place=_or_none(_text, data["anchor_place"]),
        license=_or_none(partial(_license_from_json, profile), data["license"]),
        kept=tuple(_grant_from_json(profile, grant) for grant in _of(list, data["kept"])),
        given_up=tuple(_given_up_from_json(profile, given) for given in _of(list, data["given_up"])),
        latest_seen=_or_none(_moment, data["latest_seen"]),
    )


def _license_to_json(stored: StoredLicense) -> dict[str, object]:
    return {
        **_grant_to_json(stored.grant),
        "computer_key": stored.computer_key,
        "license_file": stored.license_file,
    }


def _given_up_to_json(given: GivenUp) -> dict[str, object]:
    return {**_grant_to_json(given.grant), "level": _LEVELS[given.level], "in_use": given.in_use}


def _grant_to_json(grant: Grant) -> dict[str, object]:
    return {
        "activation_key": grant.activation_key.text,
        "epoch": grant.epoch,
        "secret": grant.secret.hex(),
        "line": f"{grant.line.digest:016x}",
        "anchor": None if grant.line.anchor is None else f"{grant.line.anchor:016x}",
        "number": grant.number,
        "computer_name": grant.computer_name,
        "wrong_time": _moment_to_json(grant.wrong_time),
        "instead": grant.instead,
        "carries": [_carried_to_json(carried) for carried in grant.carries],
    }


def _carried_to_json(carried: Carried) -> dict[str, object]:
    return {
        "level": _LEVELS[carried.level],
        "activation_key": carried.activation_key.text,
        "epoch": carried.epoch,
        "secret": carried.secret.hex(),
    }


def _moment_to_json(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _license_from_json(profile: WizardProfile, value: object) -> StoredLicense:
    data = _of(dict, value)
    key, file = (_or_none(_text, data[name]) for name in ("computer_key", "license_file"))
    if (key is None) == (file is None):
        raise ValueError("a license is proved by one thing")
    return StoredLicense(_grant_from_json(profile, data), computer_key=key, license_file=file)


def _given_up_from_json(profile: WizardProfile, value: object) -> GivenUp:
    data = _of(dict, value)
    level = _NAMED[_text(data["level"])]
    if level is Level.CONTINUATION:
        raise ValueError("what was given up has a code")
    return GivenUp(_grant_from_json(profile, data), level, in_use=_flag(data["in_use"]))


def _grant_from_json(profile: WizardProfile, value: object) -> Grant:
    data = _of(dict, value)
    carries = tuple(_carried_from_json(profile, carried) for carried in _of(list, data["carries"]))
    return Grant(
        activation_key=ActivationKey.from_text(_text(data["activation_key"])),
        epoch=_epoch(profile, data["epoch"]),
        secret=_secret_bytes(data["secret"]),
        line=Line(
            _number(data["line"], LINE_BITS),
            _or_none(partial(_number, bits=LINE_BITS), data["anchor"]),
        ),
        number=_of(int, data["number"]),
        computer_name=_or_none(_text, data["computer_name"]),
        wrong_time=_or_none(_moment, data["wrong_time"]),
        instead=_flag(data["instead"]),
        carries=carries,
    )


def _carried_from_json(profile: WizardProfile, value: object) -> Carried:
    data = _of(dict, value)
    return Carried(
        _NAMED[_text(data["level"])],
        ActivationKey.from_text(_text(data["activation_key"])),
        _epoch(profile, data["epoch"]),
        secret=_secret_bytes(data["secret"]),
    )


def _epoch(profile: WizardProfile, value: object) -> int:
    epoch = _of(int, value)
    if profile.epoch(epoch) is None:
        raise ValueError("an unknown epoch")
    return epoch


def _secret_bytes(value: object) -> bytes:
    secret = bytes.fromhex(_text(value))
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret of another length")
    return secret


def _number(value: object, bits: int) -> int:
    text = _text(value)
    number = int(text, 16)
    if text != f"{number:0{bits // 4}x}" or number >> bits:
        raise ValueError("a number of another form")
    return number


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(_text(value)).astimezone(UTC)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it is neither true nor false")
    return value


def _text(value: object) -> str:
    return _of(str, value)


def _or_none(read: Callable[[object], T], value: object) -> T | None:
    return None if value is None else read(value)


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"it is no {kind.__name__}")
    return value

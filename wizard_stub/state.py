"""What the wizard remembers, as one JSON file that is verified before it is parsed.

The file is `{"epoch":E,"mac":"…","state":{"version":V,…}}`. The MAC, under a key derived from the application
secret of epoch E, covers every byte of the inner object, so a file that was edited, cut short, or belongs to
another product is noticed. Someone who takes the application apart can find that key; the anchor and
the commitment in the computer ID still protect the state then.

E is the newest epoch that a grant in the state names, not the profile's newest: a newer version of the
application that merely looks leaves a state that the version before it still reads. A retired epoch seals
nothing new; the next one that is not retired takes its place.

What stays in every later version, so that an older one can distinguish a newer state from a damaged one: the
name of the file, and its beginning up to V, with E and V as decimal numbers and no quotation mark in the MAC.
A form that earlier versions cannot read gets a higher V. Everything after V may change, and the length.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import SECRET_BYTES
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.keys import FINGERPRINT_BITS, FIRST_EPOCH, derive_key, mac, product_digest
from keyferry.protocol.profile import ProfileEpoch, WizardProfile
from keyferry.wizard.errors import StateDamaged, StateNewer

T = TypeVar("T")

VERSION = 1
LARGEST_FILE = 256 * 1024
# Enough for anyone who moves licenses by hand; it bounds the file.
MOST_TOMBSTONES = 64

_HEAD = re.compile(
    rb'\{"epoch":([1-9][0-9]{0,8}),"mac":"[^"]{1,1024}","state":\{"version":([1-9][0-9]{0,8})[,}]'
)
_ENVELOPE = re.compile(rb'\{"epoch":([1-9][0-9]?),"mac":"([0-9a-f]{64})","state":(\{.*\})\}\n', re.DOTALL)


@dataclass(frozen=True)
class Grant:
    """One activation, begun or complete: the input of its computer ID and deactivation verification code."""

    activation_key: ActivationKey
    epoch: int
    secret: bytes = field(repr=False)
    generation: int
    computer_name: str | None
    wrong_time: datetime | None = None
    """The latest time seen when this was begun, if the clock was far behind it: its key may correct that."""


@dataclass(frozen=True)
class StoredLicense:
    """A grant with what proves it: a canonical computer key or, instead, the text of a license file."""

    grant: Grant
    computer_key: str | None = field(default=None, repr=False)
    license_file: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class State:
    """The whole state of one product in one folder; `released` holds what was given up, the newest last."""

    product_number: int
    fingerprint: int
    license: StoredLicense | None = None
    pending: Grant | None = None
    released: tuple[Grant, ...] = ()
    latest_seen: datetime | None = None

    @property
    def held(self) -> tuple[Grant, ...]:
        """Return what is not given up: the grant in use, then the pending one."""
        grants = (self.license and self.license.grant, self.pending)
        return tuple(grant for grant in grants if grant)

    @property
    def generation(self) -> int:
        """Return the lowest generation that the anchor must hold by what this state has done."""
        done = [grant.generation + 1 for grant in self.released]
        return max([*done, self.license.grant.generation if self.license else 0])

    @property
    def computer_name(self) -> str | None:
        """Return the name that was given last: asked for once, it need not be given again."""
        newest = (*reversed(self.held), *reversed(self.released))
        return next((grant.computer_name for grant in newest if grant.computer_name), None)

    def with_tombstone(self, grant: Grant) -> State:
        """Return this state with a grant added to what was given up."""
        return replace(self, released=(*self.released, grant)[-MOST_TOMBSTONES:])


def encode_state(state: State, profile: WizardProfile) -> bytes:
    """Write a state as the bytes of its file, sealed under the newest epoch that its grants name."""
    content = json.dumps(_to_json(state), separators=(",", ":"), ensure_ascii=True).encode("ascii")
    epoch = _sealing_epoch(state, profile)
    return b'{"epoch":%d,"mac":"%s","state":%s}\n' % (epoch.number, _mac(content, profile, epoch), content)


def decode_state(data: bytes, profile: WizardProfile) -> State:
    """Verify and read the bytes of a file; raises StateNewer, or StateDamaged with the reason."""
    _refuse_newer(data, profile)
    if len(data) > LARGEST_FILE:
        raise StateDamaged("The stored state is far too long.", detail="not_whole")
    found = _ENVELOPE.fullmatch(data)
    if found is None:
        raise StateDamaged("The stored state is incomplete: it was edited or cut short.", detail="not_whole")
    epoch = int(found[1])
    known = profile.epoch(epoch)
    if known is None:
        raise StateDamaged(
            f"The stored state was written with key epoch {epoch}, which this application doesn't know.",
            detail="unknown_epoch",
        )
    if not hmac.compare_digest(_mac(found[3], profile, known), found[2]):
        raise StateDamaged(
            "The stored state doesn't match its seal: it was edited, or it belongs to another product.",
            detail="wrong_seal",
        )
    try:
        return _from_json(json.loads(found[3]), profile)
    except (KeyError, TypeError, ValueError, ProtocolError) as error:
        raise StateDamaged(
            "The stored state has a format that this application doesn't know.", detail="unknown_form"
        ) from error


def _sealing_epoch(state: State, profile: WizardProfile) -> ProfileEpoch:
    newest = max((grant.epoch for grant in (*state.held, *state.released)), default=FIRST_EPOCH)
    fit = (epoch for epoch in profile.epochs if epoch.number >= newest and not epoch.retired)
    return next(fit, profile.current_epoch)


def _refuse_newer(data: bytes, profile: WizardProfile) -> None:
    # Before the seal, which may be made differently by then.
    head = _HEAD.match(data)
    if head and (int(head[2]) > VERSION or int(head[1]) > profile.current_epoch.number):
        raise StateNewer(
            "The license here was saved by a newer version of the application. "
            "Start that version, or install it. Nothing was changed."
        )


def _mac(content: bytes, profile: WizardProfile, epoch: ProfileEpoch) -> bytes:
    key = derive_key(epoch.application_secret, "wizard state")
    product, number = product_digest(profile.product_code), bytes([epoch.number])
    return mac(key, "wizard state", product, number, content).hex().encode("ascii")


def _to_json(state: State) -> dict[str, object]:
    return {
        "version": VERSION,
        "product_number": state.product_number,
        "fingerprint": f"{state.fingerprint:010x}",
        "license": _license_to_json(state.license) if state.license else None,
        "pending": _grant_to_json(state.pending) if state.pending else None,
        "released": [_grant_to_json(grant) for grant in state.released],
        "latest_seen": _moment_to_json(state.latest_seen),
    }


def _license_to_json(stored: StoredLicense) -> dict[str, object]:
    return {
        **_grant_to_json(stored.grant),
        "computer_key": stored.computer_key,
        "license_file": stored.license_file,
    }


def _grant_to_json(grant: Grant) -> dict[str, object]:
    return {
        "activation_key": grant.activation_key.text,
        "epoch": grant.epoch,
        "secret": grant.secret.hex(),
        "generation": grant.generation,
        "computer_name": grant.computer_name,
        "wrong_time": _moment_to_json(grant.wrong_time),
    }


def _moment_to_json(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _from_json(data: dict[str, object], profile: WizardProfile) -> State:
    if data["version"] != VERSION or data["product_number"] != profile.product_number:
        raise ValueError("another version or product")
    fingerprint = int(_text(data["fingerprint"]), 16)
    if fingerprint >> FINGERPRINT_BITS:
        raise ValueError("a fingerprint is too long")
    return State(
        product_number=profile.product_number,
        fingerprint=fingerprint,
        license=_or_none(partial(_license_from_json, profile), data["license"]),
        pending=_or_none(partial(_grant_from_json, profile), data["pending"]),
        released=tuple(_grant_from_json(profile, grant) for grant in _of(list, data["released"])),
        latest_seen=_or_none(_moment, data["latest_seen"]),
    )


def _license_from_json(profile: WizardProfile, value: object) -> StoredLicense:
    data = _of(dict, value)
    key, file = (_or_none(_text, data[name]) for name in ("computer_key", "license_file"))
    if (key is None) == (file is None):
        raise ValueError("a license is proved by one thing")
    return StoredLicense(_grant_from_json(profile, data), computer_key=key, license_file=file)


def _grant_from_json(profile: WizardProfile, value: object) -> Grant:
    data = _of(dict, value)
    secret, epoch = bytes.fromhex(_text(data["secret"])), _of(int, data["epoch"])
    if len(secret) != SECRET_BYTES or profile.epoch(epoch) is None:
        raise ValueError("a secret of another length, or an unknown epoch")
    return Grant(
        activation_key=ActivationKey.from_text(_text(data["activation_key"])),
        epoch=epoch,
        secret=secret,
        generation=_of(int, data["generation"]),
        computer_name=_or_none(_text, data["computer_name"]),
        wrong_time=_or_none(_moment, data["wrong_time"]),
    )


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(_text(value)).astimezone(UTC)


def _text(value: object) -> str:
    return _of(str, value)


def _or_none(read: Callable[[object], T], value: object) -> T | None:
    return None if value is None else read(value)


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"it is no {kind.__name__}")
    return value

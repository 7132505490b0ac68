"""The state as one JSON file under a seal, which is verified before anything is parsed.

The file is `{"epoch":E,"mac":"…","state":{"version":V,…}}`. The MAC, under a key derived from the application
secret of epoch E, covers every byte of the inner object, so a file that was edited, cut short, or belongs to
another product is noticed. Someone who takes the application apart can find that key; the anchor and
the commitment in the computer ID still protect the state then.

E is the newest epoch that a grant in the state names, not the profile's newest: a newer version of the
application that merely looks leaves a state that the version before it still reads. A retired epoch seals
nothing new; the next one that is not retired takes its place. A seal below an epoch that a grant names is
refused: so whoever holds a retired secret cannot seal what was made after it.

What stays in every later version, so that an older one can distinguish a newer state from a damaged one: the
name of the file, and its beginning up to V, with E and V as decimal numbers and no quotation mark in the MAC.
A form that earlier versions cannot read gets a higher V. Everything after V may change, and the length.
"""

from __future__ import annotations

import hmac
import json
import re

from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.keys import derive_key, mac, product_digest
from keyferry.protocol.profile import ProfileEpoch, WizardProfile
from keyferry.wizard import state_form
from keyferry.wizard.errors import StateDamaged, StateNewer
from keyferry.wizard.state import State

LARGEST_FILE = 256 * 1024

_HEAD = re.compile(
    rb'\{"epoch":([1-9][0-9]{0,8}),"mac":"[^"]{1,1024}","state":\{"version":([1-9][0-9]{0,8})[,}]'
)
_ENVELOPE = re.compile(rb'\{"epoch":([1-9][0-9]?),"mac":"([0-9a-f]{64})","state":(\{.*\})\}\n', re.DOTALL)


def encode_state(state: State, profile: WizardProfile) -> bytes:
    """Write a state as the bytes of its file, sealed under the newest epoch that its grants name."""
    content = json.dumps(state_form.to_json(state), separators=(",", ":"), ensure_ascii=True).encode("ascii")
    epoch = sealing_epoch(state, profile)
    return b'{"epoch":%d,"mac":"%s","state":%s}\n' % (epoch.number, _mac(content, profile, epoch), content)


def decode_state(data: bytes, profile: WizardProfile) -> State:
    """Verify and read the bytes of a file; raises StateNewer, or StateDamaged with the reason."""
    _refuse_newer(data, profile)
    if len(data) > LARGEST_FILE:
        raise StateDamaged("The stored state is far too long.", detail="not_whole")
    found = _ENVELOPE.fullmatch(data)
    if found is None:
        raise StateDamaged("The stored state isn't whole: it was changed or cut short.", detail="not_whole")
    epoch = int(found[1])
    known = profile.epoch(epoch)
    if known is None:
        raise StateDamaged(
            f"The stored state was written with key epoch {epoch}, which this application doesn't know.",
            detail="unknown_epoch",
        )
    if not hmac.compare_digest(_mac(found[3], profile, known), found[2]):
        raise StateDamaged(
            "The stored state doesn't match its seal: it was changed, or it belongs to another product.",
            detail="wrong_seal",
        )
    try:
        state = state_form.from_json(json.loads(found[3]), profile)
    except (KeyError, TypeError, ValueError, ProtocolError) as error:
        raise StateDamaged(
            "The stored state has a format that this application doesn't know.", detail="unknown_form"
        ) from error
    if epoch < state.newest_epoch:
        raise older_seal()
    return state


def seal_of(data: bytes) -> int:
    """Return the epoch that the bytes of a file name as that of their seal, 0 if they name none."""
    found = _HEAD.match(data)
    return int(found[1]) if found else 0


def older_seal() -> StateDamaged:
    """Return the error for a state that was sealed with keys that no longer seal anything."""
    return StateDamaged(
        "The stored state is sealed with keys that are no longer used for it: it is an older copy, or it was "
        "changed.",
        detail="older_seal",
    )


def sealing_epoch(state: State, profile: WizardProfile) -> ProfileEpoch:
    """Return the epoch under which a state is sealed."""
    fit = (epoch for epoch in profile.epochs if epoch.number >= state.newest_epoch and not epoch.retired)
    return next(fit, profile.current_epoch)


def _refuse_newer(data: bytes, profile: WizardProfile) -> None:
    # Before the seal, which may be made differently by then.
    head = _HEAD.match(data)
    if head and (int(head[2]) > state_form.VERSION or int(head[1]) > profile.current_epoch.number):
        raise StateNewer(
            "The license here was saved by a newer version of the application. "
            "Start that version, or install it. Nothing was changed."
        )


def _mac(content: bytes, profile: WizardProfile, epoch: ProfileEpoch) -> bytes:
    key = derive_key(epoch.application_secret, "wizard state")
    product, number = product_digest(profile.product_code), bytes([epoch.number])
    return mac(key, "wizard state", product, number, content).hex().encode("ascii")

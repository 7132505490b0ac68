"""Vectors of what a wizard keeps: its state under its seal, and the anchor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from vector_documents import PROFILE
from vector_inputs import (
    ACTIVATION_KEY,
    EPOCH,
    FINGERPRINT,
    OTHER_ACTIVATION_KEY,
    PRODUCT_NUMBER,
    Case,
    document,
    fixed_bytes,
    refused,
)

from keyferry.protocol.keys import derive_key, mac, product_digest
from keyferry.protocol.openings import Level
from keyferry.wizard import state_form
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.grants import Carried, GivenUp, Grant, Line
from keyferry.wizard.state import State, StoredLicense
from keyferry.wizard.state_seal import encode_state, seal_of

DAMAGED, NEWER = "state_damaged", "state_newer"
ANCHOR = 0x0123456789ABCDEF
FIRST, SECOND, THIRD, FOURTH = (fixed_bytes(f"secret {number}", 16) for number in range(1, 5))
LINE, OTHER_LINE = Line.begun_with(FIRST, ANCHOR), Line.begun_with(THIRD, None)
SEEN = datetime(2026, 11, 24, 9, 30, 5, tzinfo=UTC)

LICENSE = Grant(ACTIVATION_KEY, 1, FIRST, LINE, number=2, computer_name="Büro 3")
RENEWAL = Grant(
    ACTIVATION_KEY,
    EPOCH,
    SECOND,
    LINE,
    number=3,
    computer_name="Büro 3",
    carries=(
        Carried(Level.CONTINUATION, ACTIVATION_KEY, 1, FIRST),
        Carried(Level.CLAIM, ACTIVATION_KEY, 1, FOURTH),
    ),
)
OTHER = Grant(OTHER_ACTIVATION_KEY, EPOCH, THIRD, OTHER_LINE, number=4, wrong_time=SEEN, instead=True)
FORMER = Grant(ACTIVATION_KEY, 1, FOURTH, Line.begun_with(FOURTH, ANCHOR), number=1)

EMPTY = State(PRODUCT_NUMBER, FINGERPRINT)
STATE = State(
    PRODUCT_NUMBER,
    FINGERPRINT,
    anchor_place="/var/lib/keyferry-wizard",
    license=StoredLicense(LICENSE, computer_key="A-KEY-THAT-NOBODY-VERIFIES-HERE"),
    kept=(RENEWAL, OTHER),
    given_up=(GivenUp(FORMER, Level.CLAIM, in_use=True),),
    latest_seen=SEEN,
)
EARLIER = replace(STATE, license=None, kept=())


def wizard_states() -> Case:
    """States as their files hold them."""
    return document(
        "Files of a wizard's state: `seal` is the epoch of the seal, `line` the digest of each first secret.",
        given={
            "profile": PROFILE.to_json(),
            "lines": {one.hex(): _digest(one) for one in (FIRST, THIRD, FOURTH)},
        },
        valid=map(_case, (EMPTY, EARLIER, STATE)),
        invalid=_broken(),
    )


def wizard_anchors() -> Case:
    """Anchors as their files hold them."""
    empty = Anchored(ANCHOR)
    full = empty.with_((LINE, OTHER_LINE), EPOCH)
    made = full.to_bytes().decode("ascii")
    return document(
        "Files of a wizard's anchor; what is no anchor counts as missing.",
        given={},
        valid=[
            {
                "number": f"{one.number:016x}",
                "seal": one.seal,
                "burnt": [f"{digest:016x}" for digest in one.burnt],
                "file": one.to_bytes().decode("ascii"),
            }
            for one in (empty, full)
        ],
        invalid=[
            refused("it is empty", "missing", file=""),
            refused("it is cut", "missing", file=made[:-1]),
            refused("a line was removed", "missing", file=made.replace(f"{LINE.digest:016x}\n", "")),
            refused("the seal was changed", "missing", file=made.replace(" 2\n", " 1\n")),
            refused("a later format", NEWER, file=made.replace("anchor/1", "anchor/2")),
        ],
    )


def _digest(secret: bytes) -> str:
    return f"{Line.begun_with(secret, None).digest:016x}"


def _case(state: State) -> Case:
    file = encode_state(state, PROFILE)
    return {"file": file.decode("ascii"), "seal": seal_of(file), "state": state_form.to_json(state)}


def _broken() -> Iterator[Case]:
    file, form = encode_state(STATE, PROFILE).decode("ascii"), state_form.to_json(STATE)
    yield refused("a name was edited", DAMAGED, file=file.replace("number", "numbir", 1))
    yield refused("it is cut", DAMAGED, file=file[:-2])
    yield refused("the seal is another epoch's", DAMAGED, file=file.replace('"epoch":2', '"epoch":1', 1))
    yield refused("the seal is older than a grant", DAMAGED, file=_sealed(form, 1))
    yield refused("the seal is of an unknown epoch", NEWER, file=file.replace('"epoch":2', '"epoch":3', 1))
    yield refused("a later version", NEWER, file=_sealed({**form, "version": 2}, EPOCH))
    for because, changed in (
        ("another product", {"product_number": PRODUCT_NUMBER + 1}),
        ("a fingerprint in capitals", {"fingerprint": f"{FINGERPRINT:010X}"}),
        ("nothing is kept, and no list", {"kept": None}),
        ("a code that only continues", {"given_up": [{**form["given_up"][0], "level": "continuation"}]}),
        ("a secret that is too short", {"kept": [{**form["kept"][0], "secret": "00"}]}),
        ("a license that nothing proves", {"license": {**form["license"], "computer_key": None}}),
    ):
        yield refused(because, DAMAGED, file=_sealed({**form, **changed}, EPOCH))


def _sealed(form: Case, epoch: int) -> str:
    inner = json.dumps(form, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    known = PROFILE.epoch(epoch)
    assert known is not None
    key = derive_key(known.application_secret, "wizard state")
    seal = mac(key, "wizard state", product_digest(PROFILE.product_code), bytes([epoch]), inner).hex()
    return f'{{"epoch":{epoch},"mac":"{seal}","state":{inner.decode("ascii")}}}\n'

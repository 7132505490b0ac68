"""Vectors of what a wizard's request goes on from: which openings it carries, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from vector_inputs import ACTIVATION_KEY, EPOCH, OTHER_ACTIVATION_KEY, Case, document, fixed_bytes
from vector_states import ANCHOR, EMPTY, FORMER, LICENSE, LINE, OTHER, RENEWAL, SEEN, STATE

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level
from keyferry.wizard import state_form, transitions
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.grants import GivenUp, Grant
from keyferry.wizard.state import State, StoredLicense

NEW = fixed_bytes("secret that a request is made with", 16)
BESIDE, ANOTHER = Anchored(ANCHOR), Anchored(ANCHOR + 1)
# The license began its line, and its request had carried the code of what was given up before.
FIRST = replace(LICENSE, epoch=EPOCH, carries=(FORMER.carried_as(Level.PROOF),))
IN_USE = replace(EMPTY, license=StoredLicense(FIRST, computer_key="A-KEY"), latest_seen=SEEN)
WAITING = replace(EMPTY, kept=(RENEWAL,), latest_seen=SEEN)
WAS_IN_USE, WAS_ASKED = GivenUp(FIRST, Level.PROOF, in_use=True), GivenUp(RENEWAL, Level.PROOF, in_use=False)


def _later(number: int) -> Grant:
    return Grant(ACTIVATION_KEY, EPOCH, fixed_bytes(f"later {number}", 16), LINE, number=number)


MANY = tuple(_later(number) for number in range(3, 9))


class Request(NamedTuple):
    """What somebody asks for: a key, beside an anchor, and whether the page no longer takes what waits."""

    how: str
    state: State
    anchored: Anchored | None = BESIDE
    key: ActivationKey = ACTIVATION_KEY
    new_request: bool = False
    back: timedelta = timedelta()


REQUESTS = [
    Request("nothing is there", EMPTY),
    Request("nothing is there, and no anchor", EMPTY, None),
    Request("a license that began its line", IN_USE),
    Request("a request waits: it is shown again", WAITING),
    Request("a request waits, and the page no longer takes it", WAITING, new_request=True),
    Request("a license, and a request that the page no longer takes", STATE, new_request=True),
    Request("what waits is from before a wrong time", WAITING, back=timedelta(days=30)),
    Request("a license was given up", replace(EMPTY, given_up=(WAS_ASKED, WAS_IN_USE))),
    Request("a license was given up beside another anchor", replace(EMPTY, given_up=(WAS_IN_USE,)), ANOTHER),
    Request("a license was given up, and there is no anchor", replace(EMPTY, given_up=(WAS_IN_USE,)), None),
    Request("only a request was given up", replace(EMPTY, given_up=(WAS_ASKED,))),
    Request("four open requests are enough", replace(IN_USE, kept=MANY[:3]), new_request=True),
    Request("of more, the license and the newest", replace(IN_USE, kept=MANY), back=timedelta(days=30)),
    Request("another key than the license's", replace(IN_USE, kept=(RENEWAL,)), key=OTHER_ACTIVATION_KEY),
    Request("another key, which has a request", replace(IN_USE, kept=(OTHER,)), key=OTHER_ACTIVATION_KEY),
]


def wizard_requests() -> Case:
    """What requests go on from."""
    return document(
        "Requests for an activation key beside a state: `kept` are the secrets that wait then, `shown` is "
        "that of the request, `typed` that of the computer ID that a person types; it carries `carries`.",
        given={
            "epoch": EPOCH,
            "secret": NEW.hex(),
            "lines": {FIRST.secret.hex(): f"{LINE.digest:016x}"},
        },
        valid=map(_case, REQUESTS),
        invalid=[],
    )


def _case(request: Request) -> Case:
    assert all(one.number < other.number for one, other in pairwise(request.state.kept))
    now = SEEN - request.back
    asked = transitions.Asked(request.key, EPOCH, "Büro 3", request.new_request, now)
    after, grant = transitions.with_request(request.state, asked, request.anchored, lambda: NEW)
    typed = transitions.typed_instead(after, grant, retired=lambda _: False)
    form = state_form.to_json(after)
    shown = next(one for one in form["kept"] if one["number"] == grant.number)
    return {
        "how": request.how,
        "activation_key": request.key.text,
        "new_request": request.new_request,
        "clock": now.isoformat(timespec="seconds"),
        "anchor": None if request.anchored is None else f"{request.anchored.number:016x}",
        "state": state_form.to_json(request.state),
        "kept": [one["secret"] for one in form["kept"]],
        "shown": shown["secret"],
        "typed": typed.secret.hex(),
        "line": shown["line"],
        "line_anchor": shown["anchor"],
        "wrong_time": shown["wrong_time"],
        "carries": shown["carries"],
    }

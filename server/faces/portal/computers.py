"""The list of computers, the page of one, and what staff do from there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import read_computer_id
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.server.core.licensing import computers, products
from keyferry.server.core.licensing.computers import State, Wanted
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.licenses import standing
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import operations
from keyferry.server.services.operations import Given
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.words.spelling import spelled

blueprint = Blueprint("computers", __name__)

_DIALOGS = {"key": "", "license_file": "", "release": "release", "force_release": "force"}


@blueprint.get("/computers")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show computers by search and state, the latest activation first."""
    asked = request.args
    wanted = Wanted(asked.get("q", ""), asked.get("state", None, State))
    with reading() as session:
        found = computers.computers(session, wanted, **turned())
        return staff.page(
            "computers", found=found, wanted=wanted, states_of=list(State), state_of=computers.state_of
        )


@blueprint.get("/computers/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def computer(number: int) -> str:
    """Show a computer."""
    return computer_page(number)


@blueprint.post("/computers/<int:number>/key")
@staff.runs(operations.activate)
def key(number: int) -> str:
    """Show the computer key again, and mail it where that is wanted."""
    given = _given(number)
    return computer_page(number, dialog="key", given=given, spelled=spelled(given.done.computer_key))


@blueprint.post("/computers/<int:number>/license-file")
@staff.runs(operations.activate)
def license_file(number: int) -> Response:
    """Give the license file of the computer as a file."""
    given = _given(number)
    return as_file(Response(given.license_file, mimetype="application/octet-stream"), given.file_name)


@blueprint.post("/computers/<int:number>/release")
@staff.runs(operations.release)
def release(number: int) -> str:
    """Free the seat with the code that proves it."""
    proof = Code(read_deactivation_code(posted().get("code", "")))
    return computer_page(number, released=operations.release(_request(number), proof, by=staff.by()))


@blueprint.post("/computers/<int:number>/force-release")
@staff.runs(operations.force_release)
def force_release(number: int) -> str:
    """Free the seat of a computer that is dead or gone, for a reason that is kept."""
    done = operations.force_release(_request(number), posted().get("reason", ""), by=staff.by())
    return computer_page(number, released=done)


def computer_page(number: int, **context: Any) -> str:
    """Return the page of a computer, with what an operation says; raises NotFound (unknown_computer)."""
    now = parts().clock()
    with reading() as session:
        found = computers.described(session, computers.with_id(session, number), now)
        license = found.activation.license
        features = products.feature_names(license.product, found.activation.features)
        facts = {"computer": found, "one": found.activation, "license": license, "features": features}
        stands: dict[str, Any] = {"standing": standing(license, now), "state_of": computers.state_of}
        stands |= {"id_spelled": spelled(found.activation.computer_id), "outgoing": outgoing(session)}
        return staff.page("computer", **facts, **stands, **context)


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    number = (request.view_args or {})["number"]
    return computer_page(number, dialog=_DIALOGS[operation], values=posted(), refusal=refusal)


def _given(number: int) -> Given:
    values = posted()
    return operations.activate(
        _request(number),
        by=staff.by(),
        email=values.get("email", ""),
        mails_key=bool(values.get("mails_key")),
    )


def _request(number: int) -> TypedRequest:
    """Return what a computer's own wizard would ask for."""
    with reading() as session:
        activation = computers.with_id(session, number)
        key = ActivationKey.from_text(computers.activation_key_of(session, activation))
        return TypedRequest(key, read_computer_id(activation.computer_id))

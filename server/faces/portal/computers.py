"""The list of computers, the page of one, and what staff do from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, url_for

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import has_ended
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.computer_id import read_computer_id
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import lists
from keyferry.server.core.licensing import computers, products
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.computers import Wanted
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.licenses import standing
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.models import Customer, Listing
from keyferry.server.core.staff import saved_views
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import list_addresses, staff
from keyferry.server.faces.portal.tables import table
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import list_queries, operations
from keyferry.server.services.operations import Given
from keyferry.server.services.requests import opened
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import spelled
from keyferry.server.words.columns import COMPUTERS, row_of
from keyferry.server.words.spelling import LENGTHS

blueprint = Blueprint("computers", __name__)

_DIALOGS = {"key": "", "license_file": "", "release": "release", "force_release": "force"}
_PIECE = 500


@blueprint.get("/computers")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show computers by search and filter, the latest activation first."""
    return list_page(request.args.to_dict())


def list_page(asked: dict[str, str], **context: Any) -> str:
    """Return the list that an address asks for, with what was wrong where something was."""
    at, operator = list_addresses.COMPUTERS, staff.operator()
    said = at.said(asked)
    wanted = list_queries.computers_wanted(said, parts().clock())
    with reading() as session:
        return staff.page(
            "computers",
            found=computers.computers(session, wanted, **turned()),
            wanted=wanted,
            view_shown=said.get("state", "") if wanted.state or wanted.forced else "",
            is_filtered=replace(wanted, state=None, forced=False) != Wanted(),
            asked=said,
            listed={"endpoint": at.endpoint, "args": asked},
            own_views=saved_views.of_operator(session, operator, Listing.COMPUTERS),
            of_query=at.of_query,
            query=at.query(said),
            counts=computers.counts(session),
            most=lists.MOST,
            customer=session.get(Customer, wanted.customer) if wanted.customer else None,
            products={one.code: one.name for one in every_product(session)},
            **_states(),
            **context,
        )


@blueprint.get("/computers.csv", defaults={"form": "csv"})
@blueprint.get("/computers.xlsx", defaults={"form": "xlsx"})
@staff.needs(Permission.SEE_LICENSES)
def export(form: str) -> Response:
    """Give what is listed as a table, as CSV a piece at a time."""
    wanted = list_queries.computers_wanted(request.args.to_dict(), parts().clock())
    return table("computers", form, tuple(COMPUTERS), _table(wanted))


def _table(wanted: Wanted) -> Iterator[list[Sequence[object]]]:
    before: int | None = None
    while True:
        with reading() as session:
            rows = computers.before(session, wanted, before, _PIECE)
        if not rows:
            return
        yield [row_of(COMPUTERS, one) for one in rows]
        before = rows[-1].id


def _states() -> dict[str, Any]:
    """Return what tells a template how an activation stands."""
    now = parts().clock()
    ended = lambda one: one.expires_on is not None and has_ended(one.expires_on, now)  # noqa: E731
    return {"state_of": computers.state_of, "key_ended": ended}


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
    asked, proof = _given_back(number, posted().get("code", ""))
    return computer_page(number, released=operations.release(asked, proof, by=staff.by()))


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
        stands: dict[str, Any] = {"standing": standing(license, now), "outgoing": outgoing(session)}
        stands |= {"id_spelled": spelled(found.activation.computer_id), **_states()}
        here = url_for("portal.computers.computer", number=number)
        asked = request.args.get("dialog", "")
        context = context or ({"dialog": asked} if asked in ("release", "force") else {})
        return staff.page("computer", here=here, lengths=LENGTHS, **facts, **stands, **context)


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


def _given_back(number: int, text: str) -> tuple[DeactivationRequest | TypedRequest, Code]:
    """Return what is given back by a code, or by all that the wizard's link has where that was pasted."""
    own = _request(number)
    shown = opened(text) if is_carried(text) and whole_code(Kind.DEACTIVATION_CODE, text) is None else None
    if not isinstance(shown, DeactivationRequest):
        return own, Code(read_deactivation_code(text))
    same_key = shown.activation_key == own.activation_key
    is_its_own = same_key and shown.computer_id.fingerprint == own.computer_id.fingerprint
    return shown if is_its_own else own, Code(shown.code)


def _request(number: int) -> TypedRequest:
    """Return what a computer's own wizard would ask for."""
    with reading() as session:
        activation = computers.with_id(session, number)
        key = ActivationKey.from_text(computers.activation_key_of(session, activation))
        return TypedRequest(key, read_computer_id(activation.computer_id))

"""What staff do to a license: activate it, release a seat by code or by force; and a wizard's pasted link."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.license_page import license_page
from keyferry.server.faces.portal.scanning import scanning_page
from keyferry.server.services import operations
from keyferry.server.services.operations import Given
from keyferry.server.services.requests import Typed, opened
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import spelled

blueprint = Blueprint("operations", __name__)

# Which dialog of the license's page an operation is sent from.
_DIALOGS = {
    "activate": "activate",
    "license_file": "activate",
    "release": "release",
    "force_release": "force",
}
_KINDS = {"computer_id": Kind.COMPUTER_ID, "code": Kind.DEACTIVATION_CODE}


@blueprint.post("/licenses/<int:number>/activate")
@staff.runs(operations.activate)
def activate(number: int) -> str:
    """Give the computer key, and mail it where that is wanted."""
    if link := _link_in_place_of("computer_id"):
        return linked_page(link)
    given, values = _activated(number), posted()
    lines = spelled(given.done.computer_key)
    return license_page(number, dialog="key", given=given, spelled=lines, values=values)


@blueprint.post("/licenses/<int:number>/license-file")
@staff.runs(operations.activate)
def license_file(number: int) -> Response:
    """Give the license file of a computer as a file: the same activation once more."""
    given = _activated(number)
    return as_file(Response(given.license_file, mimetype="application/octet-stream"), given.file_name)


@blueprint.post("/licenses/<int:number>/release")
@staff.runs(operations.release)
def release(number: int) -> str:
    """Free a seat with the code that proves it."""
    if link := _link_in_place_of("computer_id") or _link_in_place_of("code"):
        return linked_page(link)
    proof = Code(read_deactivation_code(posted().get("code", "")))
    asked = _given_back(number, posted(), proof)
    return license_page(number, released=operations.release(asked, proof, by=staff.by()))


@blueprint.post("/licenses/<int:number>/force-release")
@staff.runs(operations.force_release)
def force_release(number: int) -> str:
    """Free the seat of a computer that is dead or gone, for a reason that is kept."""
    values = posted()
    typed = Typed(_activation_key(number), values.get("computer_id", ""))
    done = operations.force_release(typed, values.get("reason", ""), by=staff.by())
    return license_page(number, released=done)


@blueprint.post("/link")
@staff.needs(Permission.SEE_LICENSES)
def link() -> str:
    """Open the license of a wizard's link, with the dialog filled that the wizard asks for."""
    return linked_page(posted().get("link", ""))


def linked_page(text: str) -> str:
    """Return the page of the license that a wizard's link names; raises what reading it raises."""
    asked = opened(text)
    releases = isinstance(asked, DeactivationRequest)
    with reading() as session:
        # What was activated with a key that was replaced since is still given back.
        number = licenses.find(session, asked.activation_key, former_too=releases).id
    values = {"computer_id": asked.computer_id.text, "computer_name": asked.computer_name or ""}
    if isinstance(asked, DeactivationRequest) or asked.openings:
        # Its further codes, or what it proves, are in no field that a person could type.
        values["link"] = text
    if isinstance(asked, DeactivationRequest):
        return license_page(number, dialog="release", values=values | {"code": asked.code.text})
    return license_page(number, dialog="activate", values=values)


def _link_in_place_of(field: str) -> str:
    """Return a wizard's link that was pasted where its computer ID or code belongs, "" where none was.

    A script opens it at once; without one, it comes here, and fills the dialog that it is for.
    """
    text = posted().get(field, "")
    return text if is_carried(text) and whole_code(_KINDS[field], text) is None else ""


def _activated(number: int) -> Given:
    values = posted()
    return operations.activate(
        _asked(number, values),
        by=staff.by(),
        email=values.get("email", ""),
        mails_key=bool(values.get("mails_key")),
        notes=values.get("notes", ""),
        reason=values.get("reason", ""),
    )


def _asked(number: int, values: dict[str, str]) -> ActivationRequest | Typed:
    """Return what is asked for: the wizard's own request where its link was pasted and proves something."""
    key, computer_id = _activation_key(number), values.get("computer_id", "")
    if values.get("link"):
        asked = opened(values["link"])
        is_meant = asked.activation_key.text == key and asked.computer_id.text == computer_id.strip()
        if isinstance(asked, ActivationRequest) and is_meant:
            name = clean_computer_name(values.get("computer_name"))
            return replace(asked, computer_name=name or asked.computer_name)
    return Typed(key, computer_id, values.get("computer_name", ""))


def _given_back(number: int, values: dict[str, str], proof: Code) -> DeactivationRequest | Typed:
    """Return whose seat is given back: with all codes of the wizard's request, where its link was pasted."""
    computer_id = values.get("computer_id", "")
    shown = opened(values["link"]) if values.get("link") else None
    if isinstance(shown, DeactivationRequest) and shown.code.text == proof.code.text:
        with reading() as session:
            license = licenses.find(session, shown.activation_key, former_too=True)
        if license.id == number and shown.computer_id.text == computer_id.strip():
            return shown
    return Typed(_activation_key(number), computer_id)


def _activation_key(number: int) -> str:
    """Return the key of the license that the address names; the field in the form is there to be read."""
    with reading() as session:
        return ActivationKey.from_text(licenses.with_id(session, number).activation_key).text


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused: the license with its dialog, or that for a link."""
    if operation == "link":
        return scanning_page(values=posted(), refusal=refusal)
    number = (request.view_args or {})["number"]
    return license_page(number, dialog=_DIALOGS[operation], values=posted(), refusal=refusal)

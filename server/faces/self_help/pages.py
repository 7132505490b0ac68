"""The Self Help pages: a GET shows a form and does nothing, a POST does what the form says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_wtf.csrf import CSRFError

from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.protocol.sentences import Sentence
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError, Malformed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.deactivation import Claimed, Code
from keyferry.server.core.licensing.facts import key_facts, license_facts, release_facts
from keyferry.server.core.licensing.requests import open_request
from keyferry.server.db import reading
from keyferry.server.faces.self_help.site import Site, site
from keyferry.server.mail import outgoing
from keyferry.server.mail.outgoing import Outgoing
from keyferry.server.parts import parts
from keyferry.server.services import operations
from keyferry.server.services.operations import Typed
from keyferry.server.web import problems
from keyferry.server.web.forms import form_expired, posted, refusal_of
from keyferry.server.web.headers import CSP
from keyferry.server.web.languages import said
from keyferry.server.words.spelling import spelled

blueprint = Blueprint("self_help", __name__, url_prefix="/self-help")

# The arguments of an address that fill a form, by the names that QLM gave them.
_PREFILLED = {
    "is_avkey": "activation_key",
    "is_pcid": "computer_id",
    "is_deactcode": "code",
    "is_file": "license_file",
}


@blueprint.before_request
def open_site() -> None:
    """Read what the vendor has switched on, once for each request."""
    g.site = site()


@blueprint.after_request
def allow_logo(response: Response) -> Response:
    """Let the vendor's logo through."""
    if "site" in g:
        response.headers[CSP] = g.site.policy
    return response


@blueprint.get("/")
def home() -> str:
    """Show what a customer can do here."""
    return _page("home", outgoing=_outgoing())


@blueprint.get("/activate")
def activate_form() -> str:
    """Show the form that activates a computer."""
    _site().require("showActivateLink")
    return _page("activate", values=_prefilled())


@blueprint.post("/activate")
def activate() -> str:
    """Give the computer key, and the license file where it is wanted."""
    _site().require("showActivateLink")
    values = posted()
    given = key_facts(operations.activate(_typed(values), by=_by()).done, parts().clock())
    wants_file = _site().shows("showGenerateLicenseFileCheckbox") and bool(values.get("license_file"))
    by_words = spelled(given.computer_key)
    return _page("activated", given=given, spelled=by_words, typed=values, wants_file=wants_file)


@blueprint.post("/license-file")
def license_file() -> Response:
    """Give the license file of a computer as a file: the same activation once more."""
    _site().require("showActivateLink")
    _site().require("showGenerateLicenseFileCheckbox")
    given = operations.activate(_typed(posted(), named=False), by=_by())
    response = Response(given.license_file, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = 'attachment; filename="license.lic"'
    return response


@blueprint.get("/deactivate")
def deactivate_form() -> str:
    """Show the form that frees a seat."""
    _site().require("showDeactivateLink")
    return _page("deactivate", values=_prefilled())


@blueprint.post("/deactivate")
def deactivate() -> str:
    """Free the seat of a computer."""
    _site().require("showDeactivateLink")
    values = posted()
    done = operations.release(_typed(values, named=False), _proof(values), by=_by())
    return _page("deactivated", done=release_facts(done, parts().clock()))


@blueprint.get("/license")
def license_form() -> str:
    """Show the form that looks a license up."""
    _site().require("showGetLicenseInformationLink")
    return _page("license", values=_prefilled())


@blueprint.post("/license")
def license() -> str:
    """Show how a license stands; which computers hold it only where the vendor wants that."""
    _site().require("showGetLicenseInformationLink")
    found = operations.look_up(posted().get("activation_key", ""), by=_by())
    facts = license_facts(found, found.product, parts().clock(), computers=found.activations)
    live = facts.live if _site().shows("showComputersInLicenseInformation") else None
    return _page("license_facts", facts=facts, computers=live)


@blueprint.get("/keys")
def keys_form() -> str:
    """Show the form that has license keys mailed."""
    _site().require("showEmailLicenseKeysLink")
    outgoing.require()
    return _page("keys", values={}, waits=_outgoing().obstacle is not None)


@blueprint.post("/keys")
def keys() -> str:
    """Say that the license keys are on their way, if there are any; nothing here knows whether there are."""
    _site().require("showEmailLicenseKeysLink")
    email = posted().get("email", "")
    waits = operations.ask_for_license_keys(email, by=_by()) is not None
    return _page("keys_asked", email=email.strip(), waits=waits)


@blueprint.errorhandler(CoreError)
@blueprint.errorhandler(ProtocolError)
def refused(error: CoreError | ProtocolError) -> Response:
    """Show the form again, with what was typed and what was wrong."""
    form = _FORMS.get(request.path.removeprefix(f"{blueprint.url_prefix}/"))
    if form is None or error.code in _STOPPED:
        heading, sentence = _STOPPED.get(error.code, (Sentence("That didn’t work"), ""))
        sentence = said(sentence or error.args[0])
        return problems.refused(error, _page("stopped", heading=said(heading), sentence=sentence))
    return problems.refused(error, _page(form, values=posted(), refusal=refusal_of(error)))


@blueprint.errorhandler(CSRFError)
def expired(error: CSRFError) -> Response:
    """Show the form again where its field does not fit."""
    # The field is looked at before any of our own functions is asked.
    open_site()
    return refused(form_expired())


# What no form can answer: a heading, and what to do instead where the error speaks to staff.
_STOPPED = {
    "switched_off": (Sentence("This page is turned off"), ""),
    "mail_not_configured": (
        Sentence("We can’t email your keys"),
        Sentence(
            "This site doesn’t send email. Look for your activation key in the email that came with your "
            "order, or ask the vendor for it."
        ),
    ),
}
_FORMS = {
    "activate": "activate",
    "license-file": "activate",
    "deactivate": "deactivate",
    "license": "license",
    "keys": "keys",
}


def _site() -> Site:
    opened: Site = g.site
    return opened


def _outgoing() -> Outgoing:
    with reading() as session:
        return outgoing.outgoing(session)


def _by() -> By:
    return By(Channel.SELF_HELP, address=request.remote_addr)


def _page(name: str, **context: Any) -> str:
    return render_template(f"self_help/{name}.html", site=_site(), **context)


def _prefilled() -> dict[str, str]:
    return {field: request.args.get(argument, "") for argument, field in _PREFILLED.items()}


def _typed(values: dict[str, str], *, named: bool = True) -> Typed:
    """Return the codes that were typed; raises Malformed (computer_name_required)."""
    name = values.get("computer_name", "").strip()
    wants_name = _site().shows("showComputerNameForActivation") and _site().shows(
        "activationPage_ComputerNameRequired"
    )
    if named and wants_name and not name:
        raise Malformed(
            "Enter a computer name, so you can recognize it later.", code="computer_name_required"
        )
    return Typed(_code(values, "activation_key"), _code(values, "computer_id"), name)


def _proof(values: dict[str, str]) -> Code | Claimed:
    """Return the code that was typed; no proof only where the vendor does not ask for one."""
    code = _code(values, "code")
    if code.strip() or _site().shows("showDeactivationVerificationCode"):
        return Code(read_deactivation_code(code))
    return Claimed()


def _code(values: dict[str, str], field: str) -> str:
    """Return a code as it was typed, or out of the address of a QR code that was pasted into its field.

    It goes to the operation and into no page: the activation key in such an address is masked.
    """
    text = values.get(field, "")
    if not is_carried(text):
        return text
    with reading() as session:
        asked = open_request(session, text, keyring=parts().keyring)
    if field == "activation_key":
        return asked.activation_key.text
    if field == "computer_id":
        return asked.computer_id.text
    return asked.code.text if isinstance(asked, DeactivationRequest) else text

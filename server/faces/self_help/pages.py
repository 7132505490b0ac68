"""The Self Help pages: a GET shows a form and does nothing, a POST does what the form says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_wtf.csrf import CSRFError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.protocol.sentences import Sentence
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError, Malformed, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.deactivation import Claimed, Code, Released
from keyferry.server.core.licensing.facts import key_facts, license_facts, release_facts
from keyferry.server.db import reading
from keyferry.server.faces.self_help.site import Site, site
from keyferry.server.mail import outgoing
from keyferry.server.mail.outgoing import Outgoing
from keyferry.server.parts import parts
from keyferry.server.services import operations, release_links
from keyferry.server.services.misreadings import misread
from keyferry.server.services.requests import Typed, opened
from keyferry.server.web import problems
from keyferry.server.web.addresses import release_link_address
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, form_expired, posted, refusal_of
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
    given = key_facts(operations.activate(_asked(values), by=_by()).done, parts().clock())
    wants_file = _site().shows("showGenerateLicenseFileCheckbox") and bool(values.get("license_file"))
    by_words = spelled(given.computer_key)
    return _page("activated", given=given, spelled=by_words, typed=values, wants_file=wants_file)


@blueprint.post("/license-file")
def license_file() -> Response:
    """Give the license file of a computer as a file: the same activation once more."""
    _site().require("showActivateLink")
    _site().require("showGenerateLicenseFileCheckbox")
    given = operations.activate(_asked(posted(), named=False), by=_by())
    return as_file(Response(given.license_file, mimetype="application/octet-stream"), given.file_name)


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


@blueprint.get("/release-link")
def release_link_form() -> str:
    """Show the form that has a link mailed which frees a seat."""
    _site().require("emailReleaseLinks")
    outgoing.require()
    return _page("release_link", values=_prefilled())


@blueprint.post("/release-link")
def ask_release_link() -> str:
    """Say that the link is on its way; the form that activates brings the computer that waits for a seat."""
    _site().require("emailReleaseLinks")
    values = posted()
    key = _code(values, "activation_key")
    asked = _asked(values, named=False) if values.get("computer_id") else key
    waits = release_links.ask(asked, by=_by(), address_of=release_link_address) is not None
    return _page("release_link_asked", waits=waits)


@blueprint.get("/release-link/<secret>")
def release(secret: str) -> str:
    """Show what a link does."""
    return _release_page(secret)


@blueprint.post("/release-link/<secret>")
def use_release_link(secret: str) -> str:
    """Free the seat of the computer that was chosen, and activate the one that waits for it."""
    done, now = release_links.use(secret, posted().get("computer_id", ""), by=_by()), parts().clock()
    if isinstance(done, Released):
        return _page("deactivated", done=release_facts(done, now))
    given = key_facts(done, now)
    typed = {"activation_key": done.license.activation_key, "computer_id": given.activation.computer_id}
    wants_file = _site().shows("showGenerateLicenseFileCheckbox")
    by_words = spelled(given.computer_key)
    return _page("activated", given=given, spelled=by_words, typed=typed, wants_file=wants_file)


def _release_page(secret: str, refusal: Refusal | None = None) -> str:
    opened = release_links.opened(secret)
    facts = license_facts(opened.license, opened.license.product, parts().clock(), computers=opened.holding)
    return _page("release", opened=opened, facts=facts, values=posted(), refusal=refusal)


@blueprint.errorhandler(CoreError)
@blueprint.errorhandler(ProtocolError)
def refused(error: CoreError | ProtocolError) -> Response:
    """Show the form again, with what was typed and what was wrong."""
    stopped = _STOPPED_THERE.get((error.code, request.endpoint or "")) or _STOPPED.get(error.code)
    page = None if stopped else _again(refusal_of(error))
    if page is None:
        heading, sentence = stopped or (Sentence("That didn’t work"), "")
        sentence = said(sentence or error.args[0])
        asks_anew = error.code == "release_link_expired"
        page = _page("stopped", heading=said(heading), sentence=sentence, asks_anew=asks_anew)
    return problems.refused(error, page)


def _again(refusal: Refusal) -> str | None:
    """Return the page whose form was refused; None where it had none, or its link is no longer good."""
    if request.endpoint in _FORMS:
        return _page(_FORMS[request.endpoint], values=posted(), refusal=refusal)
    secret = (request.view_args or {}).get("secret")
    try:
        return _release_page(secret, refusal) if secret is not None else None
    except NotFound:
        return None


@blueprint.errorhandler(CSRFError)
def expired(error: CSRFError) -> Response:
    """Show the form again where its field does not fit."""
    # The field is looked at before any of our own functions is asked.
    open_site()
    return refused(form_expired())


# What no form can answer: a heading, and what to do instead where the error speaks to staff.
_STOPPED = {
    "switched_off": (Sentence("This page is turned off"), ""),
    "release_link_expired": (Sentence("This link no longer works"), ""),
    "mail_not_configured": (
        Sentence("We can’t email your keys"),
        Sentence(
            "This site doesn’t send email. Look for your activation key in the email that came with your "
            "order, or ask the vendor for it."
        ),
    ),
}
_NO_LINK = (
    Sentence("We can’t email a link"),
    Sentence("This site doesn’t send email. Ask the vendor to release the seat."),
)
_STOPPED_THERE = {
    ("mail_not_configured", "self_help.release_link_form"): _NO_LINK,
    ("mail_not_configured", "self_help.ask_release_link"): _NO_LINK,
}
_KINDS = {
    "activation_key": Kind.ACTIVATION_KEY,
    "computer_id": Kind.COMPUTER_ID,
    "code": Kind.DEACTIVATION_CODE,
}
_FORMS = {
    "self_help.activate": "activate",
    "self_help.license_file": "activate",
    "self_help.deactivate": "deactivate",
    "self_help.license": "license",
    "self_help.keys": "keys",
    "self_help.ask_release_link": "release_link",
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


def _asked(values: dict[str, str], *, named: bool = True) -> ActivationRequest | Typed:
    """Return what is asked for: the wizard's own request with its signature, where its link was pasted."""
    typed, pasted = _typed(values, named=named), values.get("computer_id", "")
    if _is_link(pasted, "computer_id"):
        asked = opened(pasted)
        with misread(_by()) as shifted:
            key = ActivationKey.from_text(typed.activation_key, shifted=shifted)
        if isinstance(asked, ActivationRequest) and asked.activation_key == key:
            return replace(
                asked, computer_name=clean_computer_name(typed.computer_name) or asked.computer_name
            )
    return typed


def _proof(values: dict[str, str]) -> Code | Claimed:
    """Return the code that was typed; no proof only where the vendor does not ask for one."""
    code = _code(values, "code")
    if code.strip() or _site().shows("showDeactivationVerificationCode"):
        with misread(_by()) as shifted:
            return Code(read_deactivation_code(code, shifted=shifted))
    return Claimed()


def _is_link(text: str, field: str) -> bool:
    """Tell whether the link of a QR code was pasted, and no code, whatever other links are around it."""
    return is_carried(text) and whole_code(_KINDS[field], text) is None


def _code(values: dict[str, str], field: str) -> str:
    """Return a code as it was typed, or out of the address of a QR code that was pasted into its field.

    It goes to the operation and into no page: the activation key in such an address is masked.
    """
    text = values.get(field, "")
    if not _is_link(text, field):
        return text
    asked = opened(text)
    if field == "activation_key":
        return asked.activation_key.text
    if field == "computer_id":
        return asked.computer_id.text
    return asked.code.text if isinstance(asked, DeactivationRequest) else text

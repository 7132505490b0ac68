"""The Self Help pages: a GET shows a form and does nothing, a POST does what the form says."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.protocol.sentences import Sentence
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.core.licensing.facts import (
    KeyFacts,
    LicenseFacts,
    key_facts,
    license_facts,
    release_facts,
)
from keyferry.server.db import reading
from keyferry.server.faces.self_help import typed
from keyferry.server.faces.self_help.site import Site, site
from keyferry.server.mail import links, outgoing
from keyferry.server.mail.outgoing import Outgoing
from keyferry.server.parts import parts
from keyferry.server.services import operations, release_links
from keyferry.server.services.requests import opened
from keyferry.server.web import problems
from keyferry.server.web.addresses import release_link_address
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, form_expired, posted, refusal_of
from keyferry.server.web.headers import CSP
from keyferry.server.web.languages import alphabet, said, spelled
from keyferry.server.web.switching import Switch, sent_again, to_other_languages

blueprint = Blueprint("self_help", __name__, url_prefix="/self-help")

# The arguments of an address that fill a form, by the names that QLM gave them.
_PREFILLED = {
    "is_avkey": "activation_key",
    "is_pcid": "computer_id",
    "is_deactcode": "code",
}
# The argument of an address that asks for the form alone.
_FORM_ONLY = "form"
# What the codes that are typed have of characters.
_LENGTHS = {name: kind.length for name, kind in typed.KINDS.items()}


@blueprint.before_request
def open_site() -> None:
    """Read what the vendor has switched on, once for each request."""
    g.site = site()


@blueprint.before_request
def show_form_again() -> str | None:
    """Show a form once more with what was typed, in another language; nothing is done or refused."""
    if request.method != "POST" or _FORM_ONLY not in request.args or request.endpoint not in _FORMS:
        return None
    return _page(_FORMS[request.endpoint], values=posted(), known=_known(posted()))


@blueprint.after_request
def allow_logo(response: Response) -> Response:
    """Let the vendor's logo through."""
    if "site" in g:
        response.headers[CSP] = g.site.policy
    return response


@blueprint.get("/")
@blueprint.get("/license", endpoint="license_form")
def home() -> str:
    """Show the form that looks a license up, and where that is switched off, what a customer can do here."""
    if request.endpoint != "self_help.home":
        _site().require("showGetLicenseInformationLink")
    return _page("home", values=_prefilled())


@blueprint.post("/license")
def license() -> str:
    """Show how a license stands; which computers hold it only where the vendor wants that."""
    _site().require("showGetLicenseInformationLink")
    found = operations.look_up(typed.code(posted(), "activation_key"), by=_by())
    facts = license_facts(found, found.product, parts().clock(), computers=found.activations)
    live = facts.live if _site().shows("showComputersInLicenseInformation") else None
    return _page("license_facts", facts=facts, computers=live, values=posted())


@blueprint.post("/scanned")
def scanned() -> str:
    """Show the form that the photo of a QR code fills, to activate or to deactivate; nothing happens yet."""
    link = posted().get("link", "")
    found = opened(link)
    name = found.computer_name or ""
    values = {"activation_key": link, "computer_id": link, "computer_name": name}
    if isinstance(found, DeactivationRequest):
        _site().require("showDeactivateLink")
        return _page("deactivate", values={**values, "code": link})
    _site().require("showActivateLink")
    return _page("activate", values=values)


@blueprint.get("/activate")
def activate_form() -> str:
    """Show the form that activates a computer."""
    _site().require("showActivateLink")
    return _page("activate", values=_prefilled())


@blueprint.post("/activate/begin")
def begin_activation() -> str:
    """Show the same form for a license that was looked up."""
    _site().require("showActivateLink")
    return _page("activate", values=posted(), known=_looked_up(posted()))


@blueprint.post("/activate")
def activate() -> str:
    """Give the computer key."""
    _site().require("showActivateLink")
    values = posted()
    given = operations.activate(typed.asked(values, _site(), _by()), by=_by()).done
    return _key_page(key_facts(given, parts().clock()), values)


@blueprint.post("/license-file")
def license_file() -> Response:
    """Give the license file of a computer as a file: the same activation once more."""
    _site().require("showActivateLink")
    _site().require("showGenerateLicenseFileCheckbox")
    given = operations.activate(typed.asked(posted(), _site(), _by(), named=False), by=_by())
    return as_file(Response(given.license_file, mimetype="application/octet-stream"), given.file_name)


@blueprint.get("/step-by-step")
def steps() -> str:
    """Show the page for a key that is behind the "#" of its address, which only the browser reads."""
    return _page("steps", alphabet=alphabet())


@blueprint.get("/deactivate")
def deactivate_form() -> str:
    """Show the form that frees a seat."""
    _site().require("showDeactivateLink")
    return _page("deactivate", values=_prefilled())


@blueprint.post("/deactivate/begin")
def begin_deactivation() -> str:
    """Show the same form for a license that was looked up."""
    _site().require("showDeactivateLink")
    return _page("deactivate", values=posted(), known=_looked_up(posted()))


@blueprint.post("/deactivate")
def deactivate() -> str:
    """Free the seat of a computer."""
    _site().require("showDeactivateLink")
    values, by = posted(), _by()
    proof = typed.proof(values, _site(), by)
    done = operations.release(typed.given_back(values, _site(), proof, by), proof, by=by)
    return _page("deactivated", done=release_facts(done, parts().clock()))


@blueprint.get("/keys")
def keys_form() -> str:
    """Show the form that has license keys mailed."""
    _site().require("showEmailLicenseKeysLink")
    outgoing.require()
    return _page("keys", waits=_outgoing().obstacle is not None)


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
    values, by = posted(), _by()
    key = typed.code(values, "activation_key")
    asked = typed.asked(values, _site(), by, named=False) if values.get("computer_id") else key
    waits = release_links.ask(asked, by=by, address_of=release_link_address) is not None
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
    codes = {"activation_key": done.license.activation_key, "computer_id": given.activation.computer_id}
    return _key_page(given, codes)


def _key_page(given: KeyFacts, codes: dict[str, str]) -> str:
    """Return the page of a key; `codes` are what gives its license file."""
    address = links.steps(parts().settings, given.computer_key)
    named = {**codes, "computer_name": given.activation.computer_name or ""}
    return _page(
        "activated",
        given=given,
        spelled=spelled(given.computer_key),
        typed=codes,
        gives_file=_site().shows("showGenerateLicenseFileCheckbox"),
        steps_code=segno.make(address, error="m").svg_data_uri(border=0),
        today=parts().clock(),
        # However it came to be: the same codes give the same key.
        switch=sent_again(url_for("self_help.activate"), named),
    )


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
        return _page(_FORMS[request.endpoint], values=posted(), known=_known(posted()), refusal=refusal)
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
# What was done only once, and is not to be done again for the sake of other words.
_DONE = ("deactivated", "keys_asked", "release_link_asked")
# What only shows, however often it is asked.
_REPEATED = tuple(
    f"self_help.{name}" for name in ("license", "scanned", "begin_activation", "begin_deactivation")
)
_FORMS = {
    "self_help.activate": "activate",
    "self_help.license_file": "activate",
    "self_help.begin_activation": "activate",
    "self_help.deactivate": "deactivate",
    "self_help.begin_deactivation": "deactivate",
    "self_help.license": "home",
    "self_help.scanned": "home",
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


def _page(name: str, *, values: dict[str, str] | None = None, **context: Any) -> str:
    values = values or {}
    sends = _outgoing()
    shown = {
        "values": values,
        "carried": _carried(values),
        "known": None,
        "switch": _switch(name, is_refused="refusal" in context),
        "lengths": _LENGTHS,
        "outgoing": sends,
        "frees_by_link": _site().shows("emailReleaseLinks") and sends.is_offered,
        **context,
    }
    return render_template(f"self_help/{name}.html", site=_site(), **shown)


def _switch(name: str, *, is_refused: bool) -> Switch | None:
    """Return how a page comes in another language: by itself, with its form sent again, or not at all."""
    if name in _DONE:
        return None
    if name == "stopped":
        return to_other_languages()
    if is_refused or _FORM_ONLY in request.args:
        is_form = request.endpoint in _FORMS
        return sent_again(request.path, posted(), **{_FORM_ONLY: "1"}) if is_form else to_other_languages()
    return sent_again(request.path, posted()) if request.endpoint in _REPEATED else to_other_languages()


def _carried(values: dict[str, str]) -> ActivationRequest | DeactivationRequest | None:
    """Return what a link holds that fills a form; None where nothing vouches for it."""
    try:
        return typed.carried(values)
    except (CoreError, ProtocolError):
        return None


def _looked_up(values: dict[str, str]) -> LicenseFacts:
    found = operations.look_up(typed.code(values, "activation_key"), by=_by())
    return license_facts(found, found.product, parts().clock())


def _known(values: dict[str, str]) -> LicenseFacts | None:
    """Return the license of a form that was refused, where it was looked up before."""
    try:
        return _looked_up(values) if values.get("known") else None
    except (CoreError, ProtocolError):
        return None


def _prefilled() -> dict[str, str]:
    return {field: request.args.get(argument, "") for argument, field in _PREFILLED.items()}

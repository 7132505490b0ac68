"""What a refusal looks like in the portal: the page it came from, with what was typed and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from protocol.errors import ProtocolError
from server import problems
from server.core.errors import CoreError, NotAllowed, NotFound
from server.core.roles import Permission
from server.faces.portal import bulk, computers, customers, issuing, products, staff
from server.faces.portal.licenses import license_page
from server.faces.portal.signing_in import sign_in_page
from server.faces.portal.start import start_page
from server.forms import Refusal, form_expired, posted, refusal_of

_SIGN_IN = "portal.signing_in.enter"
# Which dialog of a licence's page a deed was sent from.
_DIALOGS = {
    "portal.deeds.activate": "activate",
    "portal.deeds.license_file": "activate",
    "portal.deeds.release": "release",
    "portal.deeds.force_release": "force",
    "portal.changes.renew": "renew",
    "portal.changes.edit": "edit",
    "portal.changes.suspend": "suspend",
    "portal.changes.resume": "suspend",
    "portal.changes.replace_key": "replace",
}
# Pages that show themselves again, by the place of their addresses.
_PAGES: dict[str, Callable[[str, Refusal], str]] = {
    "computers": computers.page_refused,
    "customers": customers.page_refused,
    "products": products.page_refused,
}
# The page that a form stands on, in the address that it is sent to.
_STANDS_ON = re.compile(r"(/portal/(?:licenses|computers|customers|products)/[\w-]+)/[\w/-]+", re.ASCII)


def init(blueprint: Blueprint) -> None:
    """Register what answers a refusal on any page of the portal."""
    blueprint.register_error_handler(CoreError, refused)
    blueprint.register_error_handler(ProtocolError, refused)
    blueprint.register_error_handler(CSRFError, lambda error: refused(form_expired()))


def refused(error: CoreError | ProtocolError) -> Response:
    """Show the page again from which something was asked in vain."""
    endpoint = request.endpoint or ""
    if endpoint == _SIGN_IN:
        return problems.refused(error, sign_in_page(posted(), refusal=refusal_of(error)))
    try:
        if not staff.is_known():
            staff.enter(Permission.SEE_LICENSES)
    except NotAllowed as signed_out:
        return _signed_out(signed_out)
    page = _page_of(endpoint)
    if page is None:
        return problems.answered(error)
    try:
        return problems.refused(error, page(refusal_of(error)))
    except NotFound as gone:
        # What the page is about is not there, whatever else was wrong.
        return problems.answered(gone)


def _page_of(endpoint: str) -> Callable[[Refusal], str] | None:
    if endpoint == "portal.deeds.link":
        return lambda refusal: start_page(values=posted(), refusal=refusal)
    if endpoint in ("portal.issuing.preview", "portal.issuing.issue"):
        return lambda refusal: issuing.form_page(posted(), refusal=refusal)
    if endpoint in ("portal.bulk.ask", "portal.bulk.do"):
        return lambda refusal: bulk.ask_page(refusal=refusal)
    if endpoint in _DIALOGS:
        number, dialog = (request.view_args or {})["number"], _DIALOGS[endpoint]
        return lambda refusal: license_page(number, dialog=dialog, values=posted(), refusal=refusal)
    _, _, within = endpoint.partition(".")
    room, _, deed = within.partition(".")
    return partial(_PAGES[room], deed) if room in _PAGES and request.method == "POST" else None


def _signed_out(error: NotAllowed) -> Response:
    """Lead to the sign-in and back; who sends a form is told why it was not taken."""
    if request.method == "GET":
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("portal.signing_in.form", next=wanted))
    page = _STANDS_ON.fullmatch(request.path)
    values = {"next": page[1] if page else ""}
    return problems.refused(error, sign_in_page(values, refusal=refusal_of(error)))

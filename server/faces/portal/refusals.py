"""What a refusal looks like in the portal: the page it came from, with what was typed and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import ModuleType
from urllib.parse import quote

from flask import Blueprint, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import CodedError
from keyferry.server.core.brand.pictures import too_large
from keyferry.server.core.errors import NotAllowed, NotFound
from keyferry.server.core.imports import csv_files
from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import branding, importing, kept_forms, staff, trouble
from keyferry.server.faces.portal.signing_in import code_page, sign_in_page
from keyferry.server.services.permission import require
from keyferry.server.web import problems
from keyferry.server.web.forms import Refusal, form_expired, posted, refusal_of

_SIGN_IN = ("portal.signing_in.enter", _SIGN_IN_CODE := "portal.signing_in.enter_code")
# After these only name and password help.
_FROM_THE_START = {"wrong_sign_in", "sign_in_expired"}
# The page that a form stands on, in the address that it is sent to.
_STANDS_ON = re.compile(
    r"(/portal/(?:licenses|computers|customers|products|operators)/[\w-]+)/[\w/-]+", re.ASCII
)

# Each room shows its own page again, by the name of the operation that was refused there.
Pages = Mapping[str, Callable[[str, Refusal], str]]


def init(blueprint: Blueprint, rooms: Iterable[ModuleType]) -> None:
    """Register what answers a refusal on any page of the portal; a room with forms has a `page_refused`."""
    pages = {room.blueprint.name: room.page_refused for room in rooms if hasattr(room, "page_refused")}
    answer = partial(refused, pages)
    blueprint.record_once(lambda setup: problems.show_staff(setup.app, trouble.problem_page))
    blueprint.register_error_handler(CodedError, answer)

    @blueprint.get("/typed/<secret>")
    @staff.needs(Permission.SEE_LICENSES)
    def typed_again(secret: str) -> str:
        return _typed_again(pages, secret)

    blueprint.register_error_handler(CSRFError, lambda error: answer(form_expired()))
    # The only forms with a file: what is too large for them is so before any view sees it.
    for room, refusal in ((branding, too_large), (importing, csv_files.too_large)):
        room.blueprint.register_error_handler(RequestEntityTooLarge, _too_large(answer, refusal))


def _too_large(
    answer: Callable[[CodedError], Response], refusal: Callable[[], CodedError]
) -> Callable[[RequestEntityTooLarge], Response]:
    return lambda error: answer(refusal())


def refused(pages: Pages, error: CodedError) -> Response:
    """Show the page again from which something was asked in vain."""
    endpoint = request.endpoint or ""
    if endpoint in _SIGN_IN:
        return _not_signed_in(error, endpoint)
    room, _, operation = endpoint.partition(".")[2].partition(".")
    try:
        if not staff.is_known():
            staff.enter(Permission.SEE_LICENSES)
    except NotAllowed as shut_out:
        is_signed_out = error.code == shut_out.code == "signed_out"
        is_kept = request.method == "POST" and is_signed_out and room in pages
        return (kept_forms.kept(room) if is_kept else None) or _shut_out(shut_out)
    if request.method != "POST" or room not in pages or not _may_see(endpoint, room):
        return problems.answered(error)
    try:
        return problems.refused(error, pages[room](operation, refusal_of(error)))
    except NotFound as gone:
        # What the page is about is not there, whatever else was wrong.
        return problems.answered(gone)


def _typed_again(pages: Pages, secret: str) -> str:
    """Show a form as it was typed before its session ended; nothing is done."""
    unplaced = kept_forms.take_up(secret)
    if unplaced is not None:
        return staff.page("typed", typed=kept_forms.typed_into(unplaced))
    endpoint = request.endpoint or ""
    room, _, operation = endpoint.partition(".")[2].partition(".")
    if not _may_see(endpoint, room):
        require(staff.by(), _permission_of(endpoint))
    return pages[room](operation, kept_forms.nothing_done())


def _may_see(endpoint: str, room: str) -> bool:
    """Return whether who asks may see the page that a form stands on; a license's page all of them may.

    Asked here, too: a stale form is refused before its view asks, as is an operation that is not permitted.
    """
    return room in ("operations", "changes") or staff.may(_permission_of(endpoint).name)


def _permission_of(endpoint: str) -> Permission:
    needed: Permission = getattr(current_app.view_functions[endpoint], "permission", Permission.SEE_LICENSES)
    return needed


def _not_signed_in(error: CodedError, endpoint: str) -> Response:
    """Show the form of the sign-in again that was sent."""
    at_the_code = endpoint == _SIGN_IN_CODE and error.code not in _FROM_THE_START
    page = code_page if at_the_code else sign_in_page
    return problems.refused(error, page(posted(), refusal=refusal_of(error)))


def _shut_out(error: NotAllowed) -> Response:
    """Lead to the sign-in and back; who sends a form reads why it was not taken."""
    if error.code == "second_factor_missing":
        return redirect(url_for("portal.second_factor.form"))
    if request.method == "GET":
        asked = request.query_string.decode(errors="replace")
        wanted = f"{quote(request.path)}?{asked}" if asked else quote(request.path)
        return redirect(url_for("portal.signing_in.form", next=wanted))
    page = _STANDS_ON.fullmatch(request.path)
    values = {"next": page[1] if page else ""}
    return problems.refused(error, sign_in_page(values, refusal=refusal_of(error)))

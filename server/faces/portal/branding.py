"""How the vendor looks to customers: name, privacy notice, color, logo, and the phone page as an example."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import Sentence
from keyferry.server import vendor
from keyferry.server.core import properties
from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import contrast, palette
from keyferry.server.core.brand.pictures import MAX_BYTES, too_large
from keyferry.server.core.errors import Malformed
from keyferry.server.core.properties import CONTACT
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.properties import faults_of
from keyferry.server.parts import parts
from keyferry.server.services import settings
from keyferry.server.web import brand, example
from keyferry.server.web.example import THEMES, VIEWS, Example
from keyferry.server.web.forms import Refusal, posted, refusal_of
from keyferry.server.web.headers import CSP, content_security_policy
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import said

blueprint = Blueprint("branding", __name__, url_prefix="/branding")

# Above the limit of a picture: of what is a little too large, a sentence stands beside the field.
MAX_FORM_BYTES = 1024 * 1024
OURS = "#1a56c4"
_THE_SAME = Sentence("No changes.")
_BACK_TO_DEFAULT = {
    "name": Sentence("The name is back to the default."),
    "privacy": Sentence("The privacy notice is back to the default."),
    "color": Sentence("The color is back to the default."),
    "logo": Sentence("The logo is back to the default."),
}


@blueprint.url_value_preprocessor
def take_pictures(endpoint: str | None, values: object) -> None:
    """Let a form be larger than elsewhere: here already, since its CSRF field is read before any view."""
    request.max_content_length = MAX_FORM_BYTES


@blueprint.after_request
def allow_frames(response: Response) -> Response:
    """Let the page show the example in itself."""
    response.headers[CSP] = content_security_policy(frames=True)
    return response


@blueprint.get("")
@staff.needs(Permission.SET_PROPERTIES)
def overview() -> str:
    """Show how the vendor looks."""
    return branding_page()


@blueprint.post("/preview")
@staff.needs(Permission.SET_PROPERTIES)
def preview() -> str:
    """Show how it would look with what was typed; nothing is kept."""
    branding.checked(posted(), vendor.from_settings())
    return branding_page(typed=posted(), is_typed=True)


@blueprint.get("/example")
@staff.needs(Permission.SET_PROPERTIES)
def shown() -> Response:
    """Lead to the phone page as an example, with what the address says that was typed."""
    asked = request.args
    theme, view = asked.get("theme", THEMES[0]), asked.get("view", VIEWS[0])
    if theme not in THEMES or view not in VIEWS:
        raise Malformed("Reload the page and choose one of its previews.", code="malformed_request")
    wanted = Example(_would_be(asked), theme, view)
    sealed = example.sealed(wanted, keyring=parts().keyring, now=parts().clock())
    return redirect(url_for("phone.pages.example_page", shown=sealed))


@blueprint.get("/readable")
@staff.needs(Permission.SET_PROPERTIES)
def readable() -> Response:
    """Say how a color can be read that was typed."""
    color = _would_be({"color": request.args.get("color", "")}).color
    return Response(_readable(color), mimetype="text/plain")


@blueprint.post("")
@staff.runs(settings.set_branding)
def save() -> Response:
    """Set what was changed of name, logo, color, contact and privacy notice."""
    typed, file = posted(), request.files.get("logo")
    # A browser sends a field for a file that nobody chose, too, without a name.
    logo = file.read() if file and file.filename else None
    count = settings.set_branding(
        typed,
        _contact_of(typed),
        vendor.from_settings(),
        version=typed.get("version", ""),
        by=staff.by(),
        logo=logo,
    )
    return _back(Sentence("Saved. Pages look like this from now on.") if count else _THE_SAME)


@blueprint.post("/default")
@staff.runs(settings.reset_branding)
def back_to_default() -> Response:
    """Have the default of one part count again."""
    name = posted().get("part", "")
    settings.reset_branding(name, vendor.from_settings(), by=staff.by())
    return _back(_BACK_TO_DEFAULT[name])


def _back(sentence: str) -> Response:
    flash(said(sentence))
    return redirect(url_for("portal.branding.overview"))


def branding_page(
    typed: Mapping[str, str] | None = None, is_typed: bool = False, refusal: Refusal | None = None
) -> str:
    """Return the page, with what was typed and what was wrong with it."""
    counts, default = brand.brand(), vendor.from_settings()
    with reading() as session:
        version, asked = settings.version_of_branding(session, default), properties.read(session)
        rows = branding.stored(session)
    counting = {"name": counts.name, "privacy": counts.privacy, "color": counts.color}
    values = counting | {name: asked[name] for name in CONTACT} | dict(typed or {})
    would_be = counts if refusal else _would_be(values)
    return staff.page(
        "branding",
        values=values,
        brand=would_be,
        defaults=default,
        was_read=typed is not None,
        faults=faults_of(_contact_of(typed)) if typed else {},
        readable=_readable(would_be.color),
        stored=rows,
        themes=THEMES,
        views=VIEWS,
        max_bytes=MAX_BYTES,
        too_large=refusal_of(too_large()),
        is_typed=is_typed,
        refusal=refusal,
        # Who only looked goes on from what they typed over.
        version=values.get("version", "") if is_typed else version,
    )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused; of a file that was refused nothing can be kept."""
    # What is far too large was not read at all.
    typed = posted() if "form" in vars(request) else None
    return branding_page(typed=typed if operation in ("save", "preview") else None, refusal=refusal)


def _contact_of(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed[name] for name in CONTACT if name in typed}


def _readable(color: str) -> str:
    """Return how well a color can be read on light and on dark pages, and what is made of it for that."""
    shown = palette(color or OURS)
    light, dark = (f"{contrast(one.accent, one.on_accent):.1f}" for one in (shown.light, shown.dark))
    words = _("Readable, {light}:1 on light pages and {dark}:1 on dark ones", light=light, dark=dark)
    if shown.is_darker_on_light and color:
        words += ". " + _("It’s darkened so it’s readable on light pages.")
    elif shown.is_lighter_on_dark and color:
        words += ". " + _("It’s lightened so it’s readable on dark pages.")
    return words


def _would_be(typed: Mapping[str, str]) -> Brand:
    """Return how it would look with what was typed, and the logo that counts."""
    return branding.checked(typed, Brand(**{**vars(vendor.from_settings()), "logo": brand.brand().logo}))

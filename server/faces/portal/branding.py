"""How the vendor looks to customers: name, privacy notice, color, logo, and the phone page as an example."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import Sentence
from keyferry.server import vendor
from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import palette
from keyferry.server.core.brand.pictures import MAX_BYTES
from keyferry.server.core.errors import Malformed
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.parts import parts
from keyferry.server.services import settings
from keyferry.server.web import brand, example
from keyferry.server.web.example import THEMES, VIEWS, Example
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.headers import CSP, content_security_policy
from keyferry.server.web.languages import said

blueprint = Blueprint("branding", __name__, url_prefix="/branding")

# Above the limit of a picture: of what is a little too large, a sentence stands beside the field.
MAX_FORM_BYTES = 1024 * 1024
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


@blueprint.post("")
@staff.runs(settings.set_branding)
def save() -> Response:
    """Set what was changed of name, privacy notice and color."""
    typed = posted()
    version, default = typed.get("version", ""), vendor.from_settings()
    count = settings.set_branding(typed, default, version=version, by=staff.by())
    return _back(Sentence("Saved. Pages look like this from now on.") if count else _THE_SAME)


@blueprint.post("/logo")
@staff.runs(settings.set_logo)
def upload() -> Response:
    """Set the logo."""
    file = request.files.get("logo")
    is_new = settings.set_logo(file.read() if file else b"", by=staff.by())
    return _back(Sentence("Logo saved.") if is_new else _THE_SAME)


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
    counts, defaults = brand.brand(), vendor.from_settings()
    values = typed or {"name": counts.name, "privacy": counts.privacy, "color": counts.color}
    would_be = counts if refusal else _would_be(values)
    with reading() as session:
        return staff.page(
            "branding",
            values=values,
            brand=would_be,
            defaults=defaults,
            palette=palette(would_be.color) if would_be.color else None,
            stored=branding.stored(session),
            themes=THEMES,
            views=VIEWS,
            max_bytes=MAX_BYTES,
            is_typed=is_typed,
            refusal=refusal,
            # Who only looked goes on from what they typed over.
            version=values.get("version", "") if is_typed else counts.version,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused; of a file that was refused nothing can be kept."""
    return branding_page(typed=posted() if operation in ("save", "preview") else None, refusal=refusal)


def _would_be(typed: Mapping[str, str]) -> Brand:
    """Return how it would look with what was typed, and the logo that counts."""
    return branding.checked(typed, Brand(**{**vars(vendor.from_settings()), "logo": brand.brand().logo}))

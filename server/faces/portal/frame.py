"""The parts of the frame that say the same on page after page: made once for each role, then kept."""

from __future__ import annotations

from functools import lru_cache

from flask import current_app, render_template, request
from markupsafe import Markup

from keyferry.server.core.models import Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.web.languages import page_language

_MOST = 256
_KEPT = "keyferry.parts_of_the_frame"


def kept(name: str, role: Role, about: str = "") -> Markup:
    """Return a part of the frame, which goes by what `may` be done in a role, and what it is `about`.

    So it holds nothing of whoever asks: no name, no field of a form.
    """
    made = current_app.extensions.get(_KEPT)
    if made is None:
        # Of each application its own.
        made = current_app.extensions[_KEPT] = lru_cache(_MOST)(_made)
    # Its addresses begin where this server does.
    return made(name, role, about, page_language(), request.script_root)  # type: ignore[no-any-return]


def _made(name: str, role: Role, about: str, _language: str, _root: str) -> Markup:
    def may(permission: str) -> bool:
        return Permission[permission] in PERMISSIONS[role]

    text = render_template(f"portal/frame/{name}.html", may=may, about=about)
    return Markup(text)  # noqa: S704 - of a template

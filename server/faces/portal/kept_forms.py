"""A form that was sent after its session had ended: it stands there again, as typed, after signing in."""

from __future__ import annotations

import re

from flask import current_app, redirect, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import Sentence
from keyferry.server.core.staff.kept_forms import Form
from keyferry.server.faces.portal import staff
from keyferry.server.services import kept_forms
from keyferry.server.web.forms import PLAIN, Refusal, is_bound
from keyferry.server.web.languages import said

PATH = "/portal/typed/"

# Where secrets are typed and little else.
_SECRET_ROOMS = {"signing_in", "account", "second_factor"}
_SECRET = re.compile("password|csrf_token|^code$|^link$")
# What the page itself puts into each form.
_OURS = {"version", "form", "product", "section", "shown", PLAIN}
_SIGNED_OUT = Sentence(
    "You’re no longer signed in. Sign in within 30 minutes, and what you typed is here again."
)
_BACK = Sentence(
    "You were signed out before you sent this. Nothing has been done yet. Check it, and send it again."
)


def kept(room: str) -> Response | None:
    """Keep the form of this request, and lead to the sign-in and back to it; None where nothing is kept."""
    # Only what a person sent from a page that was made for the session that has ended.
    wants_page = "text/html" in request.headers.get("Accept", "")
    if not wants_page or room in _SECRET_ROOMS or not is_bound(staff.token()):
        return None
    values = [(name, value) for name, value in request.form.items(multi=True) if not _is_secret(room, name)]
    if not any(value.strip() for name, value in values if name not in _OURS):
        return None
    secret = kept_forms.keep(
        staff.token(), Form(request.endpoint or "", dict(request.view_args or {}), values)
    )
    if secret is None:
        return None
    back = url_for("portal.typed_again", secret=secret)
    return redirect(url_for("portal.signing_in.form", next=back), 303)


def take_up(secret: str) -> Form | None:
    """Let this request stand for the one whose form was kept; raises NotFound (form_not_kept).

    Where an update has taken away the address that the form was sent to, nothing stands for it: then the
    form comes back by itself.
    """
    form = kept_forms.find(secret, staff.operator())
    rule = _rule_of(form)
    if rule is None:
        return form
    request.url_rule, request.view_args = rule, form.arguments
    vars(request)["form"] = ImmutableMultiDict(form.values)
    return None


def _rule_of(form: Form) -> Rule | None:
    try:
        rules = [*current_app.url_map.iter_rules(form.endpoint)]
    except KeyError:
        return None
    takes = (one for one in rules if "POST" in (one.methods or ()) and one.arguments == form.arguments.keys())
    return next(takes, None)


def typed_into(form: Form) -> list[str]:
    """Return what a person typed into a form that no page has any more."""
    return [value for name, value in form.values if value.strip() and name not in _OURS]


def nothing_done() -> Refusal:
    """Return what a form says that stands there again."""
    return Refusal("signed_out", said(_BACK), None)


def signed_out(address: str) -> Refusal | None:
    """Return what the sign-in says if it leads back to a form, None if it leads elsewhere."""
    return Refusal("signed_out", said(_SIGNED_OUT), None) if address.startswith(PATH) else None


def _is_secret(room: str, name: str) -> bool:
    # The code of a product is none.
    return bool(_SECRET.search(name)) and (room, name) != ("products", "code")

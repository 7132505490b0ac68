"""Who is signed in to the portal; every page names the permission that it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Operator, OperatorSession, Role
from keyferry.server.core.staff import devices, roles
from keyferry.server.core.staff.roles import Permission
from keyferry.server.core.staff.sessions import LONGEST
from keyferry.server.db import reading
from keyferry.server.faces.portal import frame
from keyferry.server.parts import parts
from keyferry.server.services import first_day as services
from keyferry.server.services.first_day import FirstDay
from keyferry.server.services.permission import admission, note_use, permission_of, require
from keyferry.server.web import brand
from keyferry.server.web.forms import bind, cookie_name, is_bound
from keyferry.server.web.languages import saying
from keyferry.server.words import wording

_PATH = "/portal"

# What a page shows that was opened, and not answered to a form.
_NOTHING_DONE: dict[str, Any] = {"dialog": "", "values": {}, "refusal": None, "given": None, "released": None}
_WORDS: dict[str, Any] = {
    "channels": wording.CHANNELS,
    "displaced": wording.DISPLACED,
    "states": wording.STATES,
    "event_in_words": wording.event_in_words,
    "reason_in_words": wording.reason_in_words,
    "detail_in_words": wording.detail_in_words,
    "mail_in_words": wording.mail_in_words,
    "device_in_words": wording.device_in_words,
}

P = ParamSpec("P")
R = TypeVar("R")


def needs(permission: Permission, *, sets_up: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be reached only by who is signed in and may do what it does.

    With `sets_up` also by who must set up a second factor before anything else.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def admitted(*arguments: P.args, **named: P.kwargs) -> R:
            is_own_form = request.method != "POST" or is_bound(token())
            enter(permission, sets_up=sets_up)
            if not is_own_form:
                # A field that fits a cookie from elsewhere was made for somebody else's sign-in.
                abort(403)
            return view(*arguments, **named)

        # What a test looks for on every page.
        admitted.permission = permission  # type: ignore[attr-defined]
        return admitted

    return decorate


def runs(operation: Callable[..., object]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be reached only by whom the operation that it runs is permitted: before its form is read."""
    return needs(permission_of(operation))


def enter(permission: Permission, *, sets_up: bool = False) -> None:
    """Find out who asks; raises NotAllowed (signed_out, second_factor_missing, not_permitted)."""
    now = parts().clock()
    # At once, and not while a page has its own connection: enough requests would wait for each other's.
    with reading() as session:
        values = properties.read(session)
        g.staff = admission(session, token(), values, now=now, sets_up=sets_up)
        g.house = brand.among(session, values)
        g.first_day = services.within(session, operator(), values)
    note_use(here(), now=now)
    bind(token())
    require(by(), permission)


def is_known() -> bool:
    """Return whether it is known who asks."""
    return "staff" in g


def here() -> OperatorSession:
    """Return the session of who asks; only for views that `needs` guards."""
    row: OperatorSession = g.staff
    return row


def operator() -> Operator:
    """Return who asks."""
    return here().operator


def by() -> By:
    """Return who asks, for the audit."""
    one = operator()
    return By(Channel.PORTAL, one.name, request.remote_addr, Role(one.role))


def stranger() -> By:
    """Return from where is asked, before it is known by whom."""
    return By(Channel.PORTAL, address=request.remote_addr)


def may(name: str) -> bool:
    """Return whether a template offers an operation, by the name of its permission."""
    return roles.may(operator(), Permission[name])


def first_day() -> FirstDay | None:
    """Return how far the vendor is on its first day, None where the list is not shown to who asks."""
    if "first_day" not in g:
        g.first_day = services.of(operator())
    found: FirstDay | None = g.first_day
    return found


def forget_first_day() -> None:
    """Ask again: the list has ended."""
    g.pop("first_day", None)


def page(name: str, **context: Any) -> str:
    """Return a page for who is signed in."""
    role = Role(operator().role)
    # What the lists and times of `portal/parts.html` go by, which are made without the rest.
    g.page_now, g.page_list = parts().clock(), context.get("listed")
    here = {
        **saying(),
        "operator": operator(),
        "may": may,
        "frame_part": lambda name, about="": frame.kept(name, role, about),
        "now": g.page_now,
        "house": g.house,
        "first_day": first_day,
    }
    return render_template(f"portal/{name}.html", **(_WORDS | _NOTHING_DONE | here | context))


def asked_dialog(*names: str) -> str:
    """Return which of these dialogs the address asks for: a page opens it itself where no script does."""
    asked = request.args.get("dialog", "")
    return asked if asked in names else ""


def cookie() -> str:
    """Return the name of the cookie that holds a sign-in."""
    return cookie_name("portal", parts().settings, parts().keyring)


def cookie_path() -> str:
    """Return where browsers show it; a name that HTTPS protects has to be shown everywhere."""
    return "/" if parts().settings.is_https else _PATH


def token() -> str:
    """Return what the browser shows as its sign-in."""
    return request.cookies.get(cookie(), "")


def keep_token(response: Response, fresh: str) -> None:
    """Have the browser show a sign-in from now on: only to the portal, and to no script."""
    _keep(response, cookie(), fresh, LONGEST)


def keep_device(response: Response, one: Operator) -> None:
    """Have the browser show that an operator signed in with it: several may share a desk."""
    name = cookie_name(f"device_{one.id}", parts().settings, parts().keyring)
    device = devices.sealed(one, keyring=parts().keyring, now=parts().clock())
    _keep(response, name, device, devices.LIFETIME)


def _keep(response: Response, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path=cookie_path(),
        secure=request.is_secure or parts().settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def forget_token(response: Response) -> None:
    """Have the browser forget the sign-in."""
    response.delete_cookie(cookie(), path=cookie_path(), secure=parts().settings.is_https)

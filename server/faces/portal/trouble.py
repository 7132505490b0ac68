"""What staff see of an error: in the portal's frame where it is known who asks, otherwise on a page alone."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import staff
from keyferry.server.web.brand import in_trouble
from keyferry.server.web.forms import page_behind

_SAFE = ("GET", "HEAD")


def problem_page(shown: dict[str, Any]) -> str:
    """Return the page of an error, with its `status`, `detail` and `request_id`."""
    is_busy = shown["status"] == 503
    shown |= {"was_sent": request.method not in _SAFE, "behind": page_behind()}
    # Once the frame has been tried: if that is what failed, the page alone says so.
    if not is_busy and "tried_frame" not in g and _is_signed_in():
        g.tried_frame = True
        return staff.page("problem", **shown)
    return render_template("portal/problem_alone.html", house=in_trouble(asks=not is_busy), **shown)


def _is_signed_in() -> bool:
    """Return whether it is known who asks; an address without a page has no view that found out."""
    if staff.is_known():
        return True
    if request.method not in _SAFE or not staff.token():
        return False
    try:
        staff.enter(Permission.SEE_LICENSES)
    except (NotAllowed, SQLAlchemyError):
        # That is no news: the page tells of another error.
        return False
    return True

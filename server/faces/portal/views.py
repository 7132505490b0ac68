"""What somebody keeps of the list of licenses for themselves: views by name, and which columns they see."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import license_list, staff
from keyferry.server.faces.portal.licenses import list_page
from keyferry.server.services import views
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("views", __name__)


@blueprint.post("/licenses/views")
@staff.needs(Permission.SEE_LICENSES)
def save() -> Response:
    """Save what the list shows under a name."""
    values = posted()
    asked = _asked()
    views.save(staff.operator(), values.get("name", ""), license_list.query(asked))
    flash(_("View saved."))
    return _back(asked)


@blueprint.post("/licenses/views/<int:number>/remove")
@staff.needs(Permission.SEE_LICENSES)
def remove(number: int) -> Response:
    """Remove a view; the licenses stay as they are."""
    name = views.remove(staff.operator(), number)
    flash(_("View “{name}” removed.", name=name))
    return _back(_asked())


@blueprint.post("/licenses/columns")
@staff.needs(Permission.SEE_LICENSES)
def columns() -> Response:
    """Keep which columns the list has."""
    chosen = [one for one in license_list.COLUMNS if one in request.form.getlist("column")]
    is_usual = "usual" in request.form or tuple(chosen) == license_list.USUAL_COLUMNS
    views.choose_columns(staff.operator(), None if is_usual else chosen)
    return _back(_asked())


def _asked() -> dict[str, str]:
    return license_list.of_query(posted().get("list", ""))


def _back(asked: dict[str, str]) -> Response:
    return redirect(license_list.address(asked))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the list again, with what was wrong with the view."""
    return list_page(_asked(), refusal=refusal, values=posted())

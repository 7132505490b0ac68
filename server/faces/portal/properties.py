"""The server properties: each with its type's control, its default, and who changed it when."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import Sentence
from keyferry.server.core import properties
from keyferry.server.core.properties import PROPERTIES, Property
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.services import settings
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext

blueprint = Blueprint("properties", __name__)

# What stands before the slash of a name, in words.
_GROUPS = {
    "customerSite": Sentence("Self Help"),
    "options": Sentence("Limits"),
    "portal": Sentence("Staff"),
    "audit": Sentence("Audit"),
    "mail": Sentence("Email"),
    "branding": Sentence("Support contact"),
}


@blueprint.get("/properties")
@staff.needs(Permission.SET_PROPERTIES)
def listing() -> str:
    """Show all properties."""
    return properties_page()


@blueprint.post("/properties")
@staff.runs(settings.set_group)
def save() -> Response:
    """Set what was changed in one group."""
    values = posted()
    group = values.get("group", "")
    typed = _typed(properties.groups().get(group, []), values)
    count = settings.set_group(group, typed, version=values.get("version", ""), by=staff.by())
    changed = ngettext("1 setting changed.", "{count} settings changed.", count)
    flash(changed if count else _("No changes."))
    return redirect(url_for("portal.properties.listing", _anchor=group))


@blueprint.post("/properties/default")
@staff.runs(settings.reset_property)
def back_to_default() -> Response:
    """Have the default of one property count again."""
    name = posted().get("property", "")
    settings.reset_property(name, by=staff.by())
    flash(_("{name} is back to the default.", name=properties.declared(name).name))
    return redirect(url_for("portal.properties.listing", _anchor=name.partition("/")[0]))


def properties_page(typed: Mapping[str, str] | None = None, refusal: Refusal | None = None) -> str:
    """Return the page, with what was typed into one group and what was wrong there."""
    with reading() as session:
        values, typed = properties.read(session), typed or {}
        group = typed.get("group", "")
        shown = _typed(properties.groups().get(group, []), typed)
        return staff.page(
            "properties",
            groups={_GROUPS.get(name, name): (name, known) for name, known in properties.groups().items()},
            values=values | {name: _kept(PROPERTIES[name], text) for name, text in shown.items()},
            stored=properties.stored(session),
            wrong={name for name, text in shown.items() if not PROPERTIES[name].takes(text)},
            wrong_group=group,
            refusal=refusal,
            version=lambda group: settings.version_of_group(values, group),
        )


def _typed(known: list[Property], values: Mapping[str, str]) -> dict[str, str]:
    """Return what a form says of its properties; a box without its tick is not sent at all."""
    if not values:
        return {}
    return {
        one.name: values.get(one.name, "false") if one.type == "yes or no" else values[one.name]
        for one in known
        if one.type == "yes or no" or one.name in values
    }


def _kept(known: Property, text: str) -> bool | int | str:
    return known.parse(text) if known.takes(text) else text


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused."""
    return properties_page(typed=posted(), refusal=refusal)

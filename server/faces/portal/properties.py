"""The server properties: each with its type's control, its default, and who changed it when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import Sentence
from keyferry.server.core import properties
from keyferry.server.core.folding import caseless
from keyferry.server.core.mail import LANGUAGES
from keyferry.server.core.properties import PROPERTIES, Property
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.services import settings
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import language_name, ngettext, said

blueprint = Blueprint("properties", __name__, url_prefix="/properties")

# Their groups, in words.
_GROUPS = {
    "customerSite": Sentence("Self Help"),
    "options": Sentence("Limits"),
    "firstDay": Sentence("First day"),
    "portal": Sentence("Security"),
    "audit": Sentence("Privacy"),
    "mail": Sentence("Email"),
    "branding": Sentence("Support contact"),
}
# Groups that have a page of their own, by its address.
_SECTIONS = {"self-help": "customerSite", "limits": "options", "security": "portal", "privacy": "audit"}
_HINTS = {
    "self-help": Sentence("What customers can do without you, in Self Help."),
    "security": Sentence("Whoever needs a second factor sets it up right after the next sign-in."),
}


@blueprint.get("")
@staff.needs(Permission.SET_PROPERTIES)
def listing() -> str:
    """Show all properties, or those that a search finds."""
    return properties_page(q=request.args.get("q", ""), changed_only="changed" in request.args)


@staff.needs(Permission.SET_PROPERTIES)
def of_section(section: str) -> str:
    """Show the properties of one kind."""
    return properties_page(section)


for one in _SECTIONS:
    # An address each: one for any name would take that of the defaults for a page, too.
    blueprint.add_url_rule(f"/{one}", of_section.__name__, of_section, defaults={"section": one})


@blueprint.post("")
@staff.runs(settings.set_properties)
def save() -> Response:
    """Set what was changed on one page."""
    values = posted()
    count = settings.set_properties(typed_of(values), version=values.get("version", ""), by=staff.by())
    changed = ngettext("1 setting changed.", "{count} settings changed.", count)
    flash(changed if count else _("No changes."))
    return _back(values)


@blueprint.post("/default")
@staff.runs(settings.reset_property)
def back_to_default() -> Response:
    """Have the default of one property count again."""
    values = posted()
    name = values.get("property", "")
    settings.reset_property(name, by=staff.by())
    flash(_("{name} is back to the default.", name=properties.declared(name).name))
    return _back(values)


def properties_page(
    section: str = "",
    *,
    q: str = "",
    changed_only: bool = False,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    """Return a page of properties, with what was typed into it and what was wrong there."""
    typed = typed or {}
    with reading() as session:
        values, stored = properties.read(session), properties.stored(session)
        among = stored if changed_only else PROPERTIES
        groups = [
            (name, _GROUPS.get(name, name), found)
            for name, known in properties.groups().items()
            if _SECTIONS.get(section, name) == name and (found := _fitting(known, q, among))
        ]
        names = [one.name for _name, _title, known in groups for one in known]
        return staff.page(
            "properties",
            section=section,
            title=_GROUPS[_SECTIONS[section]] if section else "",
            hint=_HINTS.get(section),
            q=q,
            changed_only=changed_only,
            shown=" ".join(names),
            groups=groups,
            values=values | {name: _kept(PROPERTIES[name], text) for name, text in typed.items()},
            stored=stored,
            faults=faults_of(typed),
            refusal=refusal,
            languages={tag: language_name(tag) for tag in LANGUAGES},
            version=settings.version_of(values, names),
        )


def typed_of(values: Mapping[str, str]) -> dict[str, str]:
    """Return what a form says of the properties that it shows; a box without its tick is not sent at all."""
    shown = (PROPERTIES[name] for name in values.get("shown", "").split() if name in PROPERTIES)
    return {
        one.name: values.get(one.name, "false") if one.type == "yes or no" else values[one.name]
        for one in shown
        if one.type == "yes or no" or one.name in values
    }


def faults_of(typed: Mapping[str, str]) -> dict[str, Refusal]:
    """Return what is wrong with typed values, by the names of the properties."""
    wrong = (PROPERTIES[name] for name, text in typed.items() if not PROPERTIES[name].takes(text))
    return {
        one.name: Refusal("malformed_property", _("Use {values}.", values=one.values), one.name)
        for one in wrong
    }


def _fitting(known: Iterable[Property], q: str, among: Iterable[str]) -> list[Property]:
    wanted, names = caseless(q.strip()), set(among)
    texts = {one.name: caseless(f"{one.name} {said(one.sentence)}") for one in known}
    return [one for one in known if one.name in names and wanted in texts[one.name]]


def _kept(known: Property, text: str) -> bool | int | str:
    return known.parse(text) if known.takes(text) else text


def _back(values: Mapping[str, str]) -> Response:
    section = values.get("section", "")
    if section in _SECTIONS:
        return redirect(url_for("portal.properties.of_section", section=section))
    return redirect(url_for("portal.properties.listing"))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused."""
    values = posted()
    section = values.get("section", "")
    return properties_page(section if section in _SECTIONS else "", typed=typed_of(values), refusal=refusal)

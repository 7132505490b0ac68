"""The search at the top of every page: what somebody knows of a license, or a wizard's link."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.licensing import glances
from keyferry.server.core.models import Activation, Customer, License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.licenses import list_page
from keyferry.server.faces.portal.operations import linked_page
from keyferry.server.faces.portal.scanning import scanning_page
from keyferry.server.web.forms import Refusal, posted

blueprint = Blueprint("finding", __name__)

_PAGES = {
    License: "portal.licenses.license",
    Activation: "portal.computers.computer",
    Customer: "portal.customers.customer",
}
# Before the token in a wizard's link, also as mail programs write it; no key, name or address has it.
_IN_A_LINK = re.compile(r"#|%(?:25)*23")


@blueprint.post("/find")
@staff.needs(Permission.SEE_LICENSES)
def find() -> str | Response:
    """Open a wizard's link, or what a whole code or address names, or list the licenses that fit."""
    sought = posted().get("sought", "").strip()
    if _IN_A_LINK.search(sought):
        return linked_page(sought)
    with reading() as session:
        found = glances.exactly(session, sought)
        if found is not None:
            return redirect(url_for(_PAGES[type(found)], number=found.id))
    return redirect(url_for("portal.licenses.listing", q=sought))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page for a wizard's link with what is wrong with it, or the list of what was sought."""
    sought = posted().get("sought", "").strip()
    if _IN_A_LINK.search(sought):
        return scanning_page(values={"link": sought}, refusal=refusal)
    return list_page({"q": sought}, refusal=refusal)

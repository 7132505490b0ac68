"""What the search at the top shows while somebody types, and what they opened last: JSON for its script.

It is posted, so that no address and no log holds a code, and read by whoever may see licenses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request, url_for

from keyferry.server.core.licensing import glances
from keyferry.server.core.licensing.glances import Glance
from keyferry.server.core.licensing.licenses import standing
from keyferry.server.core.models import Activation, Customer, License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.parts import parts
from keyferry.server.web.forms import posted
from keyferry.server.web.languages import gettext, ngettext, number, said
from keyferry.server.words.wording import STANDINGS, STATES

blueprint = Blueprint("glances", __name__)

# As the page keeps them: the end of their address.
_NUMBERED = re.compile(r"(licenses|computers|customers)/([1-9][0-9]{0,17})", re.ASCII)
_MOST_RECENT = 5

Entry = dict[str, str]


@blueprint.post("/glance")
@staff.needs(Permission.SEE_LICENSES)
def glance() -> Response:
    """Give what begins with what is sought, by kind; for an empty search, what was opened last."""
    sought = posted().get("sought", "")
    with reading() as session:
        if sought.strip():
            found = glances.begins_with(session, sought)
            return jsonify(
                licenses=_licenses(found), computers=_computers(found), customers=_customers(found)
            )
        recent = _recent(request.form.getlist("recent"))
        numbers = {kind: [int(number) for one, number in recent if one == kind] for kind in _KINDS}
        return jsonify(recent=_in_order(glances.with_numbers(session, **numbers), recent))


_KINDS = ("licenses", "computers", "customers")


def _recent(addresses: Sequence[str]) -> list[tuple[str, str]]:
    read = (_NUMBERED.fullmatch(address) for address in addresses[:_MOST_RECENT])
    return [(one[1], one[2]) for one in read if one]


def _in_order(found: Glance, recent: Sequence[tuple[str, str]]) -> list[Entry]:
    entries = [*_licenses(found), *_computers(found), *_customers(found)]
    ends = [f"/{kind}/{number}" for kind, number in recent]
    known = {end: one for one in entries for end in ends if one["href"].endswith(end)}
    return [known[end] for end in ends if end in known]


def _licenses(found: Glance) -> list[Entry]:
    return [_license(one) for one in found.licenses]


def _license(license: License) -> Entry:
    stands = said(STANDINGS[standing(license, parts().clock())])
    return {
        "icon": "key-round",
        "code": license.activation_key,
        "whose": _name(license.customer) or license.product.name,
        "said": stands,
        "href": url_for("portal.licenses.license", number=license.id),
        "copies": license.activation_key,
    }


def _computers(found: Glance) -> list[Entry]:
    return [_computer(one) for one in found.computers]


def _computer(computer: Activation) -> Entry:
    stands = said(STATES[computer.ended_how])
    return {
        "icon": "monitor",
        "name": computer.computer_name or gettext("No name"),
        "code": computer.computer_id,
        "whose": _name(computer.license.customer),
        "said": stands,
        "href": url_for("portal.computers.computer", number=computer.id),
        "copies": computer.computer_id,
    }


def _customers(found: Glance) -> list[Entry]:
    return [
        {
            "icon": "users",
            "name": _name(customer),
            "also": customer.email,
            "said": _held(held),
            "href": url_for("portal.customers.customer", number=customer.id),
            "copies": customer.email,
        }
        for customer, held in found.customers
    ]


def _held(count: int) -> str:
    if count >= glances.MOST_HELD:
        return gettext("{count}+ licenses", count=number(count))
    return ngettext("{count} license", "{count} licenses", count)


def _name(customer: Customer | None) -> str:
    return (customer.name or customer.email) if customer else ""

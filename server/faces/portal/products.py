"""The list of products, the page of one, what staff change about them, and their files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from keyferry.protocol.computer_key import Style
from keyferry.protocol.profile import MachineSource
from keyferry.protocol.sentences import Sentence
from keyferry.server.core.errors import NotFound
from keyferry.server.core.licensing import products, public_keys
from keyferry.server.core.licensing.product_figures import SoldOfProduct
from keyferry.server.core.models import Product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.tables import table
from keyferry.server.parts import parts
from keyferry.server.services import figures
from keyferry.server.services import products as changes
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import said

blueprint = Blueprint("products", __name__)

_FORMS = ("pem", "jwk")
_COLUMNS = (
    *("code", "name", "number", "keys", "epoch"),
    *("licenses", "seats", "seats_used", "computers", "added"),
)
_ORDERS: dict[str, Callable[[Product], Any]] = {
    "name": lambda one: one.name.casefold(),
    "code": attrgetter("folded_code"),
    "added": attrgetter("created_at"),
}
_ROTATED = Sentence("New epoch started. Download the profile for your next release.")
_ROTATED_AND_RETIRED = Sentence(
    "New epoch started, and all earlier ones are retired. Download the profile and ship a new release soon."
)


@blueprint.get("/products")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show all products, with what was sold of them."""
    asked = request.args
    order = asked.get("sort", "") if asked.get("sort") in _ORDERS else "name"
    descending = asked.get("dir") == "desc"
    (sold, counted_at), live = _figures_of_all()
    with reading() as session:
        known = (one for one in products.every_product(session) if one.code in sold)
        every = sorted(known, key=_ORDERS[order], reverse=descending)
        figured = {"sold": sold, "live": live, "counted_at": counted_at}
        return staff.page("products", products=every, order=order, descending=descending, **figured)


@blueprint.get("/products.csv", defaults={"form": "csv"})
@blueprint.get("/products.xlsx", defaults={"form": "xlsx"})
@staff.needs(Permission.SEE_LICENSES)
def export(form: str) -> Response:
    """Give the list of products as a table."""
    (sold, _at), live = _figures_of_all()
    with reading() as session:
        rows = [
            (
                *(one.code, one.name, one.number, one.key_style, one.current_epoch.number),
                *(sold[one.code].licenses, sold[one.code].seats, sold[one.code].seats_used),
                *(live[one.code], one.created_at.date()),
            )
            for one in products.every_product(session)
            if one.code in sold
        ]
    return table("products", form, _COLUMNS, [rows])


@blueprint.get("/add-product")
@staff.needs(Permission.CHANGE_PRODUCTS)
def form() -> str:
    """Show the form for a new product."""
    return _form_page({"machine_source": MachineSource.OS.value})


@blueprint.post("/add-product")
@staff.runs(changes.add)
def add() -> Answer:
    """Add a product."""
    values = posted()
    code = changes.add(
        code=values.get("code", "").strip(),
        name=values.get("name", ""),
        key_style=values.get("key_style", ""),
        features=_names(values),
        machine_source=values.get("machine_source", ""),
        by=staff.by(),
        show=lambda added: added.code,
    )
    # What was known before this product says nothing of it.
    staff.forget_first_day()
    day = staff.first_day()
    if day and day.facts.product and day.facts.product.code == code:
        # The first of all: the list says what comes next.
        flash(_("Product added."))
        return redirect(url_for("portal.start.home"))
    flash(_("Product added. Download its profile and build it into your application."))
    return _back_to(code)


@blueprint.get("/products/<code>")
@staff.needs(Permission.SEE_LICENSES)
def product(code: str) -> str:
    """Show a product, with the dialog that the address names where no script opens it."""
    return product_page(code, dialog=request.args.get("dialog", ""))


@blueprint.post("/products/<code>/features")
@staff.runs(changes.add_features)
def add_features(code: str) -> Answer:
    """Add features at the end of the list."""
    changes.add_features(code, _names(posted()), by=staff.by())
    flash(_("Features added. The next profile you download includes them."))
    return _back_to(code)


@blueprint.post("/products/<code>/profile")
@staff.runs(changes.export)
def profile(code: str) -> Response:
    """Give what the vendor builds into the application."""
    written = changes.export(code, by=staff.by())
    response = Response(f"{written.to_json()}\n", mimetype="application/json")
    return as_file(response, _profile_name(written.product_code, written.current_epoch.number))


@blueprint.post("/products/<code>/rotate")
@staff.runs(changes.rotate)
def rotate(code: str) -> Answer:
    """Begin the next epoch, and retire the earlier ones where that is wanted."""
    retires, name = posted().get("retire_old") == "1", posted().get("typed", "")
    changes.rotate(
        code,
        retire_old=retires,
        version=typed.version(),
        typed=name,
        by=staff.by(),
        show=lambda product: None,
    )
    flash(said(_ROTATED_AND_RETIRED if retires else _ROTATED))
    return _back_to(code)


@blueprint.post("/products/<code>/epochs/<int:number>/retire")
@staff.runs(changes.retire)
def retire(code: str, number: int) -> Answer:
    """Retire one earlier epoch."""
    changes.retire(code, number, typed=posted().get("typed", ""), by=staff.by())
    flash(_("Epoch retired. The next profile you download includes this change."))
    return _back_to(code)


@blueprint.get("/products/<code>/public-key/<int:epoch>.<form>")
@staff.needs(Permission.SEE_LICENSES)
def public_key(code: str, epoch: int, form: str) -> Response:
    """Give the public key of an epoch as a file."""
    with reading() as session:
        found = products.find_product(session, code)
        keys = {key.epoch: key for key in public_keys.license_file_keys(found, parts().keyring)}
        if epoch not in keys or form not in _FORMS:
            raise NotFound("There’s no such public key. Open the product again.", code="unknown_product")
        written = keys[epoch].pem if form == "pem" else f"{keys[epoch].jwk}\n"
        return as_file(
            Response(written, mimetype="application/x-pem-file" if form == "pem" else "application/jwk+json"),
            f"{found.code}-epoch-{epoch}.{form}",
        )


def profile_name(product: Product) -> str:
    """Return the name of the file that the profile of a product is downloaded as."""
    return _profile_name(product.code, product.current_epoch.number)


def _profile_name(code: str, epoch: int) -> str:
    return f"{code}-epoch-{epoch}.profile.json"


def product_page(code: str, **context: Any) -> str:
    """Return the page of a product, with what an operation has to say; raises NotFound (unknown_product)."""
    with reading() as session:
        found = products.find_product(session, code)
    (live, counted_at), sold = figures.live_computers(found), figures.sold_of_products([found])[0]
    with reading() as session:
        found = products.find_product(session, code)
        served = {epoch.number for epoch in found.epochs if epoch.retired_at is None}
        dialogs = {"add-features", "rotate", *(f"retire-{number}" for number in served)}
        dialogs -= {f"retire-{found.current_epoch.number}"}
        return staff.page(
            "product",
            product=found,
            version=changes.version_of(found),
            live=live,
            counted_at=counted_at,
            in_force=sum(count for number, count in live.items() if number in served),
            sold=sold[found.code],
            keys=public_keys.license_file_keys(found, parts().keyring),
            form="jwk" if request.args.get("form") == "jwk" else "pem",
            settings=parts().settings,
            has_dialog=staff.may(Permission.CHANGE_PRODUCTS.name) and context.get("dialog") in dialogs,
            **context,
        )


def _figures_of_all() -> tuple[tuple[dict[str, SoldOfProduct], datetime | None], dict[str, int]]:
    """Return what was sold of each product and how many computers it has, which other connections count."""
    with reading() as session:
        every = products.every_product(session)
    return figures.sold_of_products(every), figures.live_of_products(every)


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    values = posted()
    if operation == "add":
        return _form_page(values, refusal=refusal)
    about = request.view_args or {}
    dialogs = {"add_features": "add-features", "rotate": "rotate", "retire": f"retire-{about.get('number')}"}
    return product_page(about["code"], dialog=dialogs.get(operation, ""), values=values, refusal=refusal)


def _form_page(values: dict[str, str], **context: Any) -> str:
    return staff.page(
        "product_form",
        values=values,
        styles=list(Style),
        sources=list(MachineSource),
        **context,
    )


def _names(values: dict[str, str]) -> list[str]:
    """Read the names of features, one a line or between commas."""
    return [name for name in re.split(r"[\s,;]+", values.get("features", "")) if name]


def _back_to(code: str) -> Answer:
    return redirect(url_for("portal.products.product", code=code))

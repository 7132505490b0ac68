"""What staff change about products, for every face, and the profile that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from keyferry.protocol.profile import WizardProfile
from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.brand import contact
from keyferry.server.core.errors import Malformed
from keyferry.server.core.events import Event
from keyferry.server.core.folding import composed
from keyferry.server.core.licensing import products
from keyferry.server.core.models import Product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted

T = TypeVar("T")
Show = Callable[[Product], T]


@permitted(Permission.CHANGE_PRODUCTS)
def add(
    *,
    code: str,
    name: str,
    key_style: str,
    features: Sequence[str],
    machine_source: str,
    by: By,
    show: Show[T],
) -> T:
    """Add a product; raises what `core.licensing.products.add_product` raises."""
    with changing(by) as (session, now):
        return show(
            products.add_product(
                session,
                code=code,
                name=name,
                key_style=key_style,
                features=features,
                machine_source=machine_source,
                keyring=parts().keyring,
                by=by,
                now=now,
            )
        )


@permitted(Permission.CHANGE_PRODUCTS)
def add_features(code: str, names: Sequence[str], *, by: By) -> None:
    """Add features at the end of the list."""
    with changing(by) as (session, now):
        products.add_features(session, products.find_product(session, code), names, by=by, now=now)


@permitted(Permission.CHANGE_PRODUCTS)
def export(code: str, *, by: By) -> WizardProfile:
    """Return what the vendor builds into the application, and write down who took it: it holds the secret."""
    with changing(by) as (session, now):
        found = products.find_product(session, code)
        audit.record(session, event=Event.PROFILE_EXPORTED, by=by, product=found, now=now)
        asked = contact.current(session).texts
        return products.wizard_profile(found, parts().keyring, parts().settings.public_url, asked)


@permitted(Permission.CHANGE_PRODUCTS)
def rotate(
    code: str, *, retire_old: bool, by: By, show: Show[T], version: str = "", typed: str | None = None
) -> T:
    """Start the next epoch, and retire the earlier ones with `retire_old`.

    Where `typed` is given, retiring needs the product's name in it. Raises Malformed
    (product_name_not_typed), Conflict (changed_meanwhile) and what `core.licensing.products.rotate` raises.
    """
    with changing(by) as (session, now):
        found = products.find_product(session, code, lock=True)
        versions.require(version, version_of(found))
        if retire_old:
            _require_name(found, typed)
        products.rotate(session, found, retire_old=retire_old, keyring=parts().keyring, by=by, now=now)
        return show(found)


@permitted(Permission.CHANGE_PRODUCTS)
def retire(code: str, number: int, *, by: By, typed: str | None = None) -> None:
    """Retire one earlier epoch; where `typed` is given, that needs the product's name in it.

    Raises Malformed (product_name_not_typed) and what `core.licensing.products.retire` raises.
    """
    with changing(by) as (session, now):
        found = products.find_product(session, code)
        _require_name(found, typed)
        products.retire(session, found, number, by=by, now=now)


def _require_name(product: Product, typed: str | None) -> None:
    """Have who can't undo it type what it is about; a script names the product by its code."""
    if typed is not None and composed(typed.strip()) != composed(product.name):
        raise Malformed(
            "Type the product’s name, {name}, exactly as it’s shown. Nothing has changed yet.",
            code="product_name_not_typed",
            name=product.name,
        )


def version_of(product: Product) -> str:
    """Return the digest of what a rotation goes on from, see `core.versions`."""
    return versions.digest(product.current_epoch.number)

"""`keyferry license …`: activation keys and what they grant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.described import activation_data, expires_text, license_data, license_text
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.products import find_product
from keyferry.server.core.models import License
from keyferry.server.db import reading
from keyferry.server.parts import Parts
from keyferry.server.services.guard import guarded

_DAY = click.DateTime(["%Y-%m-%d"])
_AT_LEAST_ONE = click.IntRange(min=1)


@click.group("license", cls=AnsweringGroup)
def license_group() -> None:
    """Licenses: activation keys and what they grant."""


@license_group.command(
    epilog="""\b
Examples:
  keyferry license issue DEMO-CAD --seats 5 --expires 2030-12-31 --customer ada@example.com
  keyferry license issue DEMO-CAD --seats 1 --days 365 --feature export --count 100
  keyferry license issue DEMO-CAD --seats 10 --lease-days 90
"""
)
@click.argument("code")
@click.option(
    "--seats", required=True, type=_AT_LEAST_ONE, metavar="N", help="How many computers can use it at once."
)
@click.option(
    "--expires",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help="The last day, in UTC. Without this and --days, it never expires.",
)
@click.option(
    "--days", type=_AT_LEAST_ONE, metavar="N", help="Days from the first activation, instead of a date."
)
@click.option(
    "--lease-days",
    type=_AT_LEAST_ONE,
    metavar="N",
    help="Let each computer key last this many days at most. Another scan renews it, so a copy that survives "
    "a deactivation expires by itself.",
)
@click.option(
    "--feature", "features", multiple=True, metavar="NAME", help="A feature to grant. Repeat for more."
)
@click.option("--customer", metavar="EMAIL", help="The customer's email address.")
@click.option(
    "--count",
    type=_AT_LEAST_ONE,
    metavar="N",
    default=1,
    show_default=True,
    help="How many licenses, up to 1000.",
)
def issue(
    code: str,
    seats: int,
    expires: datetime | None,
    days: int | None,
    lease_days: int | None,
    features: tuple[str, ...],
    customer: str | None,
    count: int,
) -> Answer:
    """Issue licenses for the product CODE, each with its own key."""
    if expires is not None and days is not None:
        raise click.UsageError("Specify --expires or --days, not both.")
    with opened() as parts, _guarded(Event.ISSUE_REFUSED, parts) as session:
        issued = licenses.issue(
            session,
            find_product(session, code),
            seats=seats,
            terms=Terms(_day(expires), days, lease_days),
            features=features,
            customer=customer,
            count=count,
            by=operator(),
            now=parts.clock(),
        )
        return Answer(_licenses_data(issued, parts.clock()), _issued_text(issued))


@license_group.command(epilog="\b\nExample:\n  keyferry license show 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 --json")
@click.argument("key")
def show(key: str) -> Answer:
    """Show the license of the activation key KEY and its computers."""
    with opened() as parts, reading() as session:
        license = licenses.find(session, ActivationKey.from_text(key))
        data = license_data(license, parts.clock())
        data["activations"] = [activation_data(activation) for activation in license.activations]
        return Answer({"licenses": [data]}, license_text(license, parts.clock()))


@license_group.command(
    epilog="""\b
Examples:
  keyferry license renew 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 --days 365
  keyferry license renew 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 --expires 2031-12-31
"""
)
@click.argument("key")
@click.option(
    "--expires", type=_DAY, metavar="YYYY-MM-DD", help="The new last day, in UTC. It can also be earlier."
)
@click.option(
    "--days",
    type=_AT_LEAST_ONE,
    metavar="N",
    help="Add days to today or to the current last day, whichever is later. If a license's days haven't "
    "started, this replaces them.",
)
def renew(key: str, expires: datetime | None, days: int | None) -> Answer:
    """Renew the license of KEY. Each computer gets the new date at its next scan."""
    if (expires is None) == (days is None):
        raise click.UsageError("Specify either --expires or --days.")

    def operation(session: Session, license: License, parts: Parts) -> str:
        licenses.renew(session, license, expires=_day(expires), days=days, by=operator(), now=parts.clock())
        return (
            f"Renewed. Expires: {expires_text(license)}.\n"
            "Activated computers get the new date when their QR code is scanned again."
        )

    return _change(key, operation)


@license_group.command()
@click.argument("key")
def suspend(key: str) -> Answer:
    """Refuse activations of the license of KEY until it's resumed.

    Keys that were already given out run until they expire, because no network reaches those computers.
    """

    def operation(session: Session, license: License, parts: Parts) -> str:
        if not licenses.suspend(session, license, by=operator(), now=parts.clock()):
            return "Already suspended. No changes."
        return "Suspended. Keys that were already given out run until they expire."

    return _change(key, operation)


@license_group.command()
@click.argument("key")
def resume(key: str) -> Answer:
    """End the suspension of the license of KEY."""

    def operation(session: Session, license: License, parts: Parts) -> str:
        if not licenses.resume(session, license, by=operator(), now=parts.clock()):
            return "Not suspended. No changes."
        return "Resumed. The license can be activated again."

    return _change(key, operation)


def _change(key: str, operation: Callable[[Session, License, Parts], str]) -> Answer:
    """Do an operation to the license of a typed key, and answer with how it stands afterwards."""
    activation_key = ActivationKey.from_text(key)
    with opened() as parts, _guarded(Event.CHANGE_REFUSED, parts, activation_key) as session:
        license = licenses.find(session, activation_key, lock=True)
        text = operation(session, license, parts)
        return Answer(_licenses_data([license], parts.clock()), text)


def _guarded(
    event: Event, parts: Parts, activation_key: ActivationKey | None = None
) -> AbstractContextManager[Session]:
    return guarded(event=event, by=operator(), now=parts.clock(), activation_key=activation_key)


def _licenses_data(found: list[License], now: datetime) -> dict[str, object]:
    return {"licenses": [license_data(license, now) for license in found]}


def _issued_text(issued: list[License]) -> str:
    first, number = issued[0], len(issued)
    what = "a license" if number == 1 else f"{number} licenses"
    seats = "1 seat" if first.seats == 1 else f"{first.seats} seats"
    each = "" if number == 1 else " each"
    keys = "\n".join(license.activation_key for license in issued)
    return f"Issued {what} for {first.product.name}: {seats}{each}, expires: {expires_text(first)}.\n\n{keys}"


def _day(value: datetime | None) -> date | None:
    return value.date() if value is not None else None

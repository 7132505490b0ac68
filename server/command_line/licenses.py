"""`keyferry license …`: activation keys and what they grant."""

from __future__ import annotations

import io
import secrets
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from itertools import chain

import click

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.described import activation_data, expires_text, license_data, license_text
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.core.licensing import batches, licenses
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.facts import LicenseFacts, license_facts
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Activation, License
from keyferry.server.db import reading
from keyferry.server.services import changes, issuing
from keyferry.server.services.changes import Changed
from keyferry.server.services.issuing import Progress

_DAY = click.DateTime(["%Y-%m-%d"])
_AT_LEAST_ONE = click.IntRange(min=1)
# Between two looks of whoever watches.
_SPELL_SECONDS = 0.25


@click.group("license", cls=AnsweringGroup)
def license_group() -> None:
    """Licenses: activation keys and what they grant."""


@license_group.command(
    epilog="""\b
Examples:
  keyferry license issue DEMO-CAD --seats 5 --expires 2030-12-31 --customer ada@example.com
  keyferry license issue DEMO-CAD --seats 1 --days 365 --feature export --count 100
  keyferry license issue DEMO-CAD --seats 10 --lease-days 90
  keyferry license issue DEMO-CAD --seats 1 --count 100000 --batch spring-2027
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
@click.option("--order", metavar="TEXT", help="Your own name for the sale, to search for.")
@click.option(
    "--count",
    type=_AT_LEAST_ONE,
    metavar="N",
    default=1,
    show_default=True,
    help="How many licenses, up to 100000.",
)
@click.option(
    "--batch",
    metavar="NAME",
    help="A name for these licenses. If the command is interrupted, run it again with the same name: it "
    "continues, and never issues more than --count.",
)
def issue(
    code: str,
    seats: int,
    expires: datetime | None,
    days: int | None,
    lease_days: int | None,
    features: tuple[str, ...],
    customer: str | None,
    order: str | None,
    count: int,
    batch: str | None,
) -> Answer:
    """Issue licenses for the product CODE, each with its own key."""
    if expires is not None and days is not None:
        raise click.UsageError("Specify --expires or --days, not both.")
    terms = Terms(_day(expires), days, lease_days)
    wanted = Wanted(code, seats, terms, features, customer, count=count, order=order)
    with opened() as parts:
        now = parts.clock()
        name = batch if batch is not None else f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        done = _issued(wanted, name)
        pieces = issuing.issued(done.number, by=operator(), show=lambda license: _facts(license, now))
        first = next(pieces)
        # Of each license only what is shown: there may be 100,000.
        issued = [license_data(license) for piece in chain([first], pieces) for license in piece]
        return Answer({"licenses": issued}, _issued_text(first[0], [one["activation_key"] for one in issued]))


@license_group.command(epilog="\b\nExample:\n  keyferry license show 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 --json")
@click.argument("key")
def show(key: str) -> Answer:
    """Show the license of the activation key KEY and its computers."""
    with opened() as parts, reading() as session:
        found = licenses.find(session, ActivationKey.from_text(key))
        license = _facts(found, parts.clock(), computers=found.activations)
        data = license_data(license)
        data["activations"] = [activation_data(activation) for activation in license.computers]
        return Answer({"licenses": [data]}, license_text(license))


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
    done = _changed(key, partial(changes.renew, terms=Terms(_day(expires), days)))
    text = (
        f"Renewed. Expires: {expires_text(done.shown)}.\n"
        "Activated computers get the new date when their QR code is scanned again."
    )
    return Answer(_licenses_data([done.shown]), text)


@license_group.command()
@click.argument("key")
def suspend(key: str) -> Answer:
    """Refuse activations of the license of KEY until it's resumed.

    Keys that were already given out run until they expire, because no network reaches those computers.
    """
    done = _changed(key, changes.suspend)
    text = "Suspended. Keys that were already given out run until they expire."
    return Answer(_licenses_data([done.shown]), text if done.is_new else "Already suspended. No changes.")


@license_group.command()
@click.argument("key")
def resume(key: str) -> Answer:
    """End the suspension of the license of KEY."""
    done = _changed(key, changes.resume)
    text = "Resumed. The license can be activated again."
    return Answer(_licenses_data([done.shown]), text if done.is_new else "Not suspended. No changes.")


def _issued(wanted: Wanted, name: str) -> Progress:
    """Issue all of a batch, and show on a terminal how far it has come."""
    batch = issuing.begin(wanted, batches.mark_of_name(name), by=operator())
    if batch.is_done:
        return batch
    # To what is no terminal, nothing is written.
    file = sys.stderr if sys.stderr.isatty() else io.StringIO()
    try:
        with click.progressbar(
            length=batch.wanted, label=f"Batch {name}", show_pos=True, show_percent=False, file=file
        ) as bar:
            while not batch.is_done:
                bar.update(batch.done - bar.pos)
                batch = issuing.go_on(batch.number, by=operator(), seconds=_SPELL_SECONDS)
            bar.update(batch.done - bar.pos)
    except BaseException:
        click.echo(f"To continue, run the same command with --batch {name}.", err=True)
        raise
    return batch


def _changed(key: str, change: Callable[..., Changed[LicenseFacts]]) -> Changed[LicenseFacts]:
    """Change the license of a typed key, and return how it stands afterwards."""
    with opened() as parts:
        now, typed = parts.clock(), ActivationKey.from_text(key)
        return change(typed, by=operator(), show=lambda _, license: _facts(license, now))


def _facts(license: License, now: datetime, computers: Iterable[Activation] = ()) -> LicenseFacts:
    return license_facts(license, license.product, now, customer=license.customer, computers=computers)


def _licenses_data(found: list[LicenseFacts]) -> dict[str, object]:
    return {"licenses": [license_data(license) for license in found]}


def _issued_text(first: LicenseFacts, keys: list[str]) -> str:
    what = "a license" if len(keys) == 1 else f"{len(keys):,} licenses"
    seats = "1 seat" if first.seats == 1 else f"{first.seats} seats"
    each = "" if len(keys) == 1 else " each"
    product, listed = visible(first.product_name), "\n".join(keys)
    return f"Issued {what} for {product}: {seats}{each}, expires: {expires_text(first)}.\n\n{listed}"


def _day(value: datetime | None) -> date | None:
    return value.date() if value is not None else None

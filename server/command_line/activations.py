"""`keyferry activate` and `keyferry deactivate`: what staff do when a customer calls."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.described import iso
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.facts import KeyFacts, ReleaseFacts, key_facts, release_facts
from keyferry.server.new_file import new_file
from keyferry.server.services import operations
from keyferry.server.services.requests import Typed
from keyferry.server.words.wording import OUTCOMES, until

_GROUPS_IN_A_LINE = 6


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Example:
  keyferry activate 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ02 --name LAB-PC-07
""",
)
@click.argument("key")
@click.argument("computer_id")
@click.option("--name", help="The computer's name, to find it in lists.")
@click.option(
    "--license-file",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also save the license file here, readable only by you. Never replaces a file.",
)
@click.option(
    "--reason", default="", help="Why this replaces the computer's earlier computer ID, if it does."
)
def activate(key: str, computer_id: str, name: str | None, out: Path | None, reason: str) -> Answer:
    """Activate a computer and show its computer key.

    KEY is the activation key, and COMPUTER_ID is what the License Wizard shows. The same KEY and COMPUTER_ID
    give the same computer key every time.
    """
    with opened() as parts, new_file(out) if out else nullcontext() as file:
        given = operations.activate(Typed(key, computer_id, name or ""), by=operator(), reason=reason)
        if file:
            file.write(given.license_file)
        facts = key_facts(given.done, parts.clock())
        return Answer(_activated_data(facts, out), _activated_text(facts))


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry deactivate 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ02 ABCDE-FGHJK-MNPQR
  keyferry deactivate 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01 1ABCD-EFGHJ-KMNPQ-RSTVW-XYZ02 \\
      --forced --reason "disk died"
""",
)
@click.argument("key")
@click.argument("computer_id")
@click.argument("code", required=False)
@click.option("--forced", is_flag=True, help="Release the seat without a code.")
@click.option("--reason", help="Why the seat is released without a code. The reason is kept.")
def deactivate(key: str, computer_id: str, code: str | None, forced: bool, reason: str | None) -> Answer:
    """Release the seat that a computer uses.

    KEY is the activation key, and COMPUTER_ID is the computer. CODE is the deactivation verification code
    from the License Wizard. It proves that the license was removed from that computer. With --forced there's
    no proof, and the key there runs until it expires.
    """
    if forced and (code is not None or not reason):
        raise click.UsageError("With --forced, specify --reason and no CODE.")
    if not forced and (code is None or reason is not None):
        raise click.UsageError("Specify the CODE from the License Wizard, or --forced with --reason.")
    with opened() as parts:
        typed, by = Typed(key, computer_id), operator()
        done = (
            operations.force_release(typed, reason or "", by=by)
            if code is None
            else operations.release(typed, Code(read_deactivation_code(code)), by=by)
        )
        facts = release_facts(done, parts.clock())
        return Answer(_released_data(facts), _released_text(facts))


def _activated_data(done: KeyFacts, license_file: Path | None) -> dict[str, object]:
    return {
        "activation_key": done.license.activation_key,
        "computer_id": done.activation.computer_id,
        "computer_name": done.activation.computer_name,
        "computer_key": done.computer_key,
        "outcome": str(done.outcome),
        "product": done.license.product_code,
        "product_name": done.license.product_name,
        "expires": iso(done.activation.expires),
        "features": done.activation.features,
        "seats": done.license.seats,
        "seats_used": done.license.seats_used,
        "license_file": str(license_file) if license_file else None,
    }


def _activated_text(done: KeyFacts) -> str:
    what, name = visible(done.license.product_name), visible(done.activation.computer_name or "the computer")
    return (
        f"Activated {what} on {name}, {until(done.activation.expires)}. "
        f"{OUTCOMES[done.outcome]}: "
        f"{done.license.seats_used} of {done.license.seats} seats in use.\n\n"
        f"Computer key, to type into the License Wizard:\n\n{_in_lines(done.computer_key)}"
    )


def _in_lines(code: str) -> str:
    width = _GROUPS_IN_A_LINE * (GROUP + 1)
    lines = [code[start : start + width].rstrip("-") for start in range(0, len(code), width)]
    return "\n".join(f"    {line}" for line in lines)


def _released_data(done: ReleaseFacts) -> dict[str, object]:
    return {
        "activation_key": done.license.activation_key,
        "computer_id": done.activation.computer_id,
        "computer_name": done.activation.computer_name,
        "outcome": "already_released" if done.already else "released",
        "release": done.activation.ended_how,
        "product": done.license.product_code,
        "product_name": done.license.product_name,
        "seats": done.license.seats,
        "seats_used": done.license.seats_used,
    }


def _released_text(done: ReleaseFacts) -> str:
    if done.activation.superseded:
        return (
            "Nothing to release, because a later activation of this computer replaced this one: "
            f"{done.license.seats_used} of {done.license.seats} seats in use."
        )
    what = "Already released" if done.already else "Released"
    left = f"{done.license.seats_used} of {done.license.seats} seats in use."
    return f"{what} ({done.activation.ended_how}): {left}"

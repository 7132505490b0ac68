"""`keyferry operator …`: the staff who sign in to console and portal."""

from __future__ import annotations

import sys
from typing import Any

import click

from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.described import iso
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.core.models import Operator, Role
from keyferry.server.core.staff import operators, second_factor
from keyferry.server.core.staff.roles import PERMISSIONS
from keyferry.server.db import reading
from keyferry.server.services import staff

_ROLES = "\n".join(f"  {role:<14} can {', '.join(sorted(PERMISSIONS[role]))}" for role in Role)
_EPILOG = f"""\b
Roles:
{_ROLES}

\b
Example:
  keyferry operator add ada --role administrator --password-stdin < password.txt"""
_NOBODY = "Nobody can sign in yet. Add someone: keyferry operator add NAME --role administrator"

with_password = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of prompting."
)


@click.group("operator", cls=AnsweringGroup)
def operator_group() -> None:
    """Operators: the staff who sign in, and what they can do."""


@operator_group.command(epilog=_EPILOG)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="See below.")
@with_password
def add(name: str, role: str, password_stdin: bool) -> Answer:
    """Add the operator NAME."""
    with opened():
        added = staff.add(name, Role(role), _asked_password(password_stdin), by=operator())
        return Answer(_data(added), f"Added {added.name} as {added.role}.")


@operator_group.command()
@click.argument("name")
@with_password
def reset(name: str, password_stdin: bool) -> Answer:
    """Set a new password for NAME and sign them out everywhere.

    This also removes their second factor, so that they can set up a new one, and enables a disabled operator.
    """
    with opened():
        with reading() as session:
            operators.find(session, name)
        found = staff.start_over(name, _asked_password(password_stdin), by=operator())
        text = f"{found.name} has a new password, no second factor, and is signed out everywhere."
        return Answer(_data(found), text)


@operator_group.command()
@click.argument("name")
def disable(name: str) -> Answer:
    """Disable the operator NAME, everywhere and at once. Use `reset` to enable them again."""
    with opened():
        found = staff.disable(name, by=operator())
        return Answer(_data(found), f"Disabled {found.name}.")


@operator_group.command("list")
def list_operators() -> Answer:
    """List all operators."""
    with opened(), reading() as session:
        everyone = operators.everyone(session)
        lines = [f"{visible(one.name):<30}  {one.role:<13}  {_state(one)}" for one in everyone]
        return Answer({"operators": [_data(one) for one in everyone]}, "\n".join(lines) or _NOBODY)


def _asked_password(from_stdin: bool) -> str:
    if from_stdin:
        # One line, as `echo` and files write it; a space at its end may be meant.
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _state(one: Operator) -> str:
    return "disabled" if one.disabled_at else "can sign in"


def _data(one: Operator) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role,
        "disabled": one.disabled_at is not None,
        "second_factor": second_factor.is_on(one),
        "created_at": iso(one.created_at),
        "password_set_at": iso(one.password_set_at),
    }

"""`keyferry property …`: what can be switched without a restart."""

from __future__ import annotations

from typing import Any

import click

from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.described import iso
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.core import properties
from keyferry.server.core.models import ServerProperty
from keyferry.server.core.properties import PROPERTIES, Property
from keyferry.server.db import reading
from keyferry.server.services import settings


@click.group("property", cls=AnsweringGroup)
def property_group() -> None:
    """Server properties: what customers see, and the limits."""


@property_group.command("list")
def list_properties() -> Answer:
    """List every property with its value, its default, and what it does."""
    with opened(), reading() as session:
        values, stored = properties.read(session), properties.stored(session)
        described = [_data(one, values[one.name], stored.get(one.name)) for one in PROPERTIES.values()]
        lines = [_text(one, values[one.name]) for one in PROPERTIES.values()]
        return Answer({"properties": described}, "\n".join(lines))


@property_group.command(
    "set",
    # So that -1 is a value and no option.
    context_settings={"ignore_unknown_options": True},
    epilog="""\b
Examples:
  keyferry property set options/maxReleaseCount 12
  keyferry property set options/maxReleaseCount -1      no limit
  keyferry property set customerSite/showDeactivationVerificationCode false
""",
)
@click.argument("name")
@click.argument("value")
def set_property(name: str, value: str) -> Answer:
    """Set the property NAME to VALUE. Counts from the next request on."""
    with opened():
        return settings.set_property(name, value, by=operator(), show=_set)


def _set(row: ServerProperty) -> Answer:
    return Answer(_data(PROPERTIES[row.name], row.value, row), f"{row.name} = {_shown(row.value)}")


def _data(one: Property, value: Any, row: ServerProperty | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "value": value,
        "default": one.default,
        "type": one.type,
        "description": one.sentence,
        "changed_at": iso(row.changed_at) if row else None,
        "changed_by": row.changed_by if row else None,
    }


def _text(one: Property, value: Any) -> str:
    default = "" if value == one.default else f"   (default: {_shown(one.default)})"
    return f"{one.name} = {_shown(value)}{default}\n    {one.sentence}"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else visible(str(value)) or "(empty)"

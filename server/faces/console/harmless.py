"""What a screen may show of what the database holds."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from keyferry.protocol.visible import visible, visible_lines

T = TypeVar("T")

_OF_SEVERAL_LINES = {"notes", "license_file", "pem"}
# What is handed back as it came, and what goes into a file as it is.
_KEPT = {"link", "file_text"}


def visible_all(value: T) -> T:
    """Return what a screen may show: the same, without what a terminal would obey in any of its texts.

    The database may be older than today's rules for names, or come from elsewhere.
    """
    if isinstance(value, str):
        return value if isinstance(value, Enum) else cast("T", visible(value))
    if isinstance(value, dict):
        return cast("T", {name: visible_all(one) for name, one in value.items()})
    if isinstance(value, list | tuple):
        return cast("T", type(value)(map(visible_all, value)))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    now = {one.name: getattr(value, one.name) for one in fields(value)}
    seen = {name: _seen(name, text) for name, text in now.items()}
    changed = {name: text for name, text in seen.items() if text != now[name]}
    return replace(value, **changed) if changed else value


def _seen(name: str, value: Any) -> Any:
    if name in _KEPT:
        return value
    if name in _OF_SEVERAL_LINES and isinstance(value, str):
        return visible_lines(value)
    return visible_all(value)

"""The page's modules as one script, so that a slow line is asked once and not thirty times.

Nothing is translated: each module becomes a function that returns what it exports, in the order in which a
browser would run them. The page's modules keep to three forms of import and three of export; anything else is
refused here, and a test assembles the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

_IMPORT = re.compile(
    r'^import (?:\{ (?P<names>[^}]+) \}|\* as (?P<whole>\w+)) from "(?P<path>\.[^"]+)";$', re.M
)
_LATE_IMPORT = re.compile(r'await import\("(?P<path>\.[^"]+)"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.M)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$", re.M)


class NotAssembled(Exception):
    """A module says something that this cannot put together; the message names it."""


def one_script(entry: str, read: Callable[[str], str]) -> str:
    """Return the module at `entry` and everything that it imports as one script."""
    written = [_as_function(name, text) for name, text in in_order(entry, read).items()]
    return "const modules = {};\n" + "".join(written)


def in_order(entry: str, read: Callable[[str], str]) -> dict[str, str]:
    """Return the modules by their paths: each one after all that it imports, at once or later."""
    found: dict[str, str] = {}
    _visit(entry, read, found, ())
    return found


def _visit(name: str, read: Callable[[str], str], found: dict[str, str], importers: tuple[str, ...]) -> None:
    if name in importers:
        raise NotAssembled(f"These modules import each other in a circle: {', '.join(importers)}.")
    if name in found:
        return
    text = read(name)
    for imported in (*_IMPORT.finditer(text), *_LATE_IMPORT.finditer(text)):
        _visit(_resolved(name, imported["path"]), read, found, (*importers, name))
    found[name] = text


def _resolved(importer: str, path: str) -> str:
    return normpath(join(dirname(importer), path))


def _as_function(name: str, text: str) -> str:
    def place(imported: re.Match[str]) -> str:
        return f'modules["{_resolved(name, imported["path"])}"]'

    def constant(imported: re.Match[str]) -> str:
        names = imported["names"]
        bound = f"{{ {names.replace(' as ', ': ')} }}" if names else imported["whole"]
        return f"const {bound} = {place(imported)};"

    exported = [export["name"] for export in _EXPORT.finditer(text)]
    body = _EXPORT.sub("", _LATE_IMPORT.sub(place, _IMPORT.sub(constant, text)))
    if left_over := _LEFT_OVER.search(body):
        raise NotAssembled(f"{name} says {left_over[0]!r}: that form of import or export is not known here.")
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();\n'

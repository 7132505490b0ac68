"""The page itself: one document that brings its style, its words and its script along.

A first scan over a slow line waits for every answer that it must ask for: with everything in one answer, the
page asks its question as soon as it is there. The parts stay files of their own in the folder; they are put
together here, once for each state of the folder.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape

from keyferry.server.core.catalogs import ENGLISH
from keyferry.server.faces.phone import files
from keyferry.server.faces.phone.assembly import NotAssembled, one_script
from keyferry.server.web.headers import content_security_policy

_VENDOR = 'data-vendor=""'
# Where no script draws the top of the page: without scripts, and in browsers that can't run them.
_NAME, _NAMES = "<!-- vendor’s name -->", 2
_STYLE = '<link rel="stylesheet" href="/pwa/app.css">'
# The house style first: it is that of Self Help and the portal, too.
_STYLES = ("house.css", "app.css")
_SCRIPT = '<script type="module" src="/pwa/js/main.js"></script>'
# Before the module, for browsers that cannot run it.
_GUARD, _GUARDED = "js/guard.js", '<script src="/pwa/js/guard.js"></script>'
# Before everything that takes time: it asks the question while the rest is on its way.
_EARLY, _ASKED_EARLY = "js/early.js", '<script src="/pwa/js/early.js"></script>'
_ICONS, _ICON_FILE = "<!-- icons -->", "vendor/lucide/phone.svg"
_MAIN, _EXAMPLE = "js/main.js", "js/example.js"
_VIEW = 'data-view="working"'
# How a page asks for its theme, and an answer that never depends on the screen.
_ASKS_FOR_DARK, _SCHEME = "(prefers-color-scheme: dark)", "color-scheme: light dark"
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"
# What would end an element too early, or begin a comment in it.
_UNSAFE = re.compile(r"</(?:script|style)|<!--", re.I)
# In a style, space that no browser needs: a twentieth of it, on a line that takes 60 kilobytes.
_SPACES = re.compile(r"\s*([{};,])\s*|:\s+")
_MOST_DOCUMENTS = 16


@dataclass(frozen=True)
class Document:
    """The page in one language, and the policy that lets its own style and script through, and no other."""

    file: files.PageFile
    policy: str


def document(vendor: files.Vendor, language: str) -> Document:
    """Return the page for a vendor in a language."""
    return _assembled(vendor, language, files.version(vendor))


@lru_cache(_MOST_DOCUMENTS)
def _assembled(vendor: files.Vendor, language: str, _version: str) -> Document:
    page, style, scripts = _put_together(vendor, language, _style(vendor), _MAIN)
    policy = content_security_policy(scripts=tuple(map(_hash, scripts)), styles=(_hash(style),))
    return Document(files.packed(".html", page.encode("utf-8")), policy)


def example_document(vendor: files.Vendor, theme: str, view: str) -> tuple[bytes, str]:
    """Return the page with invented values in one theme, whatever the screen has, and its policy."""
    style = _style(vendor).replace(_ASKS_FOR_DARK, _ALWAYS if theme == "dark" else _NEVER)
    style = style.replace(_SCHEME, f"color-scheme: {theme}")
    page, style, scripts = _put_together(vendor, ENGLISH, style, _EXAMPLE)
    page = _filled(page, _VIEW, f'data-view="{escape(view)}"')
    policy = content_security_policy(
        scripts=tuple(map(_hash, scripts)), styles=(_hash(style),), is_example=True
    )
    return page.encode("utf-8"), policy


def _style(vendor: files.Vendor) -> str:
    return "".join(files.read(name).decode("utf-8") for name in _STYLES) + vendor.colors


def _put_together(
    vendor: files.Vendor, language: str, style: str, entry: str
) -> tuple[str, str, tuple[str, ...]]:
    """Return the page with everything in it, and its style and its scripts, which the policy names."""
    page = files.with_words(files.read(files.PAGE), language, escape).decode("utf-8")
    style = _harmless(_SPACES.sub(lambda space: space[1] or ":", style))
    script = _harmless(one_script(entry, lambda name: files.read(name).decode("utf-8")))
    guard = _harmless(files.read(_GUARD).decode("utf-8"))
    # The example has nothing to ask, and no way to a server.
    early = _harmless(files.read(_EARLY).decode("utf-8")) if entry == _MAIN else ""
    for place, filling in (
        (_VENDOR, vendor.attributes.decode("utf-8")),
        (_ICONS, files.read(_ICON_FILE).decode("utf-8")),
        (_GUARDED, f"<script>{guard}</script>"),
        (_ASKED_EARLY, f"<script>{early}</script>" if early else ""),
        (_STYLE, f"<style>{style}</style>"),
        (_SCRIPT, f'{_words(language)}\n<script type="module">{script}</script>'),
    ):
        page = _filled(page, place, filling)
    name = f'<b translate="no">{escape(vendor.name)}</b>' if vendor.name else ""
    page = _filled(page, _NAME, name, times=_NAMES)
    return page, style, (*filter(None, (early,)), guard, script)


def _filled(page: str, place: str, filling: str, *, times: int = 1) -> str:
    if page.count(place) != times:
        raise NotAssembled(f"{files.PAGE} must say {place} as often as it is filled in: {times}.")
    return page.replace(place, filling)


def _words(language: str) -> str:
    """Return the catalog as data, which no policy has to let through, for it is never run."""
    text = files.words(language).decode("utf-8").replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{text}</script>'


def _harmless(text: str) -> str:
    if found := _UNSAFE.search(text):
        raise NotAssembled(f"{found[0]} cannot stand in a script or a style that is part of the page.")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"

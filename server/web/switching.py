"""The switch of languages on customers' pages: it needs no script, and a cookie remembers what was chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from flask import Flask, request

from keyferry.server.core.catalogs import languages
from keyferry.server.web.forms import page_behind
from keyferry.server.web.languages import LANGUAGE, PAGES, page_language


@dataclass(frozen=True)
class Switch:
    """The other languages of a page, and what is sent there again where the page answers a form."""

    path: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] | None = field(default=None, repr=False)

    @property
    def names(self) -> dict[str, str]:
        """The languages by their own names."""
        return languages(PAGES)

    @property
    def own(self) -> str:
        """The language of the page."""
        return page_language()

    def address(self, language: str) -> str:
        """Return where the page is in a language."""
        return f"{quote(self.path)}?{urlencode(self.arguments | {LANGUAGE: language})}"


def init_switching(app: Flask) -> None:
    """Have pages that say nothing of it lead to themselves in other languages."""
    app.jinja_env.globals["to_other_languages"] = to_other_languages


def to_other_languages() -> Switch:
    """Return the switch of a page that is asked for again, or of the one that its form stands on."""
    if request.method != "POST":
        # Relative, so that no odd path becomes the address of another site.
        return Switch(arguments=request.args.to_dict())
    return Switch(page_behind() if request.endpoint else "/")


def sent_again(path: str, fields: dict[str, str], **arguments: str) -> Switch:
    """Return the switch of a page that stands only where a form was sent, with all that was in it."""
    return Switch(path, arguments, {name: text for name, text in fields.items() if name != "csrf_token"})

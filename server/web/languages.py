"""Which language a page is answered in, and its sentences in that language."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from flask import Flask, Response, g, request

from keyferry.protocol.sentences import Sentence
from keyferry.server.core.catalogs import ENGLISH, languages, translations

PAGES = Path(__file__).resolve().parents[1] / "templates" / "words"


def chosen(wanted: Iterable[tuple[str, float]], known: Iterable[str]) -> str:
    """Return the known language that is wanted most, given tags with their qualities, most wanted first.

    A region's tag means its language: who wants `de-AT` and then `en` is better served by `de`.
    """
    there = set(known)
    tags = (tag.lower().split("-")[0] for tag, quality in wanted if quality > 0)
    return next((tag for tag in tags if tag in there), ENGLISH)


def init_languages(app: Flask) -> None:
    """Have templates say their sentences through `_()` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalog().gettext(text),
        lambda one, many, count: _catalog().ngettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update(page_language=page_language, said=said)
    # Jinja's own one would take their capitals from the words that follow, which German nouns need.
    app.jinja_env.filters["capitalize"] = lambda text: text[:1].upper() + text[1:]
    app.after_request(_named)


def page_language() -> str:
    """Return the language of the page that is being made: what its reader wants most of what there is."""
    if "language" not in g:
        g.language = chosen(request.accept_languages, languages(PAGES))
    return str(g.language)


def language_name(tag: str) -> str:
    """Return what a language is called in the language of the page."""
    return Locale.parse(tag).get_display_name(page_language()) or tag


def said(sentence: str) -> str:
    """Return a sentence of the server in the language of the page."""
    if isinstance(sentence, Sentence):
        values = {
            name: said(value) if isinstance(value, Sentence) else value
            for name, value in sentence.values.items()
        }
        return _catalog().gettext(sentence.template).format(**values)
    # An empty text would find the catalog's own head.
    return _catalog().gettext(sentence) if sentence else ""


def gettext(template: str, /, **values: object) -> str:
    """Return a sentence in the language of the page, with its values."""
    return said(Sentence(template, **values))


def ngettext(one: str, many: str, count: int, /) -> str:
    """Return a sentence in the language of the page, in the form for `{count}`."""
    return _catalog().ngettext(one, many, count).format(count=f"{count:,}")


def _catalog() -> NullTranslations:
    # A page is made for a request; what is written without one, such as a test's own template, is English.
    return translations(PAGES, page_language() if request else ENGLISH)


def _named(response: Response) -> Response:
    """Say which language a page is in, and that another reader may get another."""
    if "language" in g:
        response.content_language.add(page_language())
        response.vary.add("Accept-Language")
    return response

"""Which language a page is answered in, and its sentences in that language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

from keyferry.protocol.sentences import Sentence
from keyferry.server.core.catalogs import ENGLISH, languages, translations
from keyferry.server.words.spelling import WORDS

# Parts of a day, which each language puts in an order of its own.
_TOGETHER = {"MMMd", "MMMMd", "MMMEd", "yMMMM"}
# What is kept ready: more than all templates say, and what stands on many pages.
_SENTENCES, _NUMBERS, _DAYS = 4096, 2048, 1024
LANGUAGE = "lang"
"""The argument of an address that names the language to answer in, from now on."""

_COOKIE = "LANGUAGE_COOKIE_NAME"
_KEPT_FOR = timedelta(days=365)
PAGES = Path(__file__).resolve().parents[1] / "templates" / "words"


def chosen(wanted: Iterable[tuple[str, float]], known: Iterable[str]) -> str:
    """Return the known language that is wanted most, given tags with their qualities, most wanted first.

    A region's tag means its language: who wants `de-AT` and then `en` is better served by `de`.
    """
    there = set(known)
    tags = (tag.lower().split("-")[0] for tag, quality in wanted if quality > 0)
    return next((tag for tag in tags if tag in there), ENGLISH)


def init_languages(app: Flask, *, cookie: str) -> None:
    """Have templates say their sentences through `_()` and `{% trans %}`; `cookie` keeps a choice."""
    app.config[_COOKIE] = cookie
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalog().gettext(text),
        lambda one, many, count: _catalog().ngettext(one, many, count),
        newstyle=True,
    )
    # Jinja's own would look up, mark and format each sentence anew wherever a page says it.
    app.jinja_env.globals.update(_=_say, gettext=_say, ngettext=_say_count)
    app.jinja_env.globals.update(page_language=page_language, said=said)
    # Jinja's own one would take their capitals from the words that follow, which German nouns need.
    app.jinja_env.filters["capitalize"] = lambda text: text[:1].upper() + text[1:]
    app.jinja_env.filters.update(number=number, day=day)
    app.after_request(_named)


def enumerated(texts: Iterable[str]) -> str:
    """Return texts as one, as the language of the page lists them: “one, two, and three”."""
    return format_list(list(texts), locale=_language())


def page_language() -> str:
    """Return the language of the page that is being made: what its reader wants most of what there is."""
    known: str | None = g.get("language")
    if known is None:
        known = g.language = wanted(languages(PAGES))
    return known


def wanted(known: Collection[str]) -> str:
    """Return the known language that was chosen on a page, else the one that the browser asks for."""
    own = (request.args.get(LANGUAGE), request.cookies.get(current_app.config[_COOKIE]))
    return next((tag for tag in own if tag in known), None) or chosen(request.accept_languages, known)


def language_name(tag: str) -> str:
    """Return what a language is called in the language of the page."""
    return Locale.parse(tag).get_display_name(page_language()) or tag


def number(value: int) -> str:
    """Return a number as it is written in the language of the page."""
    return _number(value, _language())


def day(value: date, form: str = "medium") -> str:
    """Return a day as it is written in the language of the page: `medium`, `long`, or the parts to show."""
    return _day(value.date() if isinstance(value, datetime) else value, form, _language())


def said(sentence: str) -> str:
    """Return a sentence of the server in the language of the page."""
    if isinstance(sentence, Sentence):
        values = {name: _said_in_it(value) for name, value in sentence.values.items()}
        return _catalog().gettext(sentence.template).format(**values)
    # An empty text would find the catalog's own head.
    return _catalog().gettext(sentence) if sentence else ""


def alphabet() -> dict[str, str]:
    """Return what each symbol of a code is called on the telephone, in the language of the page."""
    return {symbol: said(word) for symbol, word in WORDS.items()}


def spelled(code: str) -> list[str]:
    """Return a code's groups as words in the language of the page, one line for each group."""
    words = alphabet()
    return [" ".join(words[symbol] for symbol in group) for group in code.split("-")]


def gettext(template: str, /, **values: object) -> str:
    """Return a sentence in the language of the page, with its values."""
    return said(Sentence(template, **values))


def ngettext(one: str, many: str, count: int, /) -> str:
    """Return a sentence in the language of the page, in the form for `{count}`."""
    return _catalog().ngettext(one, many, count).format(count=number(count))


def saying() -> Mapping[str, Callable[..., Markup]]:
    """Return what says a template's sentences in the language of the page, which it need not look up then."""
    return _saying(PAGES, _language())


@lru_cache
def _saying(folder: Path, language: str) -> Mapping[str, Callable[..., Markup]]:
    def say(sentence: str, /, **values: object) -> Markup:
        if values:
            return _sentence(sentence, folder, language) % values
        return _whole_sentence(sentence, folder, language)

    def say_count(one: str, many: str, count: int, /, **values: object) -> Markup:
        text = translations(folder, language).ngettext(one, many, count)
        return Markup(text) % ({"num": count} | values)  # noqa: S704 - of our templates and catalogs

    return {"_": say, "gettext": say, "ngettext": say_count}


def _say(sentence: str, /, **values: object) -> Markup:
    """Say a sentence of a template; its values are escaped, and `%%` stands for a percent sign."""
    return saying()["_"](sentence, **values)


def _say_count(one: str, many: str, count: int, /, **values: object) -> Markup:
    """Say a sentence of a template in the form for a count, which is also its value `num`."""
    return saying()["ngettext"](one, many, count, **values)


@lru_cache(_SENTENCES)
def _sentence(sentence: str, folder: Path, language: str) -> Markup:
    return Markup(translations(folder, language).gettext(sentence))  # noqa: S704 - of our templates and catalogs


@lru_cache(_SENTENCES)
def _whole_sentence(sentence: str, folder: Path, language: str) -> Markup:
    return _sentence(sentence, folder, language) % {}


@lru_cache(_NUMBERS)
def _number(value: int, language: str) -> str:
    return format_decimal(value, locale=language)


@lru_cache(_DAYS)
def _day(value: date, form: str, language: str) -> str:
    if form in _TOGETHER:
        return format_skeleton(form, value, locale=language)
    return format_date(value, form, locale=language)


def _said_in_it(value: object) -> object:
    if isinstance(value, Sentence):
        return said(value)
    return _Number(value) if type(value) is int else value


class _Number(int):
    """Groups its digits as the page's language does where a sentence asks for it: `{most:,}`."""

    def __format__(self, form: str) -> str:
        return number(self) if form == "," else super().__format__(form)


def _language() -> str:
    # A page is made for a request; what is written without one, such as a test's own template, is English.
    return page_language() if request else ENGLISH


def _catalog() -> NullTranslations:
    return translations(PAGES, _language())


def _named(response: Response) -> Response:
    """Say which language a page is in, and that another reader may get another."""
    if "language" in g:
        response.content_language.add(page_language())
        response.vary.update(("Accept-Language", "Cookie"))
        if request.args.get(LANGUAGE) == page_language():
            _keep(response)
    return response


def _keep(response: Response) -> None:
    response.set_cookie(
        current_app.config[_COOKIE],
        page_language(),
        max_age=_KEPT_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )

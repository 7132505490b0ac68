"""Words in several languages: one folder of gettext catalogs for each face.

`en.pot` holds the English sentences, each under the name that code asks for; every `.po` beside it holds them
in a further language, and is offered as soon as it is there. What it does not translate is said in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

ENGLISH = "en"
# Enough to meet each of a language's plural forms.
_COUNTS = range(1000)


class Words:
    """What a folder says in one language: `words("validity.until", day="Nov 29, 2026")`."""

    def __init__(self, folder: Path, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._sources = _sources(folder)
        self._translations = translations(folder, language)

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a sentence with its values; `count` chooses the plural form. Raises KeyError."""
        source = self._sources[name]
        if isinstance(source, str):
            return self._translations.pgettext(name, source).format(**values)
        count = values["count"]
        return self._translations.npgettext(name, *source, count).format(**values)  # type: ignore[arg-type]

    def raw(self, name: str) -> str:
        """Return a sentence whose values are put in later; raises KeyError."""
        return self._translations.pgettext(name, str(self._sources[name]))

    def everything(self) -> dict[str, str | dict[str, str]]:
        """Return every sentence by its name, without values; one with plurals by the categories of CLDR."""
        return {name: self._forms(name, source) for name, source in self._sources.items()}

    def _forms(self, name: str, source: str | tuple[str, str]) -> str | dict[str, str]:
        if isinstance(source, str):
            return self._translations.pgettext(name, source)
        samples = {self.locale.plural_form(count): count for count in reversed(_COUNTS)}
        forms = {
            category: self._translations.npgettext(name, *source, count)
            for category, count in samples.items()
        }
        # Where only fractions are "other", as in Polish, some form must still stand for it.
        return {"other": next(iter(forms.values())), **forms}


@lru_cache
def languages(folder: Path) -> dict[str, str]:
    """Return the languages that a folder offers, English first, each with its own name for itself."""
    tags = (ENGLISH, *sorted(path.stem for path in folder.glob("*.po")))
    return {tag: (Locale.parse(tag).get_display_name() or tag).capitalize() for tag in tags}


@lru_cache
def translations(folder: Path, language: str) -> NullTranslations:
    """Return the catalog of a language, compiled; English needs none."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (folder / f"{language}.po").open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache
def _sources(folder: Path) -> Mapping[str, str | tuple[str, str]]:
    with (folder / f"{ENGLISH}.pot").open("rb") as text:
        return {str(message.context): _source(message) for message in read_po(text) if message.id}


def _source(message: Message) -> str | tuple[str, str]:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])

"""The words of the screens, from gettext's catalogs in `words/`.

`en.pot` holds the English sentences, each under the name that screens ask for; every `.po` beside it is a
further language. What it does not translate is said in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

import polib

from keyferry.wizard.notices import Notice

CATALOGS = Path(__file__).parent.parent / "words"
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(path.stem for path in CATALOGS.glob("*.po")))

# The order in which POSIX lets them decide.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Words:
    """One language's texts: `words("home.title", product="Demo CAD")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._english = english()
        self._translations = _translations(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values; `count` chooses the plural form. Raises KeyError."""
        source = self._english[key]
        if isinstance(source, str):
            return self._translations.pgettext(key, source).format(**values)
        count = values["count"]
        return self._translations.npgettext(key, *source, count).format(**values)  # type: ignore[arg-type]

    def knows(self, key: str) -> bool:
        """Return whether there is such a text."""
        return key in self._english

    def day(self, day: date) -> str:
        """Return a day as this language writes it."""
        return self("date", day=day.day, month=self(f"month.{day.month}"), year=day.year)

    def time(self, moment: datetime) -> str:
        """Return a time of day as this language writes it."""
        if self.language != ENGLISH:
            return f"{moment:%H:%M}"
        return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"

    def notice(self, notice: Notice) -> str:
        """Return the words for a notice."""
        day = self.day(notice.ends) if notice.ends else ""
        return self(f"notice.{notice.code.value}", day=day, today=self.today(notice.clock))

    def today(self, clock: datetime) -> str:
        """Return the day that the computer's clock shows to the person, in the time zone of here."""
        return self.day(clock.astimezone().date())


@cache
def english() -> Mapping[str, str | tuple[str, str]]:
    """Return every English text by its key, one with a plural as both of its forms."""
    return {
        entry.msgctxt: (entry.msgid, entry.msgid_plural) if entry.msgid_plural else entry.msgid
        for entry in polib.pofile(str(CATALOGS / f"{ENGLISH}.pot"), encoding="utf-8")
    }


@cache
def _translations(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    catalog = polib.pofile(str(CATALOGS / f"{language}.po"), encoding="utf-8")
    return GNUTranslations(BytesIO(catalog.to_binary()))


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that the environment asks for, or English if there is no catalog for it."""
    asked = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    language = asked.replace("-", "_").split("_")[0].split(".")[0].lower()
    return language if language in LANGUAGES else ENGLISH

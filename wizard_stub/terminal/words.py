"""The words of the screens, from one catalog for each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent.parent / "words"
LANGUAGES = tuple(sorted(path.stem for path in CATALOGUES.glob("*.json")))
FALLBACK = "en"

# The order in which POSIX lets them decide.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Words:
    """One language's texts: `words("home.title", product="Demo CAD")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = catalog(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values; raises KeyError for one that the catalog lacks."""
        return self._texts[key].format(**values)

    def raw(self, key: str) -> str:
        """Return a text whose values are not known yet."""
        return self._texts[key]

    def knows(self, key: str) -> bool:
        """Return whether the catalog has a text."""
        return key in self._texts

    def day(self, day: date) -> str:
        """Return a day as this language writes it."""
        return self("date", day=day.day, month=self(f"month.{day.month}"), year=day.year)

    def today(self, clock: datetime) -> str:
        """Return the day that the computer's clock shows to the person, in the time zone of here."""
        return self.day(clock.astimezone().date())


@cache
def catalog(language: str) -> dict[str, str]:
    """Return all texts of a language."""
    texts: dict[str, str] = json.loads((CATALOGUES / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that the environment asks for, or English if there is no catalog for it."""
    asked = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    language = asked.replace("-", "_").split("_")[0].split(".")[0].lower()
    return language if language in LANGUAGES else FALLBACK

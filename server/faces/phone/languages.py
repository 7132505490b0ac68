"""Which language a phone is answered in, and the words of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

FALLBACK = "en"


def chosen(wanted: Iterable[tuple[str, float]], known: Iterable[str]) -> str:
    """Return the known language that is wanted most, given tags with their qualities, most wanted first.

    A region's tag means its language: who wants `de-AT` and then `en` is better served by `de`.
    """
    there = set(known)
    languages = (tag.lower().split("-")[0] for tag, quality in wanted if quality > 0)
    return next((language for language in languages if language in there), FALLBACK)


def word(catalog: bytes, key: str) -> str:
    """Return the words at a dotted key of a catalog."""
    place: Any = json.loads(catalog)
    for step in key.split("."):
        place = place[step]
    return str(place)

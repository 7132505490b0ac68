"""Which language a page is answered in, and its sentences in that language."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from keyferry.server.core.catalogs import ENGLISH

PAGES = Path(__file__).resolve().parents[1] / "templates" / "words"


def chosen(wanted: Iterable[tuple[str, float]], known: Iterable[str]) -> str:
    """Return the known language that is wanted most, given tags with their qualities, most wanted first.

    A region's tag means its language: who wants `de-AT` and then `en` is better served by `de`.
    """
    there = set(known)
    tags = (tag.lower().split("-")[0] for tag, quality in wanted if quality > 0)
    return next((tag for tag in tags if tag in there), ENGLISH)

"""Sentences that name something, and can still be said in another language."""

from __future__ import annotations

from collections.abc import Mapping


class Sentence(str):
    """An English sentence with its values in it: `Sentence("Up to {most} features.", most=24)`.

    Catalogs know it by its `template`; a sentence without values is a plain text.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Sentence:
        """Put the values in."""
        sentence = super().__new__(cls, template.format(**values))
        sentence.template = template
        sentence.values = values
        return sentence


def template(text: str) -> str:
    """Return a text as it is: one that is made a `Sentence` elsewhere is found by catalogs here."""
    return text

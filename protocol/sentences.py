"""Sentences that name something, and can still be said in another language; and errors that say one."""

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


class CodedError(Exception):
    """An error with a stable `code`, which is API, and a sentence that tells a person what to do.

    `values` stand in the message, as in `Sentence`; `suggestion` may hold what was meant.
    """

    code = "refused"

    def __init__(
        self, message: str, *, code: str | None = None, suggestion: str | None = None, **values: object
    ) -> None:
        if suggestion is not None:
            values["suggestion"] = suggestion
        # With its values, the sentence can still be said in another language.
        super().__init__(Sentence(message, **values) if values else message)
        self.code = code or self.code
        self.suggestion = suggestion


def template(text: str) -> str:
    """Return a text as it is: one that is made a `Sentence` elsewhere is found by catalogs here."""
    return text

"""What staff type into forms about licenses: numbers, days and terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import request

from keyferry.protocol.sentences import Sentence
from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing.licenses import Terms

_MISSING = {
    "seats": Sentence("Enter the number of seats."),
    "count": Sentence("Enter how many licenses to issue."),
}


def number(values: Mapping[str, str], name: str, code: str) -> int:
    """Return a number that must be there; raises Malformed with the code."""
    found = number_or_none(values, name, code)
    if found is None:
        raise Malformed(_MISSING[name], code=code)
    return found


def number_or_none(values: Mapping[str, str], name: str, code: str) -> int | None:
    """Return a number, None where the field was left empty; raises Malformed with the code."""
    text = values.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Malformed("Use a whole number, like 12.", code=code)
    return int(text)


def day_or_none(values: Mapping[str, str], name: str) -> date | None:
    """Return a day, None where the field was left empty; raises Malformed (malformed_terms)."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed("Write the date as 2027-12-31.", code="malformed_terms") from None


def terms(values: Mapping[str, str]) -> Terms:
    """Return until when a license runs; raises Malformed (malformed_terms, unwanted_day, unwanted_days)."""
    kind = values.get("term", "never")
    _require_nothing_else(values, kind)
    expires = day_or_none(values, "expires") if kind == "date" else None
    days = number_or_none(values, "days", "malformed_terms") if kind == "days" else None
    if (kind == "date" and expires is None) or (kind == "days" and days is None):
        raise Malformed("Enter an end date or a number of days.", code="malformed_terms")
    return Terms(expires, days, number_or_none(values, "lease_days", "malformed_terms"))


def renewal(values: Mapping[str, str]) -> Terms:
    """Return until which day, or by how many days, a license is renewed.

    Raises Malformed (malformed_terms, unwanted_day, unwanted_days).
    """
    kind = values.get("term", "days")
    _require_nothing_else(values, kind)
    if kind == "date":
        return Terms(expires=day_or_none(values, "expires"))
    return Terms(days=number_or_none(values, "days", "malformed_terms"))


def _require_nothing_else(values: Mapping[str, str], kind: str) -> None:
    """Refuse a day or days beside another option: which of the two was meant is not ours to guess."""
    for other, name, code in (("date", "expires", "unwanted_day"), ("days", "days", "unwanted_days")):
        if kind != other and values.get(name, "").strip():
            raise Malformed(
                "This belongs to an option that isn’t selected. Select that option or clear this field.",
                code=code,
            )


def version() -> str:
    """Return the digest of what the form was filled in from, see `core.versions`."""
    return request.form.get("version", "")


def features() -> list[str]:
    """Return the features that were selected."""
    return request.form.getlist("feature")

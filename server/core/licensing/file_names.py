"""The names of files that are handed over: the same on every way."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import category, normalize

from keyferry.server.core.audit import ending

# Letters, their marks, and digits of every script; other characters a system, a shell or a mail may refuse.
_KEPT = ("L", "M", "N")
_SIGNS = "-_."
_GAPS = re.compile("-{2,}")
# Most computers are called so, and their names stay as they are.
_PLAIN = re.compile("(?:[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*)?")


def license_file_name(product_code: str, computer_name: str | None, computer_id: str) -> str:
    """Return the product, the computer's name, and the last group of its ID: what tells files apart."""
    parts = (product_code, _safe(computer_name or ""), ending(computer_id))
    return f"{'-'.join(part for part in parts if part)}.lic"


def customer_file_name(name: str, day: date) -> str:
    """Return the name of the file with all that is stored about a customer, of that day."""
    return f"customer-{_safe(name) or 'data'}-{day.isoformat()}.json"


def _safe(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return name
    kept = "".join(
        one if category(one).startswith(_KEPT) or one in _SIGNS else "-" for one in normalize("NFC", name)
    )
    return _GAPS.sub("-", kept).strip(_SIGNS)

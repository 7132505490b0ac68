"""What stands in addresses: the numbers of rows, and what must not be there but may be.

A number that no database can hold is of nothing, rather than a failure. A request token belongs behind the
"#", which browsers keep to themselves; some applications encode that sign, and the token comes in the path.
"""

from __future__ import annotations

import re
from typing import Any

from flask import url_for
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from keyferry.server.core.row_numbers import LARGEST
from keyferry.server.parts import parts

_MARK = "(?:#|%(?:25)*23)"
# Long enough for a token or a key, which may follow "?" as well; a line number after a "#" is left alone.
_SECRET = re.compile(rf"({_MARK}|\?|%3F|/release-link/)[^\s\"']{{20,}}", re.I)


class RowNumber(IntegerConverter):
    """A whole number that fits into the key of a row."""

    def __init__(self, map: Map, *arguments: Any, **named: Any) -> None:
        super().__init__(map, *arguments, **({"max": LARGEST} | named))


def release_link_address(secret: str) -> str:
    """Return the address of a release link, as a mail to the customer names it."""
    return parts().settings.public_url + url_for("self_help.release", secret=secret)


class EncodedFragment(BaseConverter):
    """What an application moved into the path by encoding the sign before it, once or twice."""

    regex = rf"(?s:{_MARK}.*)"
    part_isolating = False


def without_secrets(line: str) -> str:
    """Return a line for a log without what its addresses carry."""
    return _SECRET.sub(r"\1…", line)

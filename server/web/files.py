"""Answers that a browser saves as a file."""

from __future__ import annotations

from unicodedata import normalize
from urllib.parse import quote

from flask import Response


def as_file(response: Response, name: str) -> Response:
    """Have the browser save an answer under a name, which may be of any script (RFC 6266)."""
    # What reads only the plain name, such as some download managers, gets what ASCII has of it.
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
    whole = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"{whole}'
    return response

"""The pages' own style and scripts, packed once and sent so where the browser takes it.

Pages themselves are not packed: they repeat what was typed, next to secrets of the form, and the length of
both packed together would give the secret away. A style or a script is the same for everybody.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.security import safe_join

_PACKABLE = {".css": "text/css", ".js": "text/javascript"}
_MOST_FILES = 128


def init_static_files(app: Flask) -> None:
    """Send styles and scripts of the static folder packed, and everything else there as Flask does."""
    folder = app.static_folder
    if folder is None:
        return

    def static(filename: str) -> Response:
        kind = _PACKABLE.get(Path(filename).suffix)
        found = safe_join(folder, filename) if kind else None
        if kind is None or found is None or not Path(found).is_file():
            return app.send_static_file(filename)
        response = _packed_file(Path(found), kind) if request.accept_encodings["gzip"] else None
        response = response or app.send_static_file(filename)
        response.vary.add("Accept-Encoding")
        return response

    app.view_functions["static"] = static


def _packed_file(path: Path, kind: str) -> Response:
    stat = path.stat()
    content, etag = _packed(path, stat.st_mtime_ns, stat.st_size)
    response = Response(content, mimetype=kind)
    response.content_encoding = "gzip"
    response.cache_control.no_cache = True
    response.set_etag(etag)
    response.make_conditional(request)
    return response


@lru_cache(_MOST_FILES)
def _packed(path: Path, _changed: int, _size: int) -> tuple[bytes, str]:
    """Pack a file once for each of its states; returns it with a name for its content."""
    content = gzip.compress(path.read_bytes(), mtime=0)
    return content, f"{hashlib.sha256(content).hexdigest()[:16]}-gzip"

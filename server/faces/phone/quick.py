"""Which requests are quick: activations that were scanned, which nothing counts and no scrypt checks."""

from __future__ import annotations

import re

_LINES = (b"POST /phone/v1/activations HTTP/1.", b"POST /phone/v1/requests HTTP/1.")
_BODY = re.compile(rb'\{"token": ?"A[0-9A-Z.]+"\}')


def is_quick(received: bytearray) -> bool:
    """Tell from the bytes that begin with a whole request; one that isn't recognized is only slower."""
    if not received.startswith(_LINES):
        return False
    return _BODY.match(received, received.find(b"\r\n\r\n") + 4) is not None

"""What is refused, and with which code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from keyferry.protocol.errors import ProtocolError
from keyferry.server.core.errors import CoreError


@contextmanager
def refused(code: str, kind: type[CoreError | ProtocolError] = CoreError) -> Iterator[None]:
    """What is done inside must be refused with this code."""
    with pytest.raises(kind) as raised:
        yield
    assert raised.value.code == code


def refusal_of(operation: Callable[..., object], *arguments: object, **named: object) -> str:
    """Do what must be refused, and return the code."""
    with pytest.raises((CoreError, ProtocolError)) as raised:
        operation(*arguments, **named)
    return raised.value.code

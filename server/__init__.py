"""The Keyferry server; `create_app` returns the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyferry.server.application import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # Flask and the database take a second to import; `keyferry --help` needs neither.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keyferry.server import application

    return getattr(application, name)

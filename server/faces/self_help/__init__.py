"""Self Help: where customers activate and deactivate by typing, without signing in and without JavaScript."""

from __future__ import annotations

from keyferry.server.faces.self_help.pages import blueprint

__all__ = ["blueprint"]

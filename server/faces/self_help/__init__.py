"""Self Help: where customers activate and deactivate by typing, without signing in and without JavaScript.

`front` is the page at the root of the server, from which they get there.
"""

from __future__ import annotations

from keyferry.server.faces.self_help.front import blueprint as front
from keyferry.server.faces.self_help.pages import blueprint

__all__ = ["blueprint", "front"]

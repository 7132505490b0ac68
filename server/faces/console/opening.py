"""Opening the full screen, and whether there is a terminal for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from keyferry.server.faces.console.access import sign_out

THEMES = ("dark", "light", "terminal")


def has_terminal() -> bool:
    """Return whether a person can type here and see the answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_console(environment: Mapping[str, str], *, theme: str | None) -> None:
    """Run the console until the person quits; the session ends, also where something unexpected is raised."""
    # Late: reading Textual takes longer than most commands.
    from keyferry.server.faces.console.app import ConsoleApp

    console = ConsoleApp(environment, theme=theme)
    try:
        console.run()
        if console.failure is not None:
            raise console.failure
    finally:
        if console.signed_in is not None:
            sign_out(console.signed_in)

"""Opening the full screen, and whether there is a terminal for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.terminal.words import Words, language_of

THEMES = ("dark", "light", "terminal")
# The last part of COLORFGBG, which many terminals set, is the color of their ground: 7 and 15 are white.
_WHITE_GROUNDS = {"7", "15"}


_MANY_COLORS = ("256color", "direct", "truecolor", "kitty", "ghostty", "alacritty")


def has_terminal() -> bool:
    """Return whether a person can type here and see the answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def theme_of(environment: Mapping[str, str]) -> str:
    """Return the theme that fits the terminal: its colors if it has few, or else its background if known."""
    term = environment.get("TERM", "")
    if (
        term
        and not term.endswith(_MANY_COLORS)
        and (not environment.get("COLORTERM") or "STY" in environment)
    ):
        return "terminal"
    return "light" if environment.get("COLORFGBG", "").split(";")[-1] in _WHITE_GROUNDS else "dark"


def open_wizard(
    control: ActivationControl,
    profile: WizardProfile,
    folder: Path,
    *,
    language: str | None,
    theme: str | None,
    environment: Mapping[str, str],
) -> int:
    """Run the wizard until the person quits, and return 0; what fails unexpectedly is raised."""
    from keyferry.wizard.terminal.app import WizardApp

    if "STY" in environment:
        # Inherited from the terminal around GNU screen, which reads 24-bit colors as something else.
        os.environ.pop("COLORTERM", None)

    words = Words(language or language_of(environment))
    wizard = WizardApp(control, profile, folder, words, theme=theme or theme_of(environment))
    wizard.run()
    if wizard.failure is not None:
        raise wizard.failure
    return 0

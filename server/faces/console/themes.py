"""The colors of the License Wizard, so that both look alike; every word stands out by 4.5 to 1."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

DARK = Theme(
    name="console-dark",
    primary="#62B5FF",
    success="#7FD79B",
    warning="#FFC56B",
    error="#FF9D9D",
    foreground="#E8E8E8",
    background="#121212",
    surface="#1E1E1E",
    panel="#262D33",
    dark=True,
)
LIGHT = Theme(
    name="console-light",
    primary="#004578",
    success="#14632F",
    warning="#7A4300",
    error="#9B1C1C",
    foreground="#1A1A1A",
    background="#FFFFFF",
    surface="#F4F4F4",
    panel="#E3E6EA",
    dark=False,
)
# The last takes the terminal's own colors, whatever they are.
THEMES: Mapping[str, str] = {"dark": DARK.name, "light": LIGHT.name, "terminal": "ansi-dark"}
# The last part of COLORFGBG, which many terminals set, is the color of their ground: 7 and 15 are white.
_WHITE_GROUNDS = {"7", "15"}


def theme_of(environment: Mapping[str, str]) -> str:
    """Return the theme that fits the terminal's ground, as far as that is known."""
    return "light" if environment.get("COLORFGBG", "").split(";")[-1] in _WHITE_GROUNDS else "dark"

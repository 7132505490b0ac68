"""The colors of the License Wizard and a few more; every word has a contrast of at least 4.5 to 1."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="console-dark",
    primary="#82B1FF",
    success="#74D6A0",
    warning="#F2BF70",
    error="#FF9490",
    foreground="#EDF1F6",
    background="#141A22",
    surface="#141A22",
    panel="#1B222C",
    dark=True,
    variables={
        "ink-2": "#B4BFCD",
        "ink-3": "#95A1B2",
        "edge": "#77839A",
        "digit": "#FF9BD0",
        "on-primary": "#08192F",
        "primary-soft": "#172A49",
        "error-soft": "#3A1A1D",
        "on-error": "#33060A",
        "info": "#7CCFE6",
        "raised": "#1C242F",
        "field": "#141A22",
        "input-cursor-background": "#EDF1F6",
        "input-cursor-foreground": "#141A22",
    },
)
LIGHT = Theme(
    name="console-light",
    primary="#1A56C4",
    success="#11693B",
    warning="#865000",
    error="#B3212D",
    foreground="#141B26",
    background="#FFFFFF",
    surface="#FFFFFF",
    panel="#EEF1F6",
    dark=False,
    variables={
        "ink-2": "#465163",
        "ink-3": "#5F6A7C",
        "edge": "#7F8A9B",
        "digit": "#A8186B",
        "on-primary": "#FFFFFF",
        "primary-soft": "#E8EFFC",
        "error-soft": "#FDECEC",
        "on-error": "#FFFFFF",
        "info": "#0A627C",
        "raised": "#FFFFFF",
        "field": "#EEF1F6",
        "input-cursor-background": "#141B26",
        "input-cursor-foreground": "#FFFFFF",
    },
)
# The terminal's own colors, whatever they are: on an unknown ground none of them is sure to be read, so
# marks, lines and reversed cells say everything, and green is only for what needs no reading.
TERMINAL = Theme(
    name="console-terminal",
    ansi=True,
    primary="ansi_default",
    success="ansi_green",
    warning="ansi_default",
    error="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        **dict.fromkeys(DARK.variables, "ansi_default"),
    },
)
# The last takes the terminal's own colors, whatever they are.
THEMES: Mapping[str, str] = {"dark": DARK.name, "light": LIGHT.name, "terminal": TERMINAL.name}
# The last part of COLORFGBG, which many terminals set, is the color of their ground: 7 and 15 are white.
_WHITE_GROUNDS = {"7", "15"}
_MANY_COLORS = ("256color", "direct", "truecolor", "kitty", "ghostty", "alacritty")


def theme_of(environment: Mapping[str, str]) -> str:
    """Return the theme that fits the terminal: its colors if it has few, or else its background if known."""
    term = environment.get("TERM", "")
    # Inherited from the terminal around GNU screen, which reads 24-bit colors as something else.
    has_more = bool(environment.get("COLORTERM")) and "STY" not in environment
    if term and not term.endswith(_MANY_COLORS) and not has_more:
        return "terminal"
    return "light" if environment.get("COLORFGBG", "").split(";")[-1] in _WHITE_GROUNDS else "dark"

"""The colors of `pwa/house.css` for a terminal; every word has a contrast of at least 4.5 to 1."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="wizard-dark",
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
        "input-cursor-background": "#EDF1F6",
        "input-cursor-foreground": "#141A22",
    },
)
LIGHT = Theme(
    name="wizard-light",
    primary="#1A56C4",
    success="#11693B",
    warning="#865000",
    error="#B3212D",
    foreground="#141B26",
    # White, like the background of the QR code: no frame around it.
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
        "input-cursor-background": "#141B26",
        "input-cursor-foreground": "#FFFFFF",
    },
)
# The terminal's own colors, whatever they are: on an unknown ground none of them is sure to be read, so
# marks, lines and reversed cells say everything, and green is only for what needs no reading.
TERMINAL = Theme(
    name="wizard-terminal",
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
        "ink-2": "ansi_default",
        "ink-3": "ansi_default",
        "edge": "ansi_default",
        "digit": "ansi_default",
        "on-primary": "ansi_default",
        "primary-soft": "ansi_default",
        "error-soft": "ansi_default",
        "on-error": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
    },
)
THEMES = (DARK, LIGHT, TERMINAL)

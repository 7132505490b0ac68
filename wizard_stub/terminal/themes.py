"""Two sets of colors in which every word has a contrast of at least 4.5 to 1."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="wizard-dark",
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
    name="wizard-light",
    primary="#004578",
    success="#14632F",
    warning="#7A4300",
    error="#9B1C1C",
    foreground="#1A1A1A",
    # White, like the background of the QR code: no frame around it.
    background="#FFFFFF",
    surface="#F4F4F4",
    panel="#E3E6EA",
    dark=False,
)

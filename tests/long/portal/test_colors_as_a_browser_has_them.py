"""A vendor's color keeps its hue: Chromium, which has OKLCH built in, says so, too."""

from __future__ import annotations

import re
from colorsys import hsv_to_rgb

import pytest

from keyferry.server.core.brand.colors import palette

# Chromium's answer to `oklch(from #rrggbb l c h)` is three numbers, the last of them in degrees.
LCH = re.compile(r"oklch\(([\d.e-]+) ([\d.e-]+) ([\d.e-]+)\)")
# An 8-bit channel can't say a hue more exactly, the less so the darker the color is.
DEGREES = 5
COLORS = [
    "#" + bytes(round(255 * part) for part in hsv_to_rgb(hue / 24, saturation, value)).hex()
    for hue in range(24)
    for saturation, value in ((1.0, 1.0), (0.7, 0.9), (1.0, 0.4))
]


@pytest.fixture
def hue_of(browser):
    page = browser.new_page()
    page.set_content("<p>color")

    def hue_of(color: str) -> float:
        said = page.evaluate(
            """color => {
                const { style } = document.querySelector('p');
                style.color = `oklch(from ${color} l c h)`;
                return getComputedStyle(document.querySelector('p')).color;
            }""",
            color,
        )
        found = LCH.fullmatch(said)
        assert found, said
        return float(found[3])

    yield hue_of
    page.close()


@pytest.mark.parametrize("color", COLORS)
def test_a_color_that_is_shifted_keeps_its_hue(hue_of, color):
    made = palette(color)
    for accent in (made.light.accent, made.dark.accent):
        apart = abs(hue_of(accent) - hue_of(color)) % 360
        assert min(apart, 360 - apart) < DEGREES

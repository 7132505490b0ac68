"""From any color, shades that everybody can read: judged by a contrast that is worked out apart."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyferry.server.core.brand import colors
from keyferry.server.core.brand.colors import palette, read_color
from keyferry.server.core.errors import Malformed
from tests.refusals import refused

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def luminance(color: str) -> float:
    """As WCAG 2.2 defines it, with its own threshold."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(COLOURS)
def test_every_color_becomes_one_that_can_be_read_in_both_themes(color):
    made = palette(color)
    for theme, grounds, soft_ink in (
        (made.light, colors.LIGHT_GROUNDS, colors.LIGHT_SOFT_INK),
        (made.dark, colors.DARK_GROUNDS, colors.DARK_SOFT_INK),
    ):
        assert min(contrast(theme.accent, ground) for ground in (*grounds, theme.soft)) >= 4.5
        assert contrast(theme.on_accent, theme.accent) >= 4.5
        assert contrast(theme.on_accent, theme.strong) >= 4.5
        assert contrast(soft_ink, theme.soft) >= 4.5
        assert theme.strong != theme.accent, "that a button is pressed is seen"
        assert all(re.fullmatch(r"#[0-9a-f]{6}", one) for one in vars(theme).values())
    assert luminance(made.light.accent) <= luminance(color) <= luminance(made.dark.accent)


@settings(max_examples=100, deadline=None)
@given(COLOURS)
def test_a_color_that_can_be_read_stays_as_it_is(color):
    made = palette(color)
    grounds = (*colors.LIGHT_GROUNDS, made.light.soft)
    can_be_read = min(contrast(color, ground) for ground in grounds) >= 4.5
    assert made.is_darker_on_light is not can_be_read
    assert (made.light.accent == color) is can_be_read


@pytest.mark.parametrize(
    ("color", "darker", "lighter"),
    [("#ffd400", True, False), ("#0b5a9e", False, True), ("#fafafa", True, False), ("#000000", False, True)],
)
def test_the_palette_says_in_which_theme_a_color_is_another(color, darker, lighter):
    made = palette(color)
    assert (made.is_darker_on_light, made.is_lighter_on_dark) == (darker, lighter)


def test_a_shifted_color_is_no_further_away_than_it_must_be_and_keeps_its_hue():
    yellow = palette("#ffd400").light
    grounds = (*colors.LIGHT_GROUNDS, yellow.soft)
    assert 4.5 <= min(contrast(yellow.accent, ground) for ground in grounds) < 4.6
    red, green, blue = bytes.fromhex(yellow.accent[1:])
    assert red > green > blue


def test_gray_that_is_shifted_does_not_look_like_a_button_that_is_switched_off():
    assert contrast(palette("#fafafa").light.accent, "#ffffff") > 9
    assert contrast(palette("#050505").dark.accent, colors.DARK_GROUNDS[1]) > 9


def test_the_grounds_are_those_of_the_house_style(pytestconfig):
    style = (pytestconfig.rootpath / "pwa" / "house.css").read_text()
    themes = re.findall(r":root \{(.+?)\}", style, re.DOTALL)
    for theme, grounds, soft_ink in zip(
        themes,
        (colors.LIGHT_GROUNDS, colors.DARK_GROUNDS),
        (colors.LIGHT_SOFT_INK, colors.DARK_SOFT_INK),
        strict=True,
    ):
        tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", theme))
        assert {tokens[name] for name in ("page", "surface", "sunken", "raised")} == set(grounds)
        assert tokens["ink-2"] == soft_ink
        assert set(re.findall(r"--([\w-]+):", palette("#ffd400").css)) <= tokens.keys()


def test_digits_stand_out_from_what_can_be_tapped_whatever_the_vendors_color_is(pytestconfig):
    style = (pytestconfig.rootpath / "pwa" / "house.css").read_text()
    assert f"--digit: {colors.DIGIT};" in style
    for color in ("#a8186b", "#c2185b", "#b0158a"):
        assert palette(color).css.count("--digit:var(--ink)") == 2
    for color in ("#1a56c4", "#11693b", "#ffd400", "#808080", "#d2691e"):
        assert "--digit" not in palette(color).css


@pytest.mark.parametrize("typed", ["#0B5A9E", " 0b5a9e ", "#0b5a9e"])
def test_a_color_is_read_however_it_is_written(typed):
    assert read_color(typed) == "#0b5a9e"
    assert read_color("#Fa0") == "#ffaa00"


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#12345g", "rgb(1, 2, 3)", "#0b5a9e;}", "#١٢٣"])
def test_what_is_no_color_is_refused(typed):
    with refused("malformed_color", Malformed):
        read_color(typed)

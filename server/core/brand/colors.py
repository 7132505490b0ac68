"""A vendor's one color, and what light and dark pages make of it so that everybody can read it.

Contrasts are those of WCAG 2.2. A color is shifted in lightness only, in OKLCH (Björn Ottosson, 2020), so
that its hue stays what the vendor knows; where no screen can show that, it loses color and not hue.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, pi, remainder, sin, tau

from keyferry.server.core.errors import Malformed

# 4.5:1 for text; what is no text, such as a focus ring, needs 3:1 and so has more than enough.
LEGIBLE = 4.5
# The grounds on which the house style sets its accent, and its soft ink: see the tokens of house.css.
LIGHT_GROUNDS, LIGHT_SOFT_INK = ("#f5f7fa", "#ffffff", "#eef1f6"), "#465163"
DARK_GROUNDS, DARK_SOFT_INK = ("#0c1016", "#141a22", "#1b222c", "#1c242f"), "#b4bfcd"
# The color of digits in codes, and how near, in radians, a vendor's hue may come before digits give it up.
DIGIT = "#a8186b"
_TOO_NEAR = pi / 6

# A gray button looks as if it could not be pressed: what is gray and must be shifted goes on until it is not.
_GREY, _LEGIBLE_GREY = 0.03, 9.0

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_STEPS = 500
_HALVINGS = 24
# Lightness and most chroma of what is derived: soft grounds, text on a button, and a button that is pressed.
_SOFT_LIGHT, _SOFT_DARK, _INK = (0.945, 0.03), (0.30, 0.045), (0.20, 0.05)
_PRESSED = 0.07

_Lch = tuple[float, float, float]


@dataclass(frozen=True)
class Theme:
    """The colors of one theme, as `#rrggbb`."""

    accent: str
    strong: str
    soft: str
    on_accent: str


@dataclass(frozen=True)
class Palette:
    """What a color becomes on light and on dark pages."""

    given: str
    light: Theme
    dark: Theme

    @property
    def is_darker_on_light(self) -> bool:
        """Whether light pages could not be read with the color as it is."""
        return self.light.accent != self.given

    @property
    def is_lighter_on_dark(self) -> bool:
        """Whether dark pages could not be read with the color as it is."""
        return self.dark.accent != self.given

    @property
    def is_near_digits(self) -> bool:
        """Whether its hue is so near to that of digits in codes that one could be taken for the other."""
        _, chroma, hue = _lch(self.given)
        return chroma >= _GREY and abs(remainder(hue - _lch(DIGIT)[2], tau)) <= _TOO_NEAR

    @property
    def css(self) -> str:
        """What takes the place of tokens of the house style; paper keeps its white ground."""
        # Digits that look like what can be tapped would be no help; their slashed zero and weight remain.
        digits = ";--digit:var(--ink)" if self.is_near_digits else ""
        return (
            f":root{{{_tokens(self.light)}{digits}}}"
            f"@media screen{{:root{{--accent-soft:{self.light.soft}}}}}"
            "@media screen and (prefers-color-scheme: dark)"
            f"{{:root{{{_tokens(self.dark)};--accent-soft:{self.dark.soft}{digits}}}}}"
        )


def read_color(text: str) -> str:
    """Return a typed color as `#rrggbb`; raises Malformed (malformed_color)."""
    found = _HEX.fullmatch(text.strip().lower())
    if found is None:
        raise Malformed(
            "Write the color as # and six digits or letters from A to F, like #0b5a9e.",
            code="malformed_color",
        )
    digits = found[1]
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"


@lru_cache(64)
def palette(color: str) -> Palette:
    """Return what a color, `#rrggbb`, becomes in each theme."""
    return Palette(color, _light(color), _dark(color))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _light(color: str) -> Theme:
    lightness, chroma, hue = _lch(color)
    soft = _tinted(_SOFT_LIGHT, chroma, hue)
    accent = _shifted(color, (*LIGHT_GROUNDS, soft), towards=0.0)
    lightness = _lch(accent)[0]
    # What is nearly black cannot become darker, and its lightness has to change more before anybody sees it.
    pressed = lightness - _PRESSED if lightness > 0.25 else lightness + 3 * _PRESSED
    return Theme(accent, _hex((pressed, chroma, hue)), soft, "#ffffff")


def _dark(color: str) -> Theme:
    _, chroma, hue = _lch(color)
    soft = _tinted(_SOFT_DARK, chroma, hue)
    accent = _shifted(color, (*DARK_GROUNDS, soft), towards=1.0)
    lightness = _lch(accent)[0]
    pressed = lightness + _PRESSED if lightness < 1 - _PRESSED else lightness - _PRESSED
    return Theme(accent, _hex((pressed, chroma, hue)), soft, _tinted(_INK, chroma, hue))


def _shifted(color: str, grounds: tuple[str, ...], *, towards: float) -> str:
    """Return the color with the least change of lightness that can be read on all of the grounds.

    The further it goes towards black or white the easier it is to read, so halving finds it.
    """
    lightness, chroma, hue = _lch(color)
    if all(contrast(color, ground) >= LEGIBLE for ground in grounds):
        return color
    wanted = _LEGIBLE_GREY if chroma < _GREY else LEGIBLE

    def candidate(step: int) -> str:
        return _hex((lightness + (towards - lightness) * step / _STEPS, chroma, hue))

    def is_legible(step: int) -> bool:
        return all(contrast(candidate(step), ground) >= wanted for ground in grounds)

    return candidate(bisect_left(range(_STEPS), True, key=is_legible))


def _tinted(what: tuple[float, float], chroma: float, hue: float) -> str:
    lightness, most = what
    return _hex((lightness, min(chroma, most), hue))


def _tokens(theme: Theme) -> str:
    return f"--accent:{theme.accent};--accent-strong:{theme.strong};--on-accent:{theme.on_accent}"


def _channels(color: str) -> tuple[float, ...]:
    """Return red, green and blue as linear light from 0 to 1."""
    bytes_ = bytes.fromhex(color[1:])
    return tuple(
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (byte / 255 for byte in bytes_)
    )


def _luminance(color: str) -> float:
    red, green, blue = _channels(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lch(color: str) -> _Lch:
    red, green, blue = _channels(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _linear(lch: _Lch) -> tuple[float, float, float]:
    lightness, chroma, hue = lch
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _hex(lch: _Lch) -> str:
    """Return a color as a screen shows it, with as much of its chroma as that can."""
    lightness, chroma, hue = lch
    kept, lost = 0.0, chroma
    if _fits(_linear(lch)):
        kept = chroma
    else:
        for _ in range(_HALVINGS):
            middle = (kept + lost) / 2
            kept, lost = (middle, lost) if _fits(_linear((lightness, middle, hue))) else (kept, middle)
    return "#" + "".join(f"{_byte(part):02x}" for part in _linear((lightness, kept, hue)))


def _fits(linear: tuple[float, float, float]) -> bool:
    return all(-0.0001 <= part <= 1.0001 for part in linear)


def _byte(part: float) -> int:
    part = min(max(part, 0.0), 1.0)
    return round(255 * (part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))

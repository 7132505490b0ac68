"""Every step and the code on the screen, in the themes, sizes, languages and styles beyond the gate."""

import pytest

from keyferry.protocol.computer_key import Style
from keyferry.wizard.terminal.opening import THEMES
from tests.wizard.terminal.person import LARGE, SMALL
from tests.wizard.terminal.test_appearance import inspect_every_step, read_the_code

# Sizes and languages do not touch each other here: six stories show what twelve would.
THEMES_AND_SIZES = [(theme, *one) for theme in THEMES for one in ((SMALL, "en"), (LARGE, "de"))]


@pytest.mark.parametrize(("theme", "size", "language"), THEMES_AND_SIZES)
def test_the_code_on_the_screen_is_read_in_every_theme(machine, vendor, key, theme, size, language):
    read_the_code(machine, vendor, key, theme=theme, size=size, language=language)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("style", list(Style))
def test_every_step_fits_a_small_terminal_whatever_the_key(machine, vendor, key, language, style):
    inspect_every_step(machine, vendor, key, language, style)

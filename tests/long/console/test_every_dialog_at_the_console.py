"""Every dialog of the console, in each theme and size."""

import pytest

from keyferry.server.faces.console.opening import THEMES
from tests.console.person import LARGE, SMALL, at_the_console
from tests.console.test_console_appearance import inspect_every_dialog

__all__ = ["at_the_console"]

pytestmark = pytest.mark.usefixtures("mail_works")
DARK, LIGHT, TERMINAL = THEMES
USUAL = (120, 36)


@pytest.mark.parametrize(
    ("theme", "size"),
    [
        *((DARK, SMALL), (LIGHT, SMALL), (DARK, USUAL), (LIGHT, USUAL), (DARK, LARGE)),
        *((TERMINAL, SMALL), (TERMINAL, USUAL)),
    ],
    ids=lambda one: one if isinstance(one, str) else f"{one[0]}x{one[1]}",
)
async def test_every_dialog_is_whole_and_can_be_read(
    vendor, administrator, theme, size, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    await inspect_every_dialog(vendor, administrator, theme, size)


async def test_every_dialog_is_whole_without_any_color(vendor, administrator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    await inspect_every_dialog(vendor, administrator, TERMINAL, SMALL)

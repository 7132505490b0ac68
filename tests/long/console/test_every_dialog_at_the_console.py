"""Every dialog of the console, in each theme and size."""

import pytest

from keyferry.server.faces.console.opening import THEMES
from tests.console.person import LARGE, SMALL, at_the_console
from tests.console.test_console_appearance import inspect_every_dialog

__all__ = ["at_the_console"]

pytestmark = pytest.mark.usefixtures("mail_works")
DARK, LIGHT = list(THEMES)[:2]


@pytest.mark.parametrize(
    ("theme", "size"),
    [(DARK, SMALL), (LIGHT, SMALL), (DARK, LARGE), (LIGHT, LARGE)],
    ids=["dark and small", "light and small", "dark and large", "light and large"],
)
async def test_every_dialog_is_whole_and_can_be_read(
    vendor, administrator, theme, size, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    await inspect_every_dialog(vendor, administrator, theme, size)

"""Every page and dialog of the portal in both engines, light and dark; `build/engines` keeps the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access import ZOOMED
from tests.long.conftest import ENGINES
from tests.long.driver import Driver, Engine
from tests.long.test_portal_in_engines import furnished, is_narrow, names, staff

__all__ = ["furnished", "names", "staff"]

THEMES = [(name, dark) for name in ENGINES for dark in (False, True)]
PAGES = (
    *("", "licenses", "licenses/new", "licenses/1", "computers", "computers/1", "customers", "customers/1"),
    *("products", "products/demo-short", "add-product", "audit", "properties", "branding", "mails"),
    *("mails/computer_key/en", "operators", "operators/1", "account"),
)
OPEN = """(name) => {
    document.querySelector('dialog[open]')?.close();
    document.getElementById(name).showModal();
}"""
# How much higher a dialog is than what is in it, and what sticks out of the window.
ROOM = """(name) => {
    const dialog = document.getElementById(name), { top, bottom } = dialog.getBoundingClientRect();
    const lowest = Math.max(...[...dialog.children].map((part) => part.getBoundingClientRect().bottom));
    return [Math.round(bottom - lowest), Math.min(top, innerHeight - bottom)];
}"""
PADDING = 25


@pytest.fixture(scope="module", params=THEMES, ids=lambda one: f"{one[0]}-{'dark' if one[1] else 'light'}")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    name, dark = request.param
    with ENGINES[name](tmp_path_factory.mktemp(name), dark=dark) as engine:
        yield engine


@pytest.fixture
def keep(staff: Driver, request: pytest.FixtureRequest):
    folder = request.config.rootpath / "build" / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    theme = request.node.callspec.id

    def keep(name: str) -> None:
        Path(folder / f"{name}-{theme}.png").write_bytes(staff.picture())

    return keep


def test_every_page_fits_and_no_field_is_zoomed_into(staff, house, keep):
    faults = []
    for page in PAGES:
        staff.open(f"{house.origin}/portal/{page}")
        staff.sees("h1")
        keep(page.replace("/", "-") or "start")
        sticks_out = staff.run("() => document.documentElement.scrollWidth - innerWidth")
        faults += [(page, sticks_out)] if sticks_out > 0 else []
        # A desk is dense, and nothing zooms there.
        faults += [(page, field) for field in staff.run(ZOOMED)] if is_narrow(staff) else []
    assert faults == []


def test_every_dialog_is_as_high_as_what_is_in_it(staff, house, keep):
    faults = []
    for page in PAGES:
        staff.open(f"{house.origin}/portal/{page}")
        staff.sees("h1")
        for name in staff.run("() => [...document.querySelectorAll('dialog')].map((dialog) => dialog.id)"):
            staff.run(OPEN, name)
            keep(f"{page.replace('/', '-') or 'start'}-{name}")
            room, edge = staff.run(ROOM, name)
            faults += [(page, name, room, edge)] if room > PADDING or edge < 0 else []
    assert faults == []

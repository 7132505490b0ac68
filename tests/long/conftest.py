"""Persons at real engines, on a real server: each test is asked of both engines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from keyferry.server.core.models import Attempt
from keyferry.server.db import transaction
from tests.browsing import House
from tests.long.driver import Driver, Engine
from tests.long.firefox import firefox
from tests.long.webkit import webkit
from tests.offline import Wizard

ENGINES = {"webkit": webkit, "firefox": firefox}
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as engine:
        yield engine


@pytest.fixture
def forgetful(house: House) -> House:
    """The house, having forgotten who tried what: here everybody comes from one address, in one minute."""
    with transaction() as session:
        session.execute(delete(Attempt))
    return house


@pytest.fixture(params=SIZES)
def person(request: pytest.FixtureRequest, engine: Engine, forgetful: House) -> Iterator[Driver]:
    """Somebody at a phone, or at a desk."""
    with engine(*SIZES[request.param]) as driver:
        yield driver


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """Pages that mail are offered; nothing needs to arrive."""
    return {"KEYFERRY_SMTP_URL": "smtp://127.0.0.1:9", "KEYFERRY_MAIL_FROM": "keys@example.com"}


def confirm_for(person: Driver, wizard: Wizard) -> None:
    """Tap at the phone page's question, and type the key into the wizard, which must take it."""
    person.has_view("confirm-activate")
    person.press("#confirm")
    person.has_view("key")
    wizard.take(person.key)
    assert wizard.is_active


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Show what was measured, also where the test passes."""

    def show(line: str) -> None:
        with capsys.disabled():
            sys.stderr.write(f"\n{line}\n")

    return show


@pytest.fixture
def wizard(house: House, tmp_path: Path) -> Wizard:
    return Wizard(house.short, tmp_path)

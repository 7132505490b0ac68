"""Persons at real engines, on a real server: each test is asked of both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import delete

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.models import Attempt
from keyferry.server.db import transaction
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import LicenseState
from tests.browsing import House
from tests.conftest import Vendor
from tests.long.driver import Driver, Engine
from tests.long.firefox import firefox
from tests.long.webkit import webkit

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


@dataclass
class Wizard:
    """The wizard's own control on a machine without network: a key counts only where it takes it."""

    vendor: Vendor
    folder: Path
    key: ActivationKey = field(init=False)
    control: ActivationControl = field(init=False)
    shown: dict[str, str] = field(default_factory=dict)
    """The codes on its screen, by the names of the fields that take them."""

    def __post_init__(self) -> None:
        self.key = self.vendor.issue(seats=1)
        self.control = ActivationControl(
            self.vendor.profile,
            self.folder / "state",
            machine_identifier="serial number 4711",
            anchor_folder=self.folder / "anchor",
        )

    def begin(self, origin: str = "") -> str:
        """Show a QR code, and return the address in it."""
        begun = self.control.begin(self.key, "LAB-PC-07")
        self.shown = {"activation_key": self.key.text, "computer_id": begun.computer_id.text}
        return self._at(origin, begun.url)

    def give_up(self, origin: str = "") -> str:
        """Give the license up, and return the address in the QR code that proves it."""
        released = self.control.deactivate()
        self.shown |= {"code": released.code.text}
        return self._at(origin, released.url)

    def take(self, key: str) -> None:
        """Type a computer key."""
        self.control.complete(key)

    @property
    def is_active(self) -> bool:
        return self.control.status().state is LicenseState.ACTIVE

    @property
    def seats_used(self) -> int:
        return self.vendor.seats_used(self.key)

    def _at(self, origin: str, url: str) -> str:
        # The profile names the port that a vendor would have; the house has another.
        return f"{origin}/A#{url.partition('#')[2]}"


@pytest.fixture
def wizard(house: House, tmp_path: Path) -> Wizard:
    return Wizard(house.short, tmp_path)

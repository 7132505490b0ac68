"""A real License Wizard on a machine without network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import LicenseState
from tests.conftest import Vendor


@dataclass
class Wizard:
    """The wizard's own control on a machine without network: a key counts only where it takes it."""

    vendor: Vendor
    folder: Path
    features: tuple[str, ...] = ()
    key: ActivationKey = field(init=False)
    control: ActivationControl = field(init=False)
    shown: dict[str, str] = field(default_factory=dict)
    """The codes on its screen, by the names of the fields that take them."""

    def __post_init__(self) -> None:
        self.key = self.vendor.issue(seats=1, features=self.features)
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

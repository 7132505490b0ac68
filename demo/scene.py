"""A license's life without a server, with fixed secrets and a fixed clock; its keys open nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.protocol.profile import MachineSource, ProfileEpoch, WizardProfile
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import Begun

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


_ISSUED = NOON.date()


def _fixed(name: str, count: int) -> bytes:
    return sha256(name.encode()).digest()[:count]


@dataclass(frozen=True)
class Scene:
    """A product, an activation key and a machine."""

    style: Style
    folder: Path

    @property
    def profile(self) -> WizardProfile:
        """The profile of an invented product."""
        epoch = ProfileEpoch(
            1,
            _fixed("application", 32),
            self.signer("typed").public_key().public_bytes_raw(),
            self.signer("file").public_key().public_bytes_raw(),
        )
        return WizardProfile(
            product_number=1,
            product_code="demo-cad",
            product_name="Demo CAD",
            key_style=self.style,
            features=("export", "render"),
            server_url="https://keys.example.com",
            machine_source=MachineSource.HOST,
            fingerprint_key=_fixed("fingerprint", 32),
            epochs=(epoch,),
            contact=("licenses@example.com", "+1 555 0142"),
        )

    @property
    def activation_key(self) -> ActivationKey:
        """The activation key of the license."""
        return ActivationKey.generate(_fixed("activation key", ENTROPY_BYTES))

    def control(self, machine: str = "machine") -> ActivationControl:
        """Open the control on the fixed day."""
        return ActivationControl(
            self.profile,
            self.folder / "state",
            machine_identifier=machine,
            anchor_folder=self.folder / "anchor",
            now=lambda: NOON,
            random_bytes=lambda count: _fixed("random", count),
        )

    def binding(self, begun: Begun) -> Binding:
        """Return what a computer key is bound to."""
        return Binding(self.profile.product_code, begun.activation_key, begun.computer_id)

    def computer_key(self, begun: Begun) -> str:
        """Issue what the server would answer."""
        binding = self.binding(begun)
        claims = Claims(date(2026, 11, 24), date(2026, 11, 24) + timedelta(days=365), 0b11)
        if self.style is Style.SIGNED:
            return issue_signed(binding, claims, self.signer("typed"))
        return issue_short(binding, claims, self.profile.keys(1).short_computer_key)

    def license_file(self, begun: Begun, *, issued: date = _ISSUED, days: int = 365) -> str:
        """Issue the file that does the work of a computer key."""
        content = LicenseFile(
            activation_id="a-1", issued_at=NOON, claims=Claims(issued, issued + timedelta(days), 0b11)
        )
        return issue_license_file(content, self.binding(begun), self.signer("file"))

    def signer(self, name: str) -> Ed25519PrivateKey:
        """Return the vendor's key for what is `typed` or for a `file`."""
        return Ed25519PrivateKey.from_private_bytes(_fixed(name, 32))

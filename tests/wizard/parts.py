"""A vendor that makes keys without a server, and a machine whose clock and identity tests decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId, verify_computer_id
from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.deactivation import read_deactivation_code, verify_deactivation_code
from keyferry.protocol.keys import derive_key, mac, machine_fingerprint, product_digest
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.protocol.openings import Level
from keyferry.protocol.profile import UNREMEMBERED_DAYS, MachineSource, ProfileEpoch, WizardProfile
from keyferry.wizard import state_form
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import Begun, Completed
from keyferry.wizard.state import State
from keyferry.wizard.state_folder import StateFolder

TODAY = date(2026, 3, 2)


@dataclass
class Clock:
    """A clock that tests set; the wizard is handed its `now`."""

    moment: datetime = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


def seal_content(inner: bytes, profile: WizardProfile, epoch: int) -> bytes:
    """Seal the inner object of a state file under the secret of an epoch."""
    known = profile.epoch(epoch)
    assert known is not None
    key, product = derive_key(known.application_secret, "wizard state"), product_digest(profile.product_code)
    seal = mac(key, "wizard state", product, bytes([epoch]), inner)
    return b'{"epoch":%d,"mac":"%s","state":%s}\n' % (epoch, seal.hex().encode(), inner)


@dataclass
class Vendor:
    """Makes the keys that a server would make: the same protocol functions, with secrets of its own."""

    style: Style = Style.SHORT
    product_number: int = 7
    product_code: str = "demo-cad"
    product_name: str = "Demo CAD"
    machine_source: MachineSource = MachineSource.HOST
    server_url: str = "https://activate.example"
    contact: tuple[str, ...] = ()
    fingerprint_key: bytes = field(default_factory=lambda: token_bytes(32))
    epochs: list[tuple[bytes, Ed25519PrivateKey, Ed25519PrivateKey]] = field(default_factory=list)
    retired: set[int] = field(default_factory=set)
    unremembered_days: int = UNREMEMBERED_DAYS

    def __post_init__(self) -> None:
        if not self.epochs:
            self.rotate()

    def rotate(self) -> None:
        self.epochs.append((token_bytes(32), Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()))

    @property
    def profile(self) -> WizardProfile:
        return WizardProfile(
            product_number=self.product_number,
            product_code=self.product_code,
            product_name=self.product_name,
            key_style=self.style,
            features=("export", "render"),
            server_url=self.server_url,
            machine_source=self.machine_source,
            fingerprint_key=self.fingerprint_key,
            unremembered_days=self.unremembered_days,
            contact=self.contact,
            epochs=tuple(
                ProfileEpoch(
                    number,
                    secret,
                    typed.public_key().public_bytes_raw(),
                    file.public_key().public_bytes_raw(),
                    retired=number in self.retired,
                )
                for number, (secret, typed, file) in enumerate(self.epochs, start=1)
            ),
        )

    def activation_key(self) -> ActivationKey:
        return ActivationKey.generate(token_bytes(ENTROPY_BYTES))

    def computer_key(
        self,
        begun: Begun,
        *,
        issued: date = TODAY,
        expires: date | None = TODAY + timedelta(days=30),
        features: int = 0b01,
    ) -> str:
        binding, claims = self._binding(begun), Claims(issued, expires, features)
        if self.style is Style.SHORT:
            keys = self.profile.keys(begun.computer_id.epoch)
            return issue_short(binding, claims, keys.short_computer_key)
        return issue_signed(binding, claims, self.epochs[begun.computer_id.epoch - 1][1])

    def scanned_key(self, begun: Begun, **claims: object) -> str:
        """Make the key that a phone shows for a QR code."""
        return self.computer_key(replace(begun, computer_id=begun.scanned_id), **claims)  # type: ignore[arg-type]

    def license_file(
        self,
        begun: Begun,
        *,
        issued: date = TODAY,
        expires: date | None = TODAY + timedelta(days=30),
    ) -> str:
        content = LicenseFile(
            activation_id="a-1",
            issued_at=datetime(2026, 3, 2, tzinfo=UTC),
            claims=Claims(issued, expires, 0b11),
        )
        private_key = self.epochs[begun.computer_id.epoch - 1][2]
        return issue_license_file(content, self._binding(begun), private_key)

    def accepts_code(self, code: str, computer_id: ComputerId, activation_key: ActivationKey) -> None:
        """Judge a deactivation code as the server does; raises WrongDeactivationCode."""
        verify_deactivation_code(
            read_deactivation_code(code),
            product_code=self.product_code,
            activation_key=activation_key,
            computer_id=computer_id,
        )

    def level_of(self, code: str, computer_id: ComputerId, activation_key: ActivationKey) -> Level:
        """Return what a deactivation code says to the server."""
        return verify_deactivation_code(
            read_deactivation_code(code),
            product_code=self.product_code,
            activation_key=activation_key,
            computer_id=computer_id,
        )

    def sealed(self, state: State, *, epoch: int) -> bytes:
        """Return the file of a state under the seal of any epoch, as whoever holds its secret makes it."""
        profile = self.profile
        inner = json.dumps(state_form.to_json(state), separators=(",", ":")).encode()
        return seal_content(inner, profile, epoch)

    def _binding(self, begun: Begun) -> Binding:
        keys = self.profile.keys(begun.computer_id.epoch)
        verify_computer_id(begun.computer_id, keys, begun.activation_key)
        return Binding(self.product_code, begun.activation_key, begun.computer_id)


@dataclass
class Machine:
    """One machine: its identifier, its state folder, its anchor folder, its clock."""

    vendor: Vendor
    folder: Path
    anchors: Path
    clock: Clock
    identifier: str = "machine-1"
    random_bytes: Callable[[int], bytes] = token_bytes

    @property
    def fingerprint(self) -> int:
        return machine_fingerprint(self.vendor.fingerprint_key, self.identifier)

    @property
    def state_file(self) -> Path:
        return self.folder / f"state-{self.fingerprint:010x}.json"

    @property
    def state_folder(self) -> StateFolder:
        """The folder as the wizard reads and writes it, for a test that does what no control would."""
        return StateFolder(self.folder, self.vendor.profile, self.fingerprint)

    @property
    def anchor_file(self) -> Path:
        return next(self.anchors.glob("*.anchor"))

    def control(self, **options: object) -> ActivationControl:
        """Open the control anew, as a restarted application does."""
        handed_in: dict[str, object] = {
            "machine_identifier": self.identifier,
            "anchor_folder": self.anchors,
            "now": self.clock.now,
            "random_bytes": self.random_bytes,
            **options,
        }
        return ActivationControl(self.vendor.profile, self.folder, **handed_in)  # type: ignore[arg-type]

    def activate(self, key: ActivationKey | None = None, **claims: object) -> Completed:
        return self.activate_with(self.control(), key, **claims)

    def activate_with(
        self, control: ActivationControl, key: ActivationKey | None = None, **claims: object
    ) -> Completed:
        begun = control.begin(key or self.vendor.activation_key())
        return control.complete(self.vendor.computer_key(begun, **claims))  # type: ignore[arg-type]

    def at(self, folder: Path) -> Machine:
        return replace(self, folder=folder)

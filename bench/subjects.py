from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.profile import MachineSource, ProfileEpoch, WizardProfile
from keyferry.wizard.control import ActivationControl

ACTIVATION_KEY = ActivationKey.generate(bytes(range(12)))
CLAIMS = Claims(issued=datetime.now(UTC).date(), expires=None, features=0b1)


class ActivatedMachine:
    """A product, and a machine with a license of it in a folder: all that a case needs, made for real."""

    def __init__(self, style: Style, folder: Path) -> None:
        typed_key, license_file_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        epoch = ProfileEpoch(
            number=1,
            application_secret=bytes(32),
            typed_key_public=typed_key.public_key().public_bytes_raw(),
            license_file_public=license_file_key.public_key().public_bytes_raw(),
        )
        self.profile = WizardProfile(
            product_number=1,
            product_code="BENCH",
            product_name="Bench",
            key_style=style,
            features=("export",),
            server_url="https://keys.example.com",
            machine_source=MachineSource.HOST,
            fingerprint_key=bytes(32),
            epochs=(epoch,),
        )
        self.keys = self.profile.keys(epoch.number)
        self.public_key = typed_key.public_key()
        self.control = ActivationControl(
            self.profile, folder / "state", machine_identifier="bench", anchor_folder=folder / "anchor"
        )
        self.begun = self.control.begin(ACTIVATION_KEY)
        self.binding = Binding(self.profile.product_code, ACTIVATION_KEY, self.begun.computer_id)
        if style is Style.SHORT:
            self.computer_key = issue_short(self.binding, CLAIMS, self.keys.short_computer_key)
        else:
            self.computer_key = issue_signed(self.binding, CLAIMS, typed_key)
        self.control.complete(self.computer_key)

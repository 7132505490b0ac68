"""A customer: an offline computer with its wizard, a phone, and a vendor who can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core import properties
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.models import License
from keyferry.server.db import transaction
from keyferry.wizard.control import ActivationControl
from tests.conftest import STAFF, Vendor


@dataclass
class Desk:
    """What a customer can do."""

    vendor: Vendor
    folder: Path

    def wizard(self, folder: str = "state", *, computer: str = "LAB-PC-07") -> ActivationControl:
        return ActivationControl(
            self.vendor.profile,
            self.folder / computer / folder,
            machine_identifier=computer,
            # Each account's own: what one does the other cannot know.
            anchor_folder=self.folder / computer / f"{folder}.anchor",
            now=self.vendor.clock,
        )

    def scan(self, url: str, operation: str = "activations"):
        return self.vendor.app.test_client().post(f"/phone/v1/{operation}", json={"token": url})

    def refused(self, url: str, operation: str = "activations") -> str:
        return self.code_of(self.scan(url, operation))

    def refused_as_typed(self, wizard: ActivationControl, key: ActivationKey) -> str:
        """Type the computer ID that the wizard shows, instead of scanning; return the code of the refusal."""
        typed = {"activation_key": key.text, "computer_id": wizard.begin(key).computer_id.text}
        answer = self.vendor.app.test_client().post("/phone/v1/activations", json=typed)
        return self.code_of(answer)

    def code_of(self, answer) -> str:
        assert answer.status_code >= 400, answer.json
        code: str = answer.json["code"]
        return code

    def activate(self, wizard: ActivationControl, key: ActivationKey) -> None:
        """Scan what the wizard shows, and type what the phone shows."""
        self.type_key(wizard, self.scan(wizard.begin(key, "LAB-PC-07").url))

    def type_key(self, wizard: ActivationControl, answer) -> None:
        assert answer.status_code == 200, answer.json
        assert wizard.complete(answer.json["computer_key"]).activation_key is not None

    def request_anew(self, wizard: ActivationControl, key: ActivationKey) -> None:
        """Make a new request, beside the license in use, and type the key that it gives."""
        self.type_key(wizard, self.scan(wizard.begin(key, new_request=True).url))

    def deactivate_and_activate(self, wizard: ActivationControl, key: ActivationKey) -> None:
        self.release(wizard, key)
        self.activate(wizard, key)

    def release(self, wizard: ActivationControl, key: ActivationKey | None = None) -> None:
        assert self.scan(wizard.deactivate(key).url, "deactivations").status_code == 200

    def force(self, computer_id) -> None:
        """The vendor frees the seat of a computer."""
        with transaction() as session:
            found = select(License).where(License.activations.any(computer_id=computer_id.text))
            key = ActivationKey.from_text(session.scalars(found).one().activation_key)
        asked = SimpleNamespace(request=TypedRequest(key, computer_id))
        self.vendor.release(asked, Forced("asked by telephone"))

    def set(self, name: str, value: str) -> None:
        with transaction() as session:
            properties.put(session, name, value, by=STAFF, now=self.vendor.clock.now)

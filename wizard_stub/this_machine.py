"""What follows from a grant on this machine: its computer ID, its code, its addresses, and what proves it.

None of this is read from the state. It is computed from the grant's secret and the fingerprint of the
machine that the code runs on, so a state that was copied elsewhere proves nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import Binding, Style
from keyferry.protocol.computer_name import ever_shorter
from keyferry.protocol.deactivation import proof
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.license_code import is_license_code, license_file_of
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.license_text import canonical_text, looks_like_license_file
from keyferry.protocol.openings import Level, Opening, commitment, weaken
from keyferry.protocol.profile import ProfileEpoch, WizardProfile
from keyferry.protocol.repair import read_short, read_signed
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest, scan_url, sign_request
from keyferry.protocol.typed import Correction
from keyferry.wizard.errors import StateDamaged
from keyferry.wizard.grants import Carried, Grant
from keyferry.wizard.qr import comfortable
from keyferry.wizard.state import StoredLicense


@dataclass(frozen=True)
class Proof:
    """A verified computer key, or license file, of one grant."""

    claims: Claims
    corrections: tuple[Correction, ...] = ()
    computer_key: str | None = field(default=None, repr=False)
    license_file: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ThisMachine:
    """A product's profile together with the fingerprint of the machine."""

    profile: WizardProfile
    fingerprint: int

    def computer_id(self, grant: Grant) -> ComputerId:
        """Return the computer ID of a grant; some 40 ms the first time in a process."""
        opening = self._proof(grant.carried_as(Level.PROOF))
        committed = _commitment(opening, self.profile.product_code, grant.activation_key, self.fingerprint)
        return ComputerId.make(
            self._keys(grant.epoch), grant.activation_key, fingerprint=self.fingerprint, commitment=committed
        )

    def opening(self, carried: Carried) -> Opening:
        """Return what opens the computer ID of a secret, on its level."""
        strong, key = self._proof(carried), carried.activation_key
        return _weakened(strong, carried.level, self.profile.product_code, key, self.fingerprint)

    def activation_urls(self, grant: Grant) -> tuple[str, ...]:
        """Return the address whose page activates a grant, then the same with ever less of its name."""
        request = ActivationRequest(
            self.profile.product_number,
            self.computer_id(grant),
            grant.activation_key,
            grant.computer_name,
            tuple(map(self.opening, grant.carries)),
        )
        return self._urls(request, grant)

    def deactivation_urls(self, grant: Grant, codes: tuple[Opening, ...]) -> tuple[str, ...]:
        """Return the address whose page takes codes, the grant's first, then with ever less of its name."""
        request = DeactivationRequest(
            self.profile.product_number,
            self.computer_id(grant),
            grant.activation_key,
            codes,
            grant.computer_name,
        )
        return self._urls(request, grant)

    def read_proof(self, grant: Grant, text: str) -> Proof:
        """Verify a typed key, or the text of a license file, for a grant; raises ProtocolError."""
        is_file = looks_like_license_file(text) or is_license_code(text)
        return self.read_file(grant, text) if is_file else self.read_key(grant, text)

    def read_file(self, grant: Grant, text: str) -> Proof:
        """Verify the text of a license file for a grant; raises LicenseFileRefused or NewerVersion."""
        binding = self._binding(grant)
        if is_license_code(text):
            text = license_file_of(text, binding)
        content = read_license_file(text, binding, self._epoch(grant.epoch).license_file_key)
        return Proof(content.claims, license_file=canonical_text(text))

    def read_key(self, grant: Grant, text: str) -> Proof:
        """Verify a typed computer key for a grant; raises MalformedCode or ComputerKeyRefused."""
        binding = self._binding(grant)
        # The profile fixes the style; what was typed never does.
        if self.profile.key_style is Style.SHORT:
            key = read_short(text, binding, self._keys(grant.epoch).short_computer_key)
        else:
            key = read_signed(text, binding, self._epoch(grant.epoch).typed_key)
        return Proof(key.claims, key.corrections, computer_key=key.text)

    def stored_proof(self, stored: StoredLicense) -> Proof:
        """Verify a stored license as strictly as if it had just come; raises StateDamaged."""
        try:
            proof = self.read_proof(stored.grant, stored.computer_key or stored.license_file or "")
        except ProtocolError as error:
            raise StateDamaged(
                "The stored license was not issued for this computer and this version of the application.",
                detail="not_issued_here",
            ) from error
        if proof.corrections or proof.license_file != stored.license_file:
            raise StateDamaged("The stored license is not what was issued.", detail="not_issued_here")
        return proof

    def is_retired(self, grant: Grant) -> bool:
        """Return whether the vendor has retired the epoch of a grant; it can still be given up."""
        return self._epoch(grant.epoch).retired

    def _proof(self, carried: Carried) -> Opening:
        return proof(
            self._keys(carried.epoch),
            secret=carried.secret,
            activation_key=carried.activation_key,
            fingerprint=self.fingerprint,
        )

    def _urls(self, request: ActivationRequest | DeactivationRequest, grant: Grant) -> tuple[str, ...]:
        keys = self._keys(grant.epoch)
        requests = (replace(request, computer_name=name) for name in ever_shorter(request.computer_name))
        urls = (scan_url(self.profile.server_url, sign_request(each, keys)) for each in requests)
        carried = request.openings if isinstance(request, ActivationRequest) else request.codes[1:]
        # Beyond two openings a token carries no name, whatever was asked for.
        return comfortable(tuple(dict.fromkeys(urls))) if carried else tuple(urls)

    def _binding(self, grant: Grant) -> Binding:
        return Binding(self.profile.product_code, grant.activation_key, self.computer_id(grant))

    def _epoch(self, number: int) -> ProfileEpoch:
        epoch = self.profile.epoch(number)
        if epoch is None:
            raise StateDamaged(
                f"The stored state uses key epoch {number}, which this application doesn't have.",
                detail="unknown_epoch",
            )
        return epoch

    def _keys(self, epoch: int) -> EpochKeys:
        secret = self._epoch(epoch).application_secret
        return EpochKeys.derive(secret, product_code=self.profile.product_code, epoch=epoch)


# An application may ask for its status often; scrypt is what costs, and its inputs fix its result. One
# machine has a license, some requests, and some codes of each.
@lru_cache(maxsize=32)
def _commitment(opening: Opening, product_code: str, activation_key: ActivationKey, fingerprint: int) -> int:
    return commitment(
        opening, product_code=product_code, activation_key=activation_key, fingerprint=fingerprint
    )


@lru_cache(maxsize=64)
def _weakened(
    opening: Opening, level: Level, product_code: str, activation_key: ActivationKey, fingerprint: int
) -> Opening:
    return weaken(
        opening, level, product_code=product_code, activation_key=activation_key, fingerprint=fingerprint
    )

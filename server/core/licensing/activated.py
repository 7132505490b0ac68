"""What an activation gives: a computer key and a license file, made from the claims in its row."""

from __future__ import annotations

from dataclasses import dataclass, field

from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.server.core.licensing.claims import claims_of
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.products import (
    feature_names,
    keys_of,
    license_file_private,
    typed_key_private,
)
from keyferry.server.core.models import Activation, License, Product, ProductEpoch
from keyferry.server.core.secrets import Keyring


@dataclass(frozen=True)
class Activated:
    """A computer key, what it took, what it is bound to, and the computer IDs that it makes void."""

    computer_key: str = field(repr=False)
    outcome: Outcome
    activation: Activation
    epoch: ProductEpoch
    binding: Binding
    former: tuple[str, ...]

    @property
    def license(self) -> License:
        """The license that was activated."""
        return self.activation.license

    @property
    def product(self) -> Product:
        """The product of the license."""
        return self.license.product


def license_file(done: Activated, *, keyring: Keyring) -> str:
    """Return the license file of an activation: it says what the computer key says."""
    live = done.activation
    content = LicenseFile(
        activation_id=str(live.id),
        issued_at=live.refreshed_at,
        claims=claims_of(live),
        computer_name=live.computer_name,
        features=tuple(feature_names(done.product, live.features)),
    )
    return issue_license_file(content, done.binding, license_file_private(done.epoch, keyring))


def computer_key(activation: Activation, binding: Binding, epoch: ProductEpoch, keyring: Keyring) -> str:
    """Return the computer key of an activation, under the epoch of the computer ID that it is bound to."""
    claims = claims_of(activation)
    if epoch.product.key_style == Style.SHORT:
        return issue_short(binding, claims, keys_of(epoch, keyring).short_computer_key)
    return issue_signed(binding, claims, typed_key_private(epoch, keyring))

"""The computer ID: which machine, which activation of it, and a tag that ties it to an activation key.

25 characters: key epoch (1 symbol), machine fingerprint F (40 bits), deactivation commitment c (40 bits),
tag (15 bits), check group. The identity of an activation is (F, c); a seat belongs to F.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cached_property

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import GROUP, Symbols, grouped, to_int, to_symbols, top_bits
from keyferry.protocol.codes import Kind, encode, read_unrepaired
from keyferry.protocol.errors import ComputerIdMismatch, NewerVersion
from keyferry.protocol.keys import FINGERPRINT_BITS, EpochKeys, mac, product_digest
from keyferry.protocol.sentences import template

ESCAPE = 0
"""What stands in the place of the epoch where a later version has a longer computer ID."""

COMMITMENT_BITS = 40
TAG_BITS = 15


@dataclass(frozen=True)
class ComputerId:
    """A computer ID as its four fields."""

    epoch: int
    fingerprint: int
    commitment: int
    tag: int

    @classmethod
    def make(
        cls, keys: EpochKeys, activation_key: ActivationKey, *, fingerprint: int, commitment: int
    ) -> ComputerId:
        """Tie a fingerprint and a commitment to a product's epoch and an activation key."""
        untagged = cls(keys.epoch, fingerprint, commitment, 0)
        return cls(keys.epoch, fingerprint, commitment, _tag(untagged, keys, activation_key))

    @classmethod
    def from_symbols(cls, symbols: Symbols) -> ComputerId:
        """Take 20 symbols, to be verified; raises NewerVersion if they are the beginning of a longer ID."""
        if symbols[0] == ESCAPE:
            raise NewerVersion(
                "This computer ID is from a newer version of the application. Ask the vendor how to use it."
            )
        return cls(symbols[0], to_int(symbols[1:9]), to_int(symbols[9:17]), to_int(symbols[17:20]))

    @property
    def symbols(self) -> Symbols:
        """The 20 symbols without the check group."""
        return (*self._untagged_symbols, *to_symbols(self.tag, TAG_BITS // 5))

    @cached_property
    def text(self) -> str:
        """The 25 characters in five groups."""
        return grouped(encode(Kind.COMPUTER_ID, self.symbols))

    @property
    def last_group(self) -> str:
        """The last five characters: all of a computer ID that logs show."""
        return self.text[-GROUP:]

    @cached_property
    def _untagged_symbols(self) -> Symbols:
        return (
            self.epoch,
            *to_symbols(self.fingerprint, FINGERPRINT_BITS // 5),
            *to_symbols(self.commitment, COMMITMENT_BITS // 5),
        )


def read_computer_id(text: str, *, shifted: bool = True) -> ComputerId:
    """Read a typed computer ID; raises MalformedCode, with a `suggestion` if a repaired reading exists.

    Raises NewerVersion, too. `shifted` as in `codes.read`.
    """
    mistyped = template("This computer ID is mistyped. Did you mean {suggestion}?")
    kind = Kind.COMPUTER_ID
    return ComputerId.from_symbols(read_unrepaired(kind, text, mistyped, vouched=True, shifted=shifted))


def verify_computer_id(computer_id: ComputerId, keys: EpochKeys, activation_key: ActivationKey) -> None:
    """Check the tag; raises ComputerIdMismatch. One invented computer ID in 32,768 slips through."""
    expected = _tag(computer_id, keys, activation_key)
    if not hmac.compare_digest(expected.to_bytes(2, "big"), computer_id.tag.to_bytes(2, "big")):
        raise ComputerIdMismatch(
            "This computer ID doesn’t belong to this activation key. Check that both come from the same "
            "License Wizard, and type them again."
        )


def _tag(computer_id: ComputerId, keys: EpochKeys, activation_key: ActivationKey) -> int:
    digest = mac(
        keys.computer_id,
        "computer id",
        product_digest(keys.product_code),
        bytes(activation_key.symbols),
        bytes(computer_id._untagged_symbols),
    )
    return top_bits(digest, TAG_BITS)

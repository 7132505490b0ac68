"""The activation key: 25 characters that a customer bought: a format symbol and 95 random bits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from keyferry.protocol.alphabet import GROUP, Symbols, grouped, to_symbols, top_bits
from keyferry.protocol.codes import Kind, encode, read_unrepaired
from keyferry.protocol.errors import NewerVersion
from keyferry.protocol.sentences import template

FORMAT = 1
ENTROPY_BYTES = 12
_RANDOM_BITS = 95


@dataclass(frozen=True)
class ActivationKey:
    """An activation key as its 20 symbols without the check group; its repr hides them."""

    symbols: Symbols = field(repr=False)

    @classmethod
    def generate(cls, entropy: bytes) -> ActivationKey:
        """Make a key from 12 random bytes."""
        if len(entropy) != ENTROPY_BYTES:
            raise ValueError(f"an activation key needs {ENTROPY_BYTES} random bytes")
        return cls((FORMAT, *to_symbols(top_bits(entropy, _RANDOM_BITS), 19)))

    @classmethod
    def from_text(cls, text: str, *, shifted: bool = True) -> ActivationKey:
        """Read a typed key; raises MalformedCode, with a `suggestion` if a repaired reading exists.

        Nothing verifies an activation key where it is typed, so it is never replaced silently. Raises
        NewerVersion, too. `shifted` as in `codes.read`.
        """
        mistyped = template("This activation key is mistyped. Did you mean {suggestion}?")
        return cls.from_symbols(read_unrepaired(Kind.ACTIVATION_KEY, text, mistyped, shifted=shifted))

    @classmethod
    def from_symbols(cls, symbols: Symbols) -> ActivationKey:
        """Take 20 symbols; raises NewerVersion if their format is not known here."""
        if symbols[0] != FORMAT:
            raise NewerVersion(
                "This activation key is for a newer version of the application. Install that version, or ask "
                "the vendor."
            )
        return cls(symbols)

    @cached_property
    def text(self) -> str:
        """The 25 characters in five groups."""
        return grouped(encode(Kind.ACTIVATION_KEY, self.symbols))

    @property
    def last_group(self) -> str:
        """The last five characters: all of a key that logs and answers may show."""
        return self.text[-GROUP:]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the 25 characters as ASCII, without dashes: how a license file names the key."""
        return hashlib.sha256(self.text.replace("-", "").encode("ascii")).digest()

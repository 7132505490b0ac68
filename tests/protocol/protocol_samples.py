"""Fixed inputs that the tests of the protocol share, and the ways in which hands err."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import settings
from hypothesis import strategies as st
from vector_inputs import bare, dashed

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import SYMBOLS
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import Binding, issue_short, issue_signed
from keyferry.protocol.deactivation import DeactivationCode, proof
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.openings import Level, Opening, commitment, weaken

# Deterministic, and without a limit that a busy machine would break.
PROPERTY = settings(derandomize=True, deadline=None, database=None, max_examples=100)

ODD_VALUES = [
    *(None, True, False, 0, -1, 1.5, 10**30),
    *("", "x", "x" * 100, "\ud800"),
    *([], [""], [1], ["x"], [["x"]], ["\ud800"]),
    *({}, {"x": 1}),
]
"""What may stand in a JSON document where something else belongs."""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def fixed_bytes(label: str, size: int = 32) -> bytes:
    """Return bytes that look random and never change."""
    return sha256(label.encode()).digest()[:size]


APPLICATION_SECRET = fixed_bytes("application secret")
SECRET = fixed_bytes("r", 16)
ACTIVATION_KEY = ActivationKey.generate(fixed_bytes("activation key", 12))


@dataclass(frozen=True)
class Machine:
    """One activation on one machine: everything that follows from its inputs."""

    product_code: str = "demo-cad"
    epoch: int = 3
    application_secret: bytes = APPLICATION_SECRET
    activation_key: ActivationKey = ACTIVATION_KEY
    identifier: str = "8f4e0c5a-demo-machine"
    secret: bytes = SECRET

    @cached_property
    def keys(self) -> EpochKeys:
        return EpochKeys.derive(self.application_secret, product_code=self.product_code, epoch=self.epoch)

    @property
    def fingerprint(self) -> int:
        return machine_fingerprint(fixed_bytes("fingerprint key"), self.identifier)

    @property
    def proof(self) -> Opening:
        return proof(
            self.keys, secret=self.secret, activation_key=self.activation_key, fingerprint=self.fingerprint
        )

    @property
    def code(self) -> DeactivationCode:
        return DeactivationCode.of(self.proof)

    def opening(self, level: Level) -> Opening:
        """What this machine shows of itself, at one level."""
        return weaken(
            self.proof,
            level,
            product_code=self.product_code,
            activation_key=self.activation_key,
            fingerprint=self.fingerprint,
        )

    @cached_property
    def computer_id(self) -> ComputerId:
        committed = commitment(
            self.proof,
            product_code=self.product_code,
            activation_key=self.activation_key,
            fingerprint=self.fingerprint,
        )
        return ComputerId.make(
            self.keys, self.activation_key, fingerprint=self.fingerprint, commitment=committed
        )

    @property
    def binding(self) -> Binding:
        return Binding(self.product_code, self.activation_key, self.computer_id)


MACHINE = Machine()
KEYS = MACHINE.keys
BINDING = MACHINE.binding
CLAIMS = Claims(issued=date(2026, 3, 1), expires=date(2027, 2, 28), features=0b101)
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(fixed_bytes("typed key"))
PUBLIC_KEY: Ed25519PublicKey = PRIVATE_KEY.public_key()
LICENSE_FILE_PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(fixed_bytes("licence file key"))
SHORT_KEY = issue_short(BINDING, CLAIMS, KEYS.short_computer_key)
SIGNED_KEY = issue_signed(BINDING, CLAIMS, PRIVATE_KEY)


def with_wrong(text: str, places: Iterable[int], random: Random) -> str:
    """Replace the characters at these places (dashes not counted) by others of the alphabet."""
    characters = list(bare(text))
    for place in places:
        characters[place] = random.choice([other for other in SYMBOLS if other != characters[place]])
    return dashed("".join(characters))


def random_text(length: int, random: Random) -> str:
    """Return a code of random symbols in groups."""
    return dashed("".join(random.choice(SYMBOLS) for _ in range(length)))

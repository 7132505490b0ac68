"""The public keys of license files, in the forms that other programs read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyferry.server.core.licensing.products import license_file_private
from keyferry.server.core.models import Product
from keyferry.server.core.secrets import Keyring


@dataclass(frozen=True)
class PublicKey:
    """The key that verifies the license files of an epoch: as PEM, and as a JWK on one line."""

    epoch: int
    pem: str
    jwk: str


def license_file_keys(product: Product, keyring: Keyring) -> list[PublicKey]:
    """Return the key of each epoch, the newest first."""
    keys = []
    for epoch in reversed(product.epochs):
        key = license_file_private(epoch, keyring).public_key()
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        x = base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()
        # A license file names its key by the epoch, see docs/protocol.md, section 13.
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": str(epoch.number), "alg": "EdDSA", "use": "sig"}
        keys.append(PublicKey(epoch.number, pem, json.dumps(jwk)))
    return keys

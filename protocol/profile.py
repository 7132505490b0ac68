"""The wizard profile: all that a vendor embeds into an application so that its wizard can work offline.

It holds secrets (see `short` keys in docs/attacks.md). Earlier epochs stay in it, so that licenses made under
them still hold.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keyferry.protocol.claims import MAX_FEATURES
from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedProfile, NewerVersion
from keyferry.protocol.keys import (
    APPLICATION_SECRET_BYTES,
    FINGERPRINT_KEY_BYTES,
    FIRST_EPOCH,
    LAST_EPOCH,
    EpochKeys,
)
from keyferry.protocol.request_token import MAX_PRODUCT_NUMBER

FORMAT = "keyferry-profile/1"
ALGORITHM = "Ed25519"
MOST_CONTACTS = 3
UNREMEMBERED_DAYS = 30
MOST_UNREMEMBERED_DAYS = 3660

_E = TypeVar("_E", bound=StrEnum)

_PUBLIC_KEY_BYTES = 32
_ANY_FORMAT = re.compile(r"keyferry-profile/[1-9][0-9]*")
# No path: every character of the address costs space in the QR code, and upper case must mean the same.
_SERVER_URL = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


class MachineSource(StrEnum):
    """Where a machine's identifier comes from: the operating system, or the application that embeds us."""

    OS = "os"
    HOST = "host"


@dataclass(frozen=True)
class ProfileEpoch:
    """One epoch: number, application secret (32 bytes), and two raw Ed25519 public keys.

    A `retired` epoch still proves deactivations, but no key made under it counts any more.
    """

    number: int
    application_secret: bytes = field(repr=False)
    typed_key_public: bytes
    license_file_public: bytes
    retired: bool = False

    @property
    def typed_key(self) -> Ed25519PublicKey:
        """The key that verifies typed `signed` computer keys."""
        return Ed25519PublicKey.from_public_bytes(self.typed_key_public)

    @property
    def license_file_key(self) -> Ed25519PublicKey:
        """The key that verifies license files."""
        return Ed25519PublicKey.from_public_bytes(self.license_file_public)


@dataclass(frozen=True)
class WizardProfile:
    """What a wizard knows of its product; the last epoch is the current one."""

    product_number: int
    product_code: str
    product_name: str
    key_style: Style
    features: tuple[str, ...]
    server_url: str
    machine_source: MachineSource
    fingerprint_key: bytes = field(repr=False)
    epochs: tuple[ProfileEpoch, ...]
    unremembered_days: int = UNREMEMBERED_DAYS
    contact: tuple[str, ...] = ()
    """Whom a customer can ask: an email address, a phone number, a web address, or none."""
    """How long a key that ends runs where the wizard can store the time nowhere."""

    @property
    def current_epoch(self) -> ProfileEpoch:
        """The epoch that new requests are made under."""
        return self.epochs[-1]

    def epoch(self, number: int) -> ProfileEpoch | None:
        """Return an epoch by its number, or None if this profile does not hold it."""
        return next((epoch for epoch in self.epochs if epoch.number == number), None)

    def keys(self, number: int) -> EpochKeys:
        """Derive the symmetric keys of an epoch; raises KeyError if this profile does not hold it."""
        epoch = self.epoch(number)
        if epoch is None:
            raise KeyError(number)
        return EpochKeys.derive(epoch.application_secret, product_code=self.product_code, epoch=number)

    def feature_names(self, bits: int) -> tuple[str, ...]:
        """Return the names of the features whose bits are set."""
        return tuple(name for place, name in enumerate(self.features) if bits >> place & 1)

    def to_json(self) -> str:
        """Write the profile as the JSON text that `from_json` reads."""
        return json.dumps(
            {
                "format": FORMAT,
                "product_number": self.product_number,
                "product_code": self.product_code,
                "product_name": self.product_name,
                "key_style": self.key_style,
                "features": list(self.features),
                "server_url": self.server_url,
                "machine_source": self.machine_source,
                "fingerprint_key": _base64(self.fingerprint_key),
                "unremembered_days": self.unremembered_days,
                **({"contact": list(self.contact)} if self.contact else {}),
                "epochs": [
                    {
                        "number": epoch.number,
                        "application_secret": _base64(epoch.application_secret),
                        "typed_key_public": _base64(epoch.typed_key_public),
                        "license_file_public": _base64(epoch.license_file_public),
                        "retired": epoch.retired,
                    }
                    for epoch in self.epochs
                ],
            },
            indent=2,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> WizardProfile:
        """Read a profile; raises MalformedProfile, which names the field that is wrong, or NewerVersion."""
        read = _Reader(_json_object(text))
        if read.matching("format", _ANY_FORMAT) != FORMAT:
            raise _newer()
        return cls(
            product_number=read.number("product_number", 1, MAX_PRODUCT_NUMBER),
            product_code=read.text("product_code"),
            product_name=read.text("product_name"),
            key_style=read.choice("key_style", Style),
            features=read.texts("features", MAX_FEATURES),
            server_url=read.matching("server_url", _SERVER_URL),
            machine_source=read.choice("machine_source", MachineSource),
            fingerprint_key=read.binary("fingerprint_key", FINGERPRINT_KEY_BYTES),
            epochs=read.epochs("epochs"),
            unremembered_days=read.number(
                "unremembered_days", 0, MOST_UNREMEMBERED_DAYS, missing=UNREMEMBERED_DAYS
            ),
            contact=read.texts("contact", MOST_CONTACTS) if "contact" in read.document else (),
        )


def is_server_url(url: str) -> bool:
    """Return whether an address can stand in a QR code: http or https, a host in lower case, no path."""
    return _SERVER_URL.fullmatch(url) is not None


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    # Not raised above, since the error of the json module holds the whole profile.
    if not isinstance(document, dict):
        raise _malformed("it isn’t a JSON object")
    return document


@dataclass(frozen=True)
class _Reader:
    """Reads one JSON object field by field, naming the field that is wrong, below `path`."""

    document: dict[str, Any]
    path: str = ""

    def _get(self, name: str, valid: Callable[[Any], bool]) -> Any:
        value = self.document.get(name)
        if not valid(value):
            raise _malformed(f"“{self.path}{name}” is missing or wrong")
        return value

    def text(self, name: str) -> str:
        return str(self._get(name, _is_text))

    def number(self, name: str, lowest: int, highest: int, *, missing: int | None = None) -> int:
        if missing is not None and name not in self.document:
            return missing
        return int(self._get(name, lambda value: type(value) is int and lowest <= value <= highest))

    def flag(self, name: str) -> bool:
        return bool(self._get(name, lambda value: isinstance(value, bool)))

    def choice(self, name: str, kind: type[_E]) -> _E:
        return kind(self._get(name, lambda value: value in list(kind)))

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        return str(self._get(name, lambda value: _is_text(value) and pattern.fullmatch(value) is not None))

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        return tuple(self._get(name, lambda value: _is_list(value, _is_text) and len(value) <= most))

    def binary(self, name: str, size: int) -> bytes:
        return base64.b64decode(self._get(name, lambda value: _is_base64(value, size)))

    def epochs(self, name: str) -> tuple[ProfileEpoch, ...]:
        items = self._get(name, lambda value: _is_list(value, lambda item: isinstance(item, dict)) and value)
        epochs = tuple(_Reader(item, f"{name}[{place}].").epoch() for place, item in enumerate(items))
        numbers = [epoch.number for epoch in epochs]
        if numbers != sorted(set(numbers)):
            raise _malformed(f"the numbers in “{name}” aren’t in ascending order")
        return epochs

    def epoch(self) -> ProfileEpoch:
        for name in ("typed_key_algorithm", "license_file_algorithm"):
            if self.document.get(name, ALGORITHM) != ALGORITHM:
                raise _newer()
        return ProfileEpoch(
            number=self.number("number", FIRST_EPOCH, LAST_EPOCH),
            application_secret=self.binary("application_secret", APPLICATION_SECRET_BYTES),
            typed_key_public=self.binary("typed_key_public", _PUBLIC_KEY_BYTES),
            license_file_public=self.binary("license_file_public", _PUBLIC_KEY_BYTES),
            retired=self.flag("retired"),
        )


def _is_list(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(of, value))


def _is_text(value: Any) -> bool:
    # JSON can name half a character, which no encoding can write.
    return isinstance(value, str) and value != "" and value.encode("utf-8", "ignore").decode() == value


def _is_base64(value: Any, size: int) -> bool:
    if not isinstance(value, str) or re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) is None or len(value) % 4:
        return False
    decoded = base64.b64decode(value)
    return len(decoded) == size and _base64(decoded) == value


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _newer() -> NewerVersion:
    return NewerVersion(
        "This wizard profile is for a newer version of the License Wizard. Build the application with that "
        "version."
    )


def _malformed(reason: str) -> MalformedProfile:
    return MalformedProfile(
        "This wizard profile can’t be read: {reason}. Export it again with `keyferry product export`.",
        reason=reason,
    )

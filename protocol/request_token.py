"""The request token: what the QR code carries from the offline wizard to the server, through a phone.

One symbol for operation and version (A activate, B continue an earlier computer ID, D deactivate), product
number (4), computer ID (20), masked activation key (20), in B and D the openings, masked (11 each), then the
computer name in UTF-8; a dot; a signature of 20 symbols. It is no authentication, since its secret ships in
the application: it keeps accidents and junk away from the database. It has no time stamp, since an offline
clock may be wrong: it is idempotent instead.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from itsdangerous import Signer

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import (
    SYMBOLS,
    Symbols,
    bytes_to_symbols,
    exact_symbols,
    symbols_to_bytes,
    to_int,
    to_symbols,
    top_bits,
    write,
)
from keyferry.protocol.computer_id import ESCAPE, ComputerId
from keyferry.protocol.computer_name import MAX_TOKEN_BYTES, readable_name, shortened_for_token
from keyferry.protocol.deactivation import DeactivationCode
from keyferry.protocol.errors import BadSignature, MalformedToken, NewerVersion
from keyferry.protocol.keys import EpochKeys, mac
from keyferry.protocol.openings import OPENING, OPENING_BITS, Level, Opening

MAX_PRODUCT_NUMBER = 2**20 - 1

MOST_OPENINGS = 4
MOST_CODES = 5
MOST_OPENINGS_WITH_NAME = 2
"""How many leave room for a computer name, in a QR code that a phone reads from a small screen."""

_ACTIVATE = SYMBOLS.index("A")
_CONTINUE = SYMBOLS.index("B")
_DEACTIVATE = SYMBOLS.index("D")
_SALTS = {
    _ACTIVATE: b"keyferry/1 activation request",
    _CONTINUE: b"keyferry/1 continuation request",
    _DEACTIVATE: b"keyferry/1 deactivation request",
}
_MOST = {_ACTIVATE: 0, _CONTINUE: MOST_OPENINGS, _DEACTIVATE: MOST_CODES}
# What an opening's level is increased by if another opening follows.
_MORE = 4
_SEPARATOR = "."
_SIGNATURE_BITS = 100
_SIGNATURE = _SIGNATURE_BITS // 5
# One for each operation and epoch of a server's products.
_MOST_SIGNERS = 1024
_HEADER, _CID, _AK = 5, 20, 20
_MAX_NAME = -(-8 * MAX_TOKEN_BYTES // 5)
_SHORTEST = _HEADER + _CID + _AK
_LONGEST = _SHORTEST + MOST_CODES * (1 + OPENING) + _MAX_NAME
_LONGEST_OF_ANY = 1024


@dataclass(frozen=True)
class ActivationRequest:
    """A wizard asks for a computer key; up to four openings say which computer IDs it continues."""

    product_number: int
    computer_id: ComputerId
    activation_key: ActivationKey
    computer_name: str | None = None
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True)
class DeactivationRequest:
    """A wizard shows that it gave its license up: the code of the computer ID, then of up to four others.

    The others are of the same machine and activation key; each is found by the commitment that it opens.
    """

    product_number: int
    computer_id: ComputerId
    activation_key: ActivationKey
    codes: tuple[Opening, ...]
    computer_name: str | None = None

    @property
    def code(self) -> DeactivationCode:
        """The code of the computer ID, as a person would type it."""
        return DeactivationCode.of(self.codes[0])


@dataclass(frozen=True)
class TokenHeader:
    """All that is read of a token before its signature is verified: whose keys verify it."""

    product_number: int
    epoch: int


def sign_request(request: ActivationRequest | DeactivationRequest, keys: EpochKeys) -> str:
    """Pack and sign a request under the keys of its computer ID's epoch; upper case, no check groups.

    With more than two openings the computer name is left out. Raises ValueError for openings that do not fit.
    """
    operation, openings = _operation(request)
    head = (operation, *to_symbols(request.product_number, _HEADER - 1), *request.computer_id.symbols)
    body = _masked(request.activation_key.symbols, head, keys) + _opening_symbols(openings, head, keys)
    name = request.computer_name if len(openings) <= MOST_OPENINGS_WITH_NAME else None
    packed = write(head + body + bytes_to_symbols(shortened_for_token(name).encode("utf-8")))
    return _signer(operation, keys).sign(packed).decode("ascii")


def peek(token: str) -> TokenHeader:
    """Read which product and epoch a token names, unverified; raises MalformedToken or NewerVersion."""
    symbols, _ = _split(token)
    if symbols[_HEADER] == ESCAPE:
        raise _newer()
    return TokenHeader(to_int(symbols[1:_HEADER]), symbols[_HEADER])


def verify_request(token: str, keys: EpochKeys) -> ActivationRequest | DeactivationRequest:
    """Verify, then parse; raises MalformedToken, BadSignature or NewerVersion."""
    symbols, operation = _split(token)
    # Not `unsign`: its error carries the token.
    if not _signer(operation, keys).validate(token):
        raise BadSignature(
            "This QR code was changed, or it isn’t from the application that it names. Scan the code in "
            "the License Wizard again, or type the computer ID by hand."
        )
    return _parse(symbols, operation, keys)


def scan_url(server_url: str, token: str) -> str:
    """Return the address in the QR code: upper case, with the token in the fragment that no server sees."""
    return f"{server_url.upper()}/A#{token}"


def _operation(request: ActivationRequest | DeactivationRequest) -> tuple[int, tuple[Opening, ...]]:
    if isinstance(request, ActivationRequest):
        operation, openings = _CONTINUE if request.openings else _ACTIVATE, request.openings
    else:
        operation, openings = _DEACTIVATE, request.codes
        if not openings:
            raise ValueError("a deactivation shows a code")
    if len(openings) > _MOST[operation] or not _fit(operation, openings):
        raise ValueError("a request holds no such openings")
    return operation, openings


def _parse(symbols: Symbols, operation: int, keys: EpochKeys) -> ActivationRequest | DeactivationRequest:
    head, rest = symbols[: _HEADER + _CID], symbols[_HEADER + _CID :]
    number, computer_id = to_int(head[1:_HEADER]), ComputerId.from_symbols(head[_HEADER:])
    activation_key = ActivationKey.from_symbols(_masked(rest[:_AK], head, keys))
    openings, rest = _openings(rest[_AK:], head, keys) if _MOST[operation] else ((), rest[_AK:])
    if operation == _DEACTIVATE:
        return DeactivationRequest(number, computer_id, activation_key, openings, _name(rest))
    return ActivationRequest(number, computer_id, activation_key, _name(rest), openings)


def _opening_symbols(openings: tuple[Opening, ...], head: Symbols, keys: EpochKeys) -> Symbols:
    written: Symbols = ()
    for place, opening in enumerate(openings):
        more = _MORE if place + 1 < len(openings) else 0
        written += (opening.level + more, *_masked_opening(opening.symbols, place, head, keys))
    return written


def _openings(rest: Symbols, head: Symbols, keys: EpochKeys) -> tuple[tuple[Opening, ...], Symbols]:
    """Return the openings and what follows them; raises MalformedToken if they are none."""
    openings: list[Opening] = []
    more = 1
    while more:
        place, (first, *masked), after = len(openings), rest[: 1 + OPENING] or (0,), rest[1 + OPENING :]
        more, level = divmod(first, _MORE)
        if len(masked) < OPENING or place == _MOST[head[0]] or more > 1 or level > Level.PROOF:
            raise _incomplete()
        openings.append(Opening(Level(level), _masked_opening(tuple(masked), place, head, keys)))
        rest = after
    if not _fit(head[0], openings):
        raise _incomplete()
    return tuple(openings), rest


def _fit(operation: int, openings: Iterable[Opening]) -> bool:
    return operation != _DEACTIVATE or all(one.level is not Level.CONTINUATION for one in openings)


def _split(token: str) -> tuple[Symbols, int]:
    """Return the packed symbols and the operation of a token that has the form of one."""
    packed, _, signature = token[:_LONGEST_OF_ANY].partition(_SEPARATOR)
    has_head = len(packed) >= _HEADER + _CID and len(signature) == _SIGNATURE
    symbols = exact_symbols(packed + signature) if has_head else None
    # Of another version, nothing but this is known. What begins with a digit has lost its kind, a letter.
    if symbols is not None and symbols[0] >= _ACTIVATE and symbols[0] not in _SALTS:
        raise _newer()
    if symbols is None or symbols[0] not in _SALTS or not _SHORTEST <= len(packed) <= _LONGEST:
        raise _incomplete()
    return symbols[: len(packed)], symbols[0]


def _newer() -> NewerVersion:
    return NewerVersion(
        "This QR code is from a newer version of the License Wizard than this server knows. Ask the vendor."
    )


def _incomplete() -> MalformedToken:
    return MalformedToken(
        "This QR code is incomplete, or it isn’t from a License Wizard. Scan it again, all of it."
    )


def _masked(symbols: Symbols, head: Symbols, keys: EpochKeys) -> Symbols:
    """Mask an activation key, or unmask it: phones keep the address that they opened in their history."""
    digest = mac(keys.activation_key_mask, "activation key mask", bytes(head))
    return to_symbols(to_int(symbols) ^ top_bits(digest, 5 * _AK), _AK)


def _masked_opening(symbols: Symbols, place: int, head: Symbols, keys: EpochKeys) -> Symbols:
    """Mask an opening, or unmask it; each place has a mask of its own."""
    digest = mac(keys.activation_key_mask, "opening mask", bytes((*head, place)))
    return to_symbols(to_int(symbols) ^ top_bits(digest, OPENING_BITS), OPENING)


def _name(symbols: Symbols) -> str | None:
    """Return the name in a request, None if it is none: a signature vouches for the rest all the same."""
    try:
        return readable_name(symbols_to_bytes(symbols).decode("utf-8"))
    except ValueError:
        return None


class _TokenSigner(Signer):
    """itsdangerous with the signature in our symbols, so that a QR code stays in its alphanumeric mode."""

    @cached_property
    def _key(self) -> bytes:
        return self.derive_key()

    def get_signature(self, value: str | bytes) -> bytes:
        key, text = self._key, value.encode("ascii") if isinstance(value, str) else value
        digest = self.algorithm.get_signature(key, text)
        return write(to_symbols(top_bits(digest, _SIGNATURE_BITS), _SIGNATURE)).encode("ascii")

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        signature = sig.encode("ascii") if isinstance(sig, str) else sig
        return hmac.compare_digest(self.get_signature(value), signature)


@lru_cache(_MOST_SIGNERS)
def _signer(operation: int, keys: EpochKeys) -> _TokenSigner:
    return _TokenSigner(
        keys.request_token,
        salt=_SALTS[operation],
        sep=_SEPARATOR,
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )

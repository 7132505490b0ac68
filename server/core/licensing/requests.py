"""From what a phone scanned, or a person typed, to what a wizard asks for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, read_computer_id, verify_computer_id
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.errors import BadSignature, ComputerIdMismatch, MalformedCode, ProtocolError
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.request_token import (
    ActivationRequest,
    DeactivationRequest,
    TokenHeader,
    peek,
    verify_request,
)
from keyferry.server.core.errors import CoreError
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.carried import token_in
from keyferry.server.core.licensing.judging import Request, activation_of
from keyferry.server.core.licensing.products import find_epoch, find_product_by_number, keys_of
from keyferry.server.core.secrets import Keyring


@dataclass(frozen=True)
class TypedRequest:
    """What somebody typed, who did not name a product."""

    activation_key: ActivationKey
    computer_id: ComputerId
    computer_name: str | None = None
    product_number: None = None


@dataclass(frozen=True)
class Reading:
    """How typed codes were read; `mistyped` asks whether the repaired computer ID of `request` was meant."""

    request: TypedRequest
    mistyped: MalformedCode | None = None


class Scanner:
    """Opens what was scanned, with the keys of the epochs that this process has met.

    An epoch's keys never change, so no table is asked for them twice. Whether the epoch is still served is
    for `activation` to say, which asks in any case.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._met: dict[TokenHeader, EpochKeys] = {}

    def open(
        self, text: str, reads: Callable[[], AbstractContextManager[Session]]
    ) -> ActivationRequest | DeactivationRequest:
        """Verify the token in what was scanned or pasted, and return its request; nothing is written.

        `reads` opens the database where it has to be asked. Raises MalformedToken, BadSignature,
        MalformedCode (malformed_activation_key), NotFound (unknown_product), and for an activation
        RetiredEpoch.
        """
        token = token_in(text)
        header = peek(token)
        if (met := self._met.get(header)) is not None:
            # The keys may be those of a database that was replaced by a copy of an earlier day.
            with suppress(BadSignature):
                return verify_request(token, met)
        with reads() as session:
            product = find_product_by_number(session, header.product_number)
            epoch = find_epoch(product, header.epoch, retired_too=True)
            keys = keys_of(epoch, self._keyring)
            request = verify_request(token, keys)
            if isinstance(request, ActivationRequest):
                find_epoch(product, header.epoch)
        self._met[header] = keys
        return request

    def forget(self, request: Request) -> None:
        """Ask again for the epoch of a request that was retired: what comes with it is to reach no table."""
        if request.product_number is not None:
            self._met.pop(TokenHeader(request.product_number, request.computer_id.epoch), None)


def read_typed(
    activation_key: str, computer_id: str, computer_name: str | None, *, shifted: bool = True
) -> Reading:
    """Read what a person typed, with `shifted` as in `protocol.codes.read`; nothing is looked up.

    Raises MalformedCode. A repaired activation key is only suggested. A repaired computer ID is a reading
    that `check_reading` has to confirm: its check group alone would vouch for too much.
    """
    key = ActivationKey.from_text(activation_key, shifted=shifted)
    name = clean_computer_name(computer_name)
    try:
        return Reading(TypedRequest(key, read_computer_id(computer_id, shifted=shifted), name))
    except MalformedCode as mistyped:
        if mistyped.suggestion is None:
            raise
        return Reading(TypedRequest(key, read_computer_id(mistyped.suggestion), name), mistyped)


def check_reading(session: Session, request: Request, *, keyring: Keyring) -> None:
    """Check that the tag of a computer ID fits the activation key beside it: whoever asks may guess.

    Raises NotFound (unknown_activation_key) and ComputerIdMismatch.
    """
    # What was activated with a key that was replaced since is still given back, and so still typed.
    license = licenses.find(session, request.activation_key, former_too=True)
    if activation_of(session, license, request.computer_id) is not None:
        return
    try:
        epoch = find_epoch(license.product, request.computer_id.epoch, retired_too=True)
        verify_computer_id(request.computer_id, keys_of(epoch, keyring), request.activation_key)
    except (CoreError, ProtocolError):
        raise ComputerIdMismatch(
            "This computer ID is mistyped, or it belongs to another activation key. Compare both with the "
            "License Wizard, group by group."
        ) from None

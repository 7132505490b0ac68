"""From what a phone scanned, or a person typed, to what a wizard asks for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, read_computer_id, verify_computer_id
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.errors import MalformedCode, ProtocolError
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest, peek, verify_request
from keyferry.server.core.errors import CoreError
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.carried import token_in
from keyferry.server.core.licensing.products import epoch_keys, find_epoch, find_product_by_number, keys_of
from keyferry.server.core.secrets import Keyring


@dataclass(frozen=True)
class TypedRequest:
    """What somebody typed, who did not name a product."""

    activation_key: ActivationKey
    computer_id: ComputerId
    computer_name: str | None = None
    product_number: None = None


def open_request(session: Session, text: str, *, keyring: Keyring) -> ActivationRequest | DeactivationRequest:
    """Verify the token in what was scanned or pasted, and return its request; nothing is written.

    Raises MalformedToken, BadSignature, MalformedCode (malformed_activation_key), NotFound (unknown_product),
    and RetiredEpoch for an activation: who has a retired secret must not reach a table with it.
    """
    token = token_in(text)
    header = peek(token)
    product = find_product_by_number(session, header.product_number)
    epoch = find_epoch(product, header.epoch, retired_too=True)
    request = verify_request(token, keys_of(epoch, keyring))
    if isinstance(request, ActivationRequest):
        find_epoch(product, header.epoch)
    return request


def typed_request(
    session: Session, activation_key: str, computer_id: str, computer_name: str | None, *, keyring: Keyring
) -> TypedRequest:
    """Read what a person typed; nothing is written.

    Raises MalformedCode. A repaired reading is suggested, never taken; that of a computer ID only where its
    tag fits the activation key, since its check group alone would vouch for too much.
    """
    key = ActivationKey.from_text(activation_key)
    name = clean_computer_name(computer_name)
    try:
        return TypedRequest(key, read_computer_id(computer_id), name)
    except MalformedCode as mistyped:
        if mistyped.suggestion is None or _fits(session, key, mistyped.suggestion, keyring):
            raise
        code = mistyped.code
    raise MalformedCode(
        "This computer ID is mistyped, or it belongs to another activation key. Compare both with the "
        "License Wizard, group by group.",
        code=code,
    )


def open_typed(session: Session, typed: TypedRequest, *, keyring: Keyring) -> ActivationRequest:
    """Verify what was typed, and return it as the request that the wizard's QR code would have carried.

    Raises NotFound (unknown_activation_key), RetiredEpoch, ComputerIdMismatch.
    """
    license = licenses.find(session, typed.activation_key)
    keys = epoch_keys(license.product, typed.computer_id.epoch, keyring)
    verify_computer_id(typed.computer_id, keys, typed.activation_key)
    return ActivationRequest(
        license.product_number, typed.computer_id, typed.activation_key, typed.computer_name
    )


def _fits(session: Session, key: ActivationKey, suggestion: str, keyring: Keyring) -> bool:
    computer_id = read_computer_id(suggestion)
    try:
        # What was activated with a key that was replaced since is still given back, and so still typed.
        product = licenses.find(session, key, former_too=True).product
        epoch = find_epoch(product, computer_id.epoch, retired_too=True)
        verify_computer_id(computer_id, keys_of(epoch, keyring), key)
    except (CoreError, ProtocolError):
        return False
    return True

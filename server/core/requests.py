"""Opening request tokens: from what a phone scanned to what a wizard asks for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from protocol.keys import EpochKeys
from protocol.request_token import ActivationRequest, DeactivationRequest, peek, verify_request
from server.core.products import application_secret, find_epoch, find_product_by_number
from server.core.secrets import Keyring


def open_request(
    session: Session, token: str, *, keyring: Keyring
) -> ActivationRequest | DeactivationRequest:
    """Verify a token and return its request; nothing is written.

    Raises MalformedToken, BadSignature, MalformedCode (malformed_activation_key), NotFound (unknown_product),
    and RetiredEpoch for an activation: who has a retired secret must not reach a table with it.
    """
    header = peek(token)
    product = find_product_by_number(session, header.product_number)
    epoch = find_epoch(product, header.epoch, retired_too=True)
    secret = application_secret(epoch, keyring)
    request = verify_request(token, EpochKeys.derive(secret, product_code=product.code, epoch=epoch.number))
    if isinstance(request, ActivationRequest):
        find_epoch(product, header.epoch)
    return request

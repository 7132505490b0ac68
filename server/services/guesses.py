"""How often somebody may guess: one count for every face, so that nobody tries again through another door.

Strangers are counted by their address and by the activation key they name. Staff are counted by their name
and by the key, apart from strangers: who guesses at a customer's key must not keep the vendor from helping.
"""

from __future__ import annotations

from datetime import timedelta

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.peers import network_of
from keyferry.server.services.guard import Limit

PER_ADDRESS = 100
PER_LICENSE = 20
PERIOD = timedelta(hours=1)


def who(by: By) -> str:
    """Return who is counted as one: a member of the staff, or everybody at one address."""
    return f"operator {by.who}" if by.who is not None else network_of(by.address)


def of_address(by: By) -> Limit:
    """Return the limit of whoever asks."""
    return Limit(bucket("address", who(by)), PER_ADDRESS, PERIOD)


def of_license(by: By, key: ActivationKey) -> Limit:
    """Return the limit of guesses at one license."""
    purpose = "license" if by.who is None else "license, by staff"
    return Limit(bucket(purpose, key.text), PER_LICENSE, PERIOD)

"""Guesses by typed codes count against their address."""

from sqlalchemy import func, select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.models import Attempt, AuditEvent
from keyferry.server.db import transaction
from keyferry.server.services.guard import PER_ADDRESS
from tests.faces.test_phone_typed import typed

__all__ = ["typed"]


def test_guesses_count_against_their_address_and_not_against_the_license(vendor, typed):
    machine = vendor.machine(vendor.issue())
    for number in range(PER_ADDRESS):
        key = ActivationKey.generate(number.to_bytes(12, "big")).text
        assert typed("requests", key, machine.computer_id.text).json["code"] == "unknown_activation_key"
    answer = typed("requests", machine.activation_key.text, machine.computer_id.text)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert set(session.scalars(select(AuditEvent.code))) >= {"unknown_activation_key"}

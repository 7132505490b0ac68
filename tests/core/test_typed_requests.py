from __future__ import annotations

import pytest

from keyferry.protocol.errors import MalformedCode
from keyferry.server.core.licensing.requests import typed_request
from keyferry.server.db import reading


@pytest.fixture
def typed(vendor):
    def typed(key: str, computer_id: str):
        with reading() as session:
            return typed_request(session, key, computer_id, " LAB ", keyring=vendor.keyring)

    return typed


def mistyped(text: str, *places: int) -> str:
    return "".join("?" if place in places else character for place, character in enumerate(text))


def test_what_was_typed_forgivingly_is_read(vendor, typed):
    machine = vendor.machine(vendor.issue())
    request = typed(machine.activation_key.text.lower(), f"  {machine.computer_id.text.replace('-', ' ')} ")
    assert (request.activation_key, request.computer_id) == (machine.activation_key, machine.computer_id)
    assert request.computer_name == "LAB"


def test_a_mistyped_computer_id_that_fits_is_suggested(vendor, typed):
    machine = vendor.machine(vendor.issue())
    with pytest.raises(MalformedCode) as refused:
        typed(machine.activation_key.text, mistyped(machine.computer_id.text, 0, 7, 8, 16, 22))
    assert refused.value.suggestion == machine.computer_id.text


def test_a_computer_id_that_fits_nothing_is_not_suggested_however_its_check_group_reads(vendor, typed):
    key = vendor.issue()
    foreign = vendor.machine(vendor.issue()).computer_id.text
    with pytest.raises(MalformedCode) as refused:
        typed(key.text, mistyped(foreign, 0, 7))
    assert (refused.value.code, refused.value.suggestion) == ("malformed_computer_id", None)


def test_a_mistyped_activation_key_is_suggested_for_confirmation(vendor, typed):
    machine = vendor.machine(vendor.issue())
    with pytest.raises(MalformedCode) as refused:
        typed(mistyped(machine.activation_key.text, 3, 10), machine.computer_id.text)
    assert refused.value.suggestion == machine.activation_key.text

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.protocol.errors import ComputerIdMismatch, MalformedCode
from keyferry.server.core.errors import NotFound
from keyferry.server.core.licensing import license_changes
from keyferry.server.core.licensing.requests import check_reading, read_typed
from keyferry.server.core.models import License
from keyferry.server.db import reading


def mistyped(text: str, *positions: int) -> str:
    return "".join("?" if position in positions else character for position, character in enumerate(text))


def test_what_was_typed_forgivingly_is_read(vendor):
    machine = vendor.machine(vendor.issue())
    computer_id = f"  {machine.computer_id.text.replace('-', ' ')} "
    read = read_typed(machine.activation_key.text.lower(), computer_id, " LAB ")
    assert read.mistyped is None
    assert read.request == type(read.request)(machine.activation_key, machine.computer_id, "LAB")


def test_a_mistyped_computer_id_is_read_and_asked_about(vendor):
    machine = vendor.machine(vendor.issue())
    read = read_typed(machine.activation_key.text, mistyped(machine.computer_id.text, 0, 7, 8, 16, 22), None)
    assert read.request.computer_id == machine.computer_id
    assert read.mistyped.suggestion == machine.computer_id.text


def test_what_cannot_be_read_is_refused_at_once(vendor):
    with pytest.raises(MalformedCode) as refused:
        read_typed(vendor.issue().text, "ABCDE", None)
    assert (refused.value.code, refused.value.suggestion) == ("malformed_computer_id", None)


def test_a_mistyped_activation_key_is_suggested_for_confirmation(vendor):
    machine = vendor.machine(vendor.issue())
    with pytest.raises(MalformedCode) as refused:
        read_typed(mistyped(machine.activation_key.text, 3, 10), machine.computer_id.text, None)
    assert refused.value.suggestion == machine.activation_key.text


def checked(vendor, key: str, computer_id: str) -> None:
    with reading() as session:
        check_reading(session, read_typed(key, computer_id, None).request, keyring=vendor.keyring)


def test_a_repaired_computer_id_is_right_only_where_its_tag_fits_the_activation_key(vendor):
    machine, foreign = vendor.machine(vendor.issue()), vendor.machine(vendor.issue())
    checked(vendor, machine.activation_key.text, mistyped(machine.computer_id.text, 3))
    with pytest.raises(ComputerIdMismatch):
        checked(vendor, machine.activation_key.text, mistyped(foreign.computer_id.text, 3))


def test_a_repaired_computer_id_beside_an_unknown_activation_key_is_a_guess_at_the_key(vendor):
    machine = vendor.machine(vendor.issue())
    unknown = type(machine.activation_key).generate(bytes(12))
    with pytest.raises(NotFound) as refused:
        checked(vendor, unknown.text, mistyped(machine.computer_id.text, 3))
    assert refused.value.code == "unknown_activation_key"


def test_what_was_activated_with_the_former_key_is_recognized_beside_the_new_one(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    former = machine.activation_key
    vendor.change(former, license_changes.replace_key)
    with reading() as session:
        new = session.scalars(select(License.activation_key)).one()
    assert new != former.text
    checked(vendor, new, mistyped(machine.computer_id.text, 3))

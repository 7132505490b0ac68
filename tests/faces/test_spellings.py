"""One reader for all: what one face reads or refuses of a changed address, every face does."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from keyferry.server.core.licensing.carried import is_carried, token_in
from keyferry.server.core.models import Activation, Attempt, AuditEvent
from keyferry.server.db import transaction
from tests.faces.portal_visitor import staff
from tests.spellings import CUT, READ, address

UNREADABLE = ("malformed_token", "bad_signature")


@pytest.fixture
def machine(vendor):
    return vendor.machine(vendor.issue())


@pytest.fixture
def post(app):
    client = app.test_client()
    return lambda operation, text: client.post(f"/phone/v1/{operation}", json={"token": text})


def rows_written() -> list[int]:
    with transaction() as session:
        return [
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Activation, Attempt, AuditEvent)
        ]


def test_the_token_is_found_in_every_spelling(machine):
    for token in (machine.activation_token, machine.deactivation_token):
        for name, spelled in READ.items():
            assert token_in(spelled(token)) == token, name
            assert is_carried(spelled(token)), name


def test_a_signature_that_begins_like_a_token_begins_none(machine):
    # One signature in sixteen does. Pasted twice, it stands before the second token as if they were one.
    for kind in "AD":
        token = f"{machine.activation_token[:-20]}{kind}{machine.activation_token[-19:]}"
        assert not is_carried(token + token)
        assert token_in(address(token + token)) == token + token


def test_self_help_reads_every_spelling(machine, visitor):
    form = visitor.open("activate").form
    for name, spelled in READ.items():
        pasted = spelled(machine.activation_token)
        given = visitor.send(form, activation_key=pasted, computer_id=pasted)
        assert given.status == 200, name
        # The address holds the activation key masked, and no page takes the mask off.
        assert machine.activation_key.text not in given.answer.text
    code = READ["encoded"](machine.deactivation_token)
    assert visitor.fill_in("deactivate", activation_key=code, computer_id=code, code=code).status == 200


def test_what_was_cut_or_altered_stays_refused_everywhere(vendor, machine, post, visitor):
    operator, form = staff(vendor), visitor.open("activate").form
    before = rows_written()
    for name, spelled in CUT.items():
        pasted = spelled(machine.activation_token)
        for operation in ("requests", "activations"):
            answer = post(operation, pasted)
            assert (answer.status_code, answer.json["code"] in UNREADABLE) == (400, True), name
        assert visitor.send(form, activation_key=pasted, computer_id=pasted).status == 400, name
        assert operator.post("/portal/link", link=pasted).status_code == 400, name
    assert rows_written() == before


def test_a_code_that_activates_is_no_proof_of_a_release(vendor, machine, visitor):
    vendor.activate(machine)
    typed = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}
    refused = visitor.fill_in("deactivate", **typed, code=address(machine.activation_token))
    assert (refused.status, vendor.seats_used(machine.activation_key)) == (400, 1)

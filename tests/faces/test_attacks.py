"""Attacks that worked once, performed again: each must fail, and honest use beside it must not notice."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from keyferry.protocol import alphabet
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import TAG_BITS, ComputerId
from keyferry.protocol.request_token import sign_request
from keyferry.server.core.licensing import deactivation
from keyferry.server.core.models import Attempt, AuditEvent, AuditRepeat
from keyferry.server.db import reading, transaction
from keyferry.server.services.guard import MOST_PER_LICENSE, PER_ADDRESS, PER_LICENSE, REFUSALS_A_MINUTE
from keyferry.server.services.misreadings import MOST_A_MINUTE
from keyferry.server.services.operations import KEYS_PER_ADDRESS
from keyferry.server.services.release_links import PER_ADDRESS as LINKS_PER_ADDRESS
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Visitor


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    return machine


@pytest.fixture
def ask(app):
    def ask(operation: str, *, address: str = "192.0.2.7", **body: str):
        client = app.test_client()
        return client.post(f"/phone/v1/{operation}", json=body, environ_base={"REMOTE_ADDR": address})

    return ask


def with_a_typo(text: str, chance: random.Random) -> str:
    place = chance.choice([number for number, symbol in enumerate(text) if symbol != "-"])
    other = chance.choice([symbol for symbol in alphabet.SYMBOLS if symbol != text[place]])
    return text[:place] + other + text[place + 1 :]


def forged(machine, number: int) -> str:
    """A computer ID of the victim's machine with a wrong tag, and one character wrong on purpose."""
    commitment, fingerprint = 4711, machine.computer_id.fingerprint
    right = ComputerId.make(
        machine.keys, machine.activation_key, fingerprint=fingerprint, commitment=commitment
    )
    invented = replace(right, tag=(right.tag + 1 + number) % 2**TAG_BITS)
    return with_a_typo(invented.text, random.Random(number))


@pytest.mark.thorough
@pytest.mark.parametrize("operation", ["requests", "activations"])
def test_the_tag_of_a_computer_id_is_guessed_by_phone_only_so_often(ask, machine, operation):
    """The suggestion in a refusal once told for free whether the tag of a mistyped computer ID was right."""
    key = machine.activation_key.text
    met = [
        ask(operation, activation_key=key, computer_id=forged(machine, tag), address=f"192.0.2.{tag}")
        for tag in range(PER_LICENSE + 5)
    ]
    refused = [answer.json["code"] for answer in met]
    assert refused == ["computer_id_mismatch"] * PER_LICENSE + ["too_many_attempts"] * 5
    assert not any("suggestion" in answer.json for answer in met)


@pytest.mark.thorough
def test_a_license_of_many_seats_is_guessed_at_no_more_often_than_an_office_types(ask, vendor):
    machine = vendor.machine(vendor.issue(seats=10_000))
    key = machine.activation_key.text
    refused = [
        ask("requests", activation_key=key, computer_id=forged(machine, tag), address=f"10.0.{tag}.1").json
        for tag in range(MOST_PER_LICENSE + 1)
    ]
    assert [one["code"] for one in refused].count("too_many_attempts") == 1


@pytest.mark.thorough
def test_the_tag_of_a_computer_id_is_guessed_in_self_help_only_so_often(app, machine):
    visitor, key = Visitor(app), machine.activation_key.text
    for form, code in (("activate", {}), ("deactivate", {"code": machine.code.text})):
        typed = {"activation_key": key, **code}
        statuses = [
            visitor.fill_in(form, **typed, computer_id=forged(machine, tag)).status
            for tag in range(PER_LICENSE // 2)
        ]
        assert statuses == [400] * (PER_LICENSE // 2)
    assert visitor.fill_in("activate", **codes(machine)).status == 429


@pytest.mark.thorough
def test_who_guesses_at_a_license_does_not_shut_its_owner_out(app, ask, vendor, machine):
    """Twenty invented computer IDs once closed the license for an hour, to genuine QR codes, too."""
    stranger = Visitor(app, address="198.51.100.7")
    for tag in range(PER_LICENSE):
        typed = {"activation_key": machine.activation_key.text, "computer_id": forged(machine, tag)}
        assert stranger.fill_in("activate", **typed).status == 400
    assert stranger.fill_in("activate", **codes(machine)).status == 429
    assert ask("requests", token=machine.activation_token).status_code == 200
    assert ask("activations", token=machine.activation_token).status_code == 200
    assert ask("deactivations", token=machine.deactivation_token).status_code == 200


def test_a_scanned_activation_is_counted_nowhere(ask, vendor):
    machine = vendor.machine(vendor.issue())
    assert ask("requests", token=machine.activation_token).status_code == 200
    for _ in range(2):
        assert ask("activations", token=machine.activation_token).status_code == 200
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


@pytest.mark.thorough
def test_who_can_sign_guesses_at_activation_keys_only_so_often(ask, machine):
    guessed = (ActivationKey.generate(number.to_bytes(12, "big")) for number in range(PER_ADDRESS + 1))
    # A computer ID of each key would take an scrypt each; it is the key that is looked up first.
    tokens = [sign_request(replace(machine.scanned, activation_key=key), machine.keys) for key in guessed]
    refused = [ask("requests", token=token).json["code"] for token in tokens]
    assert refused == ["unknown_activation_key"] * PER_ADDRESS + ["too_many_attempts"]


def test_a_deactivation_that_is_sent_again_and_again_is_stopped(ask, vendor, machine):
    """Each once cost an scrypt, and a success was forgiven however often it was repeated."""
    token = machine.deactivation_token
    assert ask("deactivations", token=token).json["state"] == "active"
    again = [ask("deactivations", token=token).status_code for _ in range(PER_LICENSE + 3)]
    assert again == [200] * PER_LICENSE + [429] * 3


def test_no_code_is_checked_while_the_database_is_locked(app, ask, vendor, machine, monkeypatch):
    """Sixteen clients with one token once kept everybody's activations waiting for ten seconds."""
    checking, release = Barrier(2), Barrier(2)
    genuine = deactivation.verify_deactivation_code

    def slow(*arguments, **named) -> None:
        checking.wait(20)
        release.wait(20)
        genuine(*arguments, **named)

    monkeypatch.setattr(deactivation, "verify_deactivation_code", slow)
    met: list[int] = []
    client = Thread(
        target=lambda: met.append(ask("deactivations", token=machine.deactivation_token).status_code)
    )
    client.start()
    checking.wait(20)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(AuditEvent)) > 0
    assert ask("activations", token=vendor.machine(vendor.issue()).activation_token).status_code == 200
    release.wait(20)
    client.join(20)
    assert met == [200]


@pytest.mark.thorough
def test_what_a_stranger_repeats_does_not_grow_the_audit(app, vendor, machine):
    """Five thousand times the same refusal once wrote five thousand rows that nobody can delete."""
    visitor, full = Visitor(app), vendor.machine(machine.activation_key, "another")
    for number in range(30):
        assert visitor.fill_in("activate", **codes(full)).status == 403
        renamed = codes(machine) | {"computer_name": f"PC {number}"}
        assert visitor.fill_in("activate", **renamed).status == 200
    with reading() as session:
        written = session.scalars(select(AuditEvent.event).where(AuditEvent.channel == "self_help")).all()
    assert sorted(written) == ["activated_same_seat", "activation_refused"]


@pytest.mark.thorough
def test_a_refusal_that_is_asked_for_again_and_again_writes_only_so_often(ask, vendor, machine, clock):
    full = vendor.machine(machine.activation_key, "another").activation_token
    for _ in range(REFUSALS_A_MINUTE + 20):
        assert ask("activations", token=full).json["code"] == "no_seat_left"
    with reading() as session:
        assert session.scalars(select(AuditRepeat.count)).all() == [REFUSALS_A_MINUTE]
    # Somebody else's is written, and so is the next minute's.
    ask("activations", token=full, address="198.51.100.7")
    clock.now += timedelta(minutes=1)
    ask("activations", token=full)
    with reading() as session:
        assert sorted(session.scalars(select(AuditRepeat.count))) == [1, REFUSALS_A_MINUTE + 1]


@pytest.mark.thorough
def test_rubbish_is_read_with_effort_only_so_often(app, clock):
    """Where characters may be missing or too many, hundreds of layouts are tried."""
    right = ActivationKey.generate(b"k" * 12).text
    shifted, mistyped = (
        right.replace("-", "")[:7] + right.replace("-", "")[8:],
        with_a_typo(right, random.Random(1)),
    )
    stranger, other = (Visitor(app, address=address) for address in ("192.0.2.7", "198.51.100.7"))

    def offers(visitor: Visitor, text: str) -> bool:
        return f"Did you mean {right}?" in visitor.fill_in("license", activation_key=text).words

    for number in range(MOST_A_MINUTE):
        assert offers(stranger, shifted)
        assert stranger.fill_in("license", activation_key=f"{number:025}").status == 400
    assert not offers(stranger, shifted)
    assert stranger.fill_in("license", activation_key=shifted).status == 400
    # Nobody is refused for it, and a plain typing error is still told from rubbish.
    assert offers(stranger, mistyped)
    assert offers(other, shifted)
    clock.now += timedelta(minutes=1)
    assert offers(stranger, shifted)


SPELLINGS = (
    "203.0.113.9",
    "::ffff:203.0.113.9",
    "64:ff9b::cb00:7109",
    "2002:cb00:7109:{0:x}::1",
    "[::FFFF:CB00:7109]:{0}",
)


def spelled(number: int) -> str:
    """One address, spelled another way each time."""
    return SPELLINGS[number % len(SPELLINGS)].format(number)


@pytest.mark.thorough
@pytest.mark.usefixtures("mail_works")
@pytest.mark.parametrize("limit", ["keys guessed", "keys mailed", "links mailed"])
def test_an_address_that_is_spelled_in_every_way_meets_every_limit(app, ask, vendor, limit):
    def key_guessed(number: int) -> int:
        key = ActivationKey.generate(number.to_bytes(12, "big")).text
        return Visitor(app, address=spelled(number)).fill_in("license", activation_key=key).status

    def keys_mailed(number: int) -> int:
        return Visitor(app, address=spelled(number)).fill_in("keys", email=f"{number}@example.com").status

    def link_mailed(number: int) -> int:
        machine = vendor.machine(vendor.issue(customer="ada@example.com"))
        return ask("release-links", address=spelled(number), token=machine.activation_token).status_code

    act, most = {
        "keys guessed": (key_guessed, PER_ADDRESS),
        "keys mailed": (keys_mailed, KEYS_PER_ADDRESS),
        "links mailed": (link_mailed, LINKS_PER_ADDRESS),
    }[limit]
    met = [act(number) for number in range(most + len(SPELLINGS))]
    assert 429 not in met[:most]
    assert met[most:] == [429] * len(SPELLINGS)


def test_an_office_behind_one_address_types_its_computer_ids_with_typos(ask, vendor):
    """The whole office, with 200 people, is in the long tests."""
    office(ask, vendor, 15)


def office(ask, vendor, people: int) -> None:
    """Activate so many computers by typed codes, five characters in a hundred wrong, and meet no limit."""
    chance, key = random.Random(11), vendor.issue(seats=people)
    for number in range(people):
        machine = vendor.machine(key, f"PC {number}")
        while True:
            typed = "".join(
                chance.choice(alphabet.SYMBOLS) if symbol != "-" and chance.random() < 0.05 else symbol
                for symbol in machine.computer_id.text
            )
            answer = ask("activations", activation_key=key.text, computer_id=typed)
            if suggestion := answer.json.get("suggestion"):
                answer = ask("activations", activation_key=key.text, computer_id=suggestion)
            if answer.status_code == 200:
                break
            # What cannot be read, or is read as another computer's, is typed again.
            assert answer.json["code"] in ("malformed_computer_id", "computer_id_mismatch")
    assert vendor.seats_used(key) == people

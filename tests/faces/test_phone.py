from __future__ import annotations

import io
import logging
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.license_file import read_license_file
from keyferry.server.core.licensing import deactivation, license_changes, licenses
from keyferry.server.core.models import Activation, Attempt, AuditEvent, License
from keyferry.server.core.turns import Turns
from keyferry.server.db import transaction
from keyferry.server.services.guard import PER_LICENSE
from keyferry.server.words.codes import CODES

JSON = "application/json"


@pytest.fixture
def phone(app):
    client = app.test_client()

    def ask(operation: str, token: str):
        return client.post(f"/phone/v1/{operation}", json={"token": token})

    return ask


def rows_written() -> list[int]:
    with transaction() as session:
        return [
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Activation, Attempt, AuditEvent, License)
        ]


@pytest.mark.thorough
@pytest.mark.parametrize("address", ["/a", "/A"])
def test_the_page_opens_in_either_case(app, address):
    with app.test_client().get(address) as page:
        assert page.status_code == 200
        assert page.mimetype == "text/html"
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-cache"


def test_nothing_outside_of_the_pages_folder_is_served(app):
    for name in ("../server/config.py", "..%2fpyproject.toml", "%2fetc%2fpasswd", "js/../../wsgi.py"):
        assert app.test_client().get(f"/pwa/{name}", follow_redirects=True).status_code == 404


def test_the_question_tells_what_a_tap_would_do(vendor, phone):
    key = vendor.issue(seats=5, expires=date(2027, 12, 31))
    vendor.activate(vendor.machine(key, "FIRST"))
    machine = vendor.machine(key, "LAB-PC-07")
    assert phone("requests", machine.activation_token).json == {
        "kind": "activate",
        "state": "new",
        "product": "demo-cad",
        "product_name": "Demo CAD",
        "computer_name": "LAB-PC-07",
        "computer_id": machine.computer_id.text,
        "activation_key_ending": key.last_group,
        "seats": 5,
        "seats_used": 1,
        "expires": "2027-12-31",
    }
    assert vendor.seats_used(key) == 1


def test_a_tap_gives_the_key_and_a_second_tap_gives_the_same(vendor, phone):
    machine = vendor.machine(vendor.issue(seats=5, features=("cam",)))
    first = phone("activations", machine.activation_token).json
    assert (first["seats"], first["seats_used"], first["features"]) == (5, 1, ["cam"])
    assert first["state"] == "new"
    again = phone("activations", machine.activation_token).json
    assert again == first | {"state": "active"}
    assert phone("requests", machine.activation_token).json["state"] == "active"


def test_the_activation_key_itself_is_never_in_an_answer(vendor, phone):
    machine = vendor.machine(vendor.issue())
    for operation, token in [
        ("requests", machine.activation_token),
        ("activations", machine.activation_token),
        ("requests", machine.deactivation_token),
        ("deactivations", machine.deactivation_token),
    ]:
        answer = phone(operation, token)
        assert answer.json["activation_key_ending"] == machine.activation_key.last_group
        assert machine.activation_key.text not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_license_file_comes_with_the_key(vendor, phone):
    machine = vendor.machine(vendor.issue(expires=date(2027, 12, 31)))
    text = phone("activations", machine.activation_token).json["license_file"]
    binding = Binding("demo-cad", machine.activation_key, machine.computer_id)
    content = read_license_file(text, binding, machine.profile.epochs[0].license_file_key)
    assert content.claims.expires == date(2027, 12, 31)


def test_a_machine_with_a_new_computer_id_is_told_that_it_replaces_the_earlier_one(vendor, phone):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    token = vendor.machine(key).activation_token
    question = phone("requests", token).json
    assert (question["state"], question["seats"], question["seats_used"]) == ("replaces", 1, 1)
    assert phone("activations", token).json["seats_used"] == 1


def test_a_deactivation_asks_first_then_frees_the_seat_and_may_be_repeated(vendor, phone):
    machine = vendor.machine(vendor.issue())
    phone("activations", machine.activation_token)
    question = phone("requests", machine.deactivation_token).json
    assert (question["kind"], question["state"]) == ("deactivate", "active")
    assert (question["seats"], question["seats_used"]) == (1, 1)
    done = phone("deactivations", machine.deactivation_token).json
    assert (done["release"], done["state"], done["seats_used"]) == ("proven", "active", 0)
    again = phone("deactivations", machine.deactivation_token).json
    assert again == done | {"state": "released"}
    assert phone("requests", machine.deactivation_token).json["state"] == "released"


def test_one_kind_of_code_cannot_do_the_other_operation(vendor, phone):
    machine = vendor.machine(vendor.issue())
    assert phone("activations", machine.deactivation_token).json["code"] == "malformed_token"
    assert phone("deactivations", machine.activation_token).json["code"] == "malformed_token"


def refusals(vendor):
    """Yield each refusal's code with a request that meets it."""
    key, expired, suspended = vendor.issue(), vendor.issue(), vendor.issue()
    vendor.change(expired, licenses.renew, expires=date(2026, 11, 1))
    vendor.change(suspended, licenses.suspend)
    machine = vendor.machine(key)
    yield (
        "unknown_activation_key",
        "requests",
        vendor.machine(ActivationKey.generate(b"k" * 12)).activation_token,
    )
    yield "license_expired", "activations", vendor.machine(expired).activation_token
    yield "license_suspended", "activations", vendor.machine(suspended).activation_token
    yield "not_activated", "deactivations", vendor.machine(key).deactivation_token
    vendor.activate(machine)
    yield "no_seat_left", "activations", vendor.machine(key, "second").activation_token
    renewed = vendor.machine(key)
    vendor.activate(renewed)
    yield "computer_id_superseded", "activations", machine.activation_token
    vendor.release(renewed)
    yield "computer_id_released", "requests", renewed.activation_token


def test_every_refusal_is_a_problem_with_its_code_and_is_audited(vendor, phone):
    met = []
    for code, operation, token in refusals(vendor):
        answer = phone(operation, token)
        assert answer.mimetype == "application/problem+json"
        assert (answer.json["code"], answer.json["type"]) == (code, f"urn:keyferry:problem:{code}")
        assert answer.status_code == CODES[code].status
        assert answer.json.get("seats") == (1 if code == "no_seat_left" else None)
        met.append(code)
    with transaction() as session:
        refused = select(AuditEvent.code).where(AuditEvent.code.is_not(None)).order_by(AuditEvent.id)
        assert session.scalars(refused).all() == met


def rubbish(token: str):
    for place in range(len(token)):
        for bit in range(7):
            # Applications do exchange capital letters for small ones: that is read.
            if bit == 5 and token[place].isalpha():
                continue
            yield token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
    yield from (token[:length] for length in range(len(token)))
    yield token + token
    yield "\0" * 90
    yield "A" * 90
    yield "Ä" * 90


@pytest.mark.thorough
def test_a_token_that_is_altered_in_any_way_is_refused_and_nothing_is_written(vendor, phone):
    token = vendor.machine(vendor.issue()).activation_token
    before = rows_written()
    for broken in rubbish(token):
        answer = phone("activations", broken)
        assert answer.status_code in (400, 404), answer.json
        # Another first letter is another kind of request, which a newer version may have.
        refusals = ("malformed_token", "bad_signature", "unknown_product", "newer_version")
        assert answer.json["code"] in refusals
    assert rows_written() == before


def test_another_products_token_is_refused(vendor, phone):
    machine = vendor.machine(vendor.issue())
    stranger = vendor.machine(machine.activation_key, secret=machine.secret)
    epoch = stranger.profile.epochs[0].__class__(1, b"s" * 32, b"t" * 32, b"l" * 32)
    forged = stranger.__class__(
        stranger.profile.__class__(**(vars(stranger.profile) | {"epochs": (epoch,)})), machine.activation_key
    )
    before = rows_written()
    assert phone("activations", forged.activation_token).json["code"] == "bad_signature"
    assert rows_written() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"token": 7}',
        b'{"token": null}',
        b"\xff\xfe",
        b'{"token": "' + b"A" * 9000,
    ],
)
def test_a_body_that_is_no_question_is_a_malformed_request(app, body):
    answer = app.test_client().post("/phone/v1/activations", data=body, content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")


def test_a_question_that_is_not_json_is_told_so(app, vendor):
    token = vendor.machine(vendor.issue()).activation_token
    answer = app.test_client().post("/phone/v1/activations", data={"token": token})
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_body_nested_beyond_reason_is_a_malformed_request(app):
    answer = app.test_client().post("/phone/v1/requests", data=b"[" * 16_000, content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")


def test_a_body_without_a_length_is_turned_away_unread(app):
    answer = app.test_client().post(
        "/phone/v1/requests",
        input_stream=io.BytesIO(b"zz"),
        content_type=JSON,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")


def test_a_megabyte_of_rubbish_is_turned_away(app):
    answer = app.test_client().post(
        "/phone/v1/activations", data=b"x" * 2**20, content_type="application/json"
    )
    assert (answer.status_code, answer.json["code"]) == (413, "request_too_large")


def test_who_has_a_retired_epochs_secret_learns_of_no_activation_key_with_it(vendor, phone):
    """The server has met the epoch's keys before, and so asks no table about the token itself."""
    known, replaced, unknown = vendor.issue(), vendor.issue(), ActivationKey.generate(bytes(12))
    for key in (known, replaced):
        assert phone("activations", vendor.machine(key).activation_token).status_code == 200
    vendor.change(replaced, license_changes.replace_key)
    machines = [vendor.machine(key, "LAB-PC-08") for key in (known, replaced, unknown)]
    vendor.rotate(retire_old=True)
    assert phone("requests", machines[0].activation_token).json["code"] == "retired_epoch"
    before = rows_written()
    for machine in machines:
        for operation in ("requests", "activations"):
            assert phone(operation, machine.activation_token).json["code"] == "retired_epoch"
    assert rows_written() == before


def test_a_retired_epochs_token_is_refused_and_nothing_is_written(vendor, phone):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    vendor.rotate(retire_old=True)
    before = rows_written()
    for operation in ("requests", "activations"):
        answer = phone(operation, machine.activation_token)
        assert (answer.status_code, answer.json["code"]) == (403, "retired_epoch")
    assert rows_written() == before
    assert phone("deactivations", machine.deactivation_token).json["release"] == "proven"


def wrong_code(vendor, machine):
    """A deactivation token with the code of another activation."""
    return replace(machine, secret=b"guess" * 3 + b"!").deactivation_token_for(machine.computer_id)


def test_too_many_guesses_with_one_license_are_stopped_and_the_right_answer_waits_too(vendor, phone):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    guess = wrong_code(vendor, machine)
    for _ in range(PER_LICENSE):
        assert phone("deactivations", guess).json["code"] == "wrong_deactivation_code"
    answer = phone("deactivations", machine.deactivation_token)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0
    vendor.clock.pass_days(1)
    assert phone("deactivations", machine.deactivation_token).json["release"] == "proven"


def test_what_is_refused_without_being_a_guess_uses_up_no_attempts(vendor, phone):
    key = vendor.issue(seats=1)
    first = vendor.machine(key, "first")
    vendor.activate(first)
    late = vendor.machine(key, "second").activation_token
    for _ in range(PER_LICENSE + 5):
        assert phone("requests", late).json["code"] == "no_seat_left"
    assert phone("deactivations", first.deactivation_token).json["release"] == "proven"
    assert phone("activations", late).json["state"] == "new"


def test_what_succeeds_uses_up_no_attempts(vendor, phone):
    token = vendor.machine(vendor.issue()).activation_token
    for _ in range(PER_LICENSE + 5):
        assert phone("activations", token).status_code == 200


def test_an_unexpected_error_is_a_plain_problem_and_its_log_holds_no_secret(
    app, vendor, phone, caplog, monkeypatch
):
    machine = vendor.machine(vendor.issue())
    token = machine.activation_token

    def fail(*_arguments, **_more):
        raise RuntimeError(f"broken by {token}")

    monkeypatch.setattr("keyferry.server.core.licensing.judging.judge", fail)
    with caplog.at_level(logging.DEBUG):
        answer = phone("activations", token)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "RuntimeError" in caplog.text
    assert token not in caplog.text
    assert machine.activation_key.text not in caplog.text


def test_a_code_that_a_busy_server_cannot_check_now_is_no_guess(vendor, phone, monkeypatch):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    with monkeypatch.context() as patch:
        patch.setattr(deactivation, "TURNS", Turns(1, wait_seconds=0))
        with deactivation.TURNS.turn():
            for _ in range(PER_LICENSE + 1):
                busy = phone("deactivations", machine.deactivation_token)
                assert (busy.status_code, busy.json["code"]) == (503, "server_busy")
                assert busy.headers["Retry-After"] == "5"
    assert phone("deactivations", machine.deactivation_token).json["release"] == "proven"

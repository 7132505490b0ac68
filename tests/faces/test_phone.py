from __future__ import annotations

import logging
from datetime import date

import pytest
from sqlalchemy import func, select

from protocol.activation_key import ActivationKey
from server.core import licenses
from server.core.models import Activation, Attempt, AuditEvent, License
from server.db import transaction
from server.faces.phone.api import MOST_FAILURES_PER_LICENSE


@pytest.fixture
def phone(app):
    client = app.test_client()

    def ask(question: str, token: str):
        return client.post(f"/api/phone/{question}", json={"token": token})

    return ask


def rows_written() -> list[int]:
    with transaction() as session:
        return [
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Activation, Attempt, AuditEvent, License)
        ]


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
    assert phone("question", machine.activation_token).json == {
        "deed": "activate",
        "product": "Demo CAD",
        "computer_name": "LAB-PC-07",
        "computer_id": machine.computer_id.text,
        "activation_key_ending": key.last_group,
        "seats": {"total": 5, "used": 1, "after": 2},
        "outcome": "new_seat",
        "expires": "2027-12-31",
    }
    assert vendor.seats_used(key) == 1


def test_a_tap_gives_the_key_and_a_second_tap_gives_the_same(vendor, phone):
    key = vendor.issue(seats=5, features=("cam",))
    machine = vendor.machine(key)
    first = phone("activate", machine.activation_token).json
    assert first["seats"] == {"total": 5, "used": 1}
    assert (first["features"], first["outcome"]) == (["cam"], "new_seat")
    again = phone("activate", machine.activation_token).json
    assert again == first | {"outcome": "same_seat"}
    assert phone("question", machine.activation_token).json["outcome"] == "same_seat"


def test_the_licence_file_comes_as_a_download_with_a_name(vendor, phone):
    machine = vendor.machine(vendor.issue())
    assert phone("license-file", machine.activation_token).json["code"] == "not_activated"
    phone("activate", machine.activation_token)
    file = phone("license-file", machine.activation_token)
    name = f"demo-cad-{machine.computer_id.last_group}.lic"
    assert file.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert file.headers["Cache-Control"] == "no-store"
    assert file.text.count(".") == 2


def test_a_deactivation_asks_first_then_frees_the_seat_and_may_be_repeated(vendor, phone):
    key = vendor.issue()
    machine = vendor.machine(key)
    phone("activate", machine.activation_token)
    question = phone("question", machine.deactivation_token).json
    assert (question["deed"], question["outcome"]) == ("deactivate", "release")
    assert question["seats"] == {"total": 1, "used": 1, "after": 0}
    done = phone("deactivate", machine.deactivation_token).json
    assert (done["outcome"], done["recorded"], done["seats"]["used"]) == ("released", "proven", 0)
    assert phone("deactivate", machine.deactivation_token).json["outcome"] == "already_released"
    assert phone("question", machine.deactivation_token).json["outcome"] == "already_released"


def test_one_kind_of_code_cannot_do_the_other_deed(vendor, phone):
    machine = vendor.machine(vendor.issue())
    assert phone("activate", machine.deactivation_token).json["code"] == "malformed_token"
    assert phone("deactivate", machine.activation_token).json["code"] == "malformed_token"


def refusals(vendor):
    """Yield each refusal's code with a request that meets it."""
    key, expired, suspended = vendor.issue(), vendor.issue(expires=date(2026, 11, 1)), vendor.issue()
    vendor.change(suspended, licenses.suspend)
    machine = vendor.machine(key)
    yield (
        "unknown_activation_key",
        "question",
        vendor.machine(ActivationKey.generate(b"k" * 12)).activation_token,
    )
    yield "license_expired", "activate", vendor.machine(expired).activation_token
    yield "license_suspended", "activate", vendor.machine(suspended).activation_token
    yield "not_activated", "deactivate", machine.deactivation_token
    vendor.activate(machine)
    yield "no_seat_left", "activate", vendor.machine(key, "second").activation_token
    renewed = vendor.machine(key)
    vendor.activate(renewed)
    yield "computer_id_superseded", "activate", machine.activation_token
    vendor.release(renewed)
    yield "computer_id_released", "question", renewed.activation_token
    vendor.rotate(retire_old=True)
    yield "retired_epoch", "activate", vendor.machine(key, "late").activation_token


def test_every_refusal_is_a_problem_with_its_code_and_is_audited(vendor, phone):
    met = []
    for code, question, token in refusals(vendor):
        answer = phone(question, token)
        assert answer.mimetype == "application/problem+json"
        assert (answer.json["code"], answer.json["type"]) == (code, f"urn:keyferry:problem:{code}")
        assert 400 <= answer.status_code < 500
        met.append(code)
    with transaction() as session:
        refused = select(AuditEvent.code).where(AuditEvent.code.is_not(None)).order_by(AuditEvent.id)
        assert session.scalars(refused).all() == met


def rubbish(token: str):
    for place in range(len(token)):
        for bit in range(7):
            yield token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
    yield from (token[:length] for length in range(len(token)))
    yield token + token
    yield token.lower()
    yield "\0" * 90
    yield "A" * 90
    yield "Ä" * 90


def test_a_token_that_is_altered_in_any_way_is_refused_and_nothing_is_written(vendor, phone):
    token = vendor.machine(vendor.issue()).activation_token
    before = rows_written()
    for broken in rubbish(token):
        answer = phone("activate", broken)
        assert answer.status_code in (400, 404), answer.json
        assert answer.json["code"] in ("malformed_token", "bad_signature", "unknown_product")
    assert rows_written() == before


def test_another_products_token_is_refused(vendor, phone):
    machine = vendor.machine(vendor.issue())
    stranger = vendor.machine(machine.activation_key, secret=machine.secret)
    epoch = stranger.profile.epochs[0].__class__(1, b"s" * 32, b"t" * 32, b"l" * 32)
    forged = stranger.__class__(
        stranger.profile.__class__(**(vars(stranger.profile) | {"epochs": (epoch,)})), machine.activation_key
    )
    before = rows_written()
    assert phone("activate", forged.activation_token).json["code"] == "bad_signature"
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
    answer = app.test_client().post("/api/phone/activate", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_request")


def test_a_megabyte_of_rubbish_is_turned_away(app):
    answer = app.test_client().post("/api/phone/activate", data=b"x" * 2**20, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "request_too_large")


def test_too_many_failures_with_one_licence_are_stopped_and_the_right_answer_waits_too(vendor, phone):
    key = vendor.issue()
    vendor.activate(vendor.machine(key, "first"))
    unlucky = vendor.machine(key, "second").activation_token
    for _ in range(MOST_FAILURES_PER_LICENSE):
        assert phone("activate", unlucky).json["code"] == "no_seat_left"
    answer = phone("activate", unlucky)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0
    vendor.clock.pass_days(1)
    assert phone("activate", unlucky).json["code"] == "no_seat_left"


def test_what_succeeds_uses_up_no_attempts(vendor, phone):
    token = vendor.machine(vendor.issue()).activation_token
    for _ in range(MOST_FAILURES_PER_LICENSE + 5):
        assert phone("activate", token).status_code == 200


def test_an_unexpected_error_is_a_plain_problem_and_its_log_holds_no_secret(
    app, vendor, phone, caplog, monkeypatch
):
    machine = vendor.machine(vendor.issue())
    token = machine.activation_token

    def fail(*_arguments, **_more):
        raise RuntimeError(f"broken by {token}")

    monkeypatch.setattr("server.core.activation.activate", fail)
    with caplog.at_level(logging.DEBUG):
        answer = phone("activate", token)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "RuntimeError" in caplog.text
    assert token not in caplog.text
    assert machine.activation_key.text not in caplog.text

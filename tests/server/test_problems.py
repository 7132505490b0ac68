import ast
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, abort, request
from sqlalchemy import create_engine, text

from keyferry.protocol.errors import BadSignature, MalformedCode
from keyferry.server.core.errors import LicenseRefused, LimitReached, SecretUnreadable
from keyferry.server.db import transaction
from keyferry.server.web.forms import csrf
from keyferry.server.words.codes import CODES

SECRET = "19KP6-ZS5RC-91FXS-3R92C-42300"

# Codes that stop a start or answer on a command line: no face of the web raises them.
NOT_ON_THE_WEB = {
    "protocol_error",
    "malformed_code",
    "license_file_refused",
    "license_file_empty",
    "license_file_incomplete",
    "not_a_license_file",
    "malformed_profile",
    "refused",
    "malformed_argument",
    "conflict",
    "license_refused",
    "wrong_master_key",
    "missing_master_key",
    "malformed_master_key",
}


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An application that gets more addresses here."""
    return own_app


@pytest.fixture
def failing(app: Flask):
    """A server with one more address, which fails as a test wants."""

    def failing(failure: Exception | int, path: str = "/phone/failing") -> Flask:
        def fail() -> str:
            request.get_data()
            if isinstance(failure, int):
                abort(failure)
            raise failure

        csrf.exempt(fail)
        app.add_url_rule(path, view_func=fail, methods=["POST"])
        return app

    return failing


def post(app: Flask, path: str = "/phone/failing", **what):
    return app.test_client().post(path, **what)


def codes_in(folder: str, root: Path) -> set[str]:
    """Every code that a package gives to an error: `code="…"` in a call, `code = "…"` in a class."""
    found = set()
    for path in (root / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword):
                name, value = node.arg, node.value
            elif isinstance(node, ast.Assign):
                name, value = ast.unparse(node.targets[0]), node.value
            else:
                continue
            if name == "code" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
    return found


def test_every_code_has_a_status_or_never_reaches_the_web():
    root = Path(__file__).parents[2]
    codes = codes_in("protocol", root) | codes_in("server/core", root)
    assert "license_suspended" in codes
    assert codes - set(CODES) - NOT_ON_THE_WEB == set()
    assert set(CODES) & NOT_ON_THE_WEB == set()


def test_a_refusal_is_a_problem_for_programs(failing):
    answer = post(failing(LicenseRefused("This license is on hold.", code="license_suspended")))
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "urn:keyferry:problem:license_suspended",
        "title": "Forbidden",
        "status": 403,
        "code": "license_suspended",
        "detail": "This license is on hold.",
    }


def test_a_refusal_is_a_sentence_for_people_elsewhere(failing):
    answer = post(failing(BadSignature("Scan it again."), "/there"), "/there")
    assert (answer.status_code, answer.mimetype, answer.text) == (400, "text/plain", "Scan it again.\n")


def test_a_refusal_without_a_status_is_our_own_mistake(failing):
    answer = post(failing(LicenseRefused("A class without its code.")))
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")


def test_a_suggestion_is_passed_on_to_the_person_who_typed(failing):
    refusal = MalformedCode("Did you mean it?", code="malformed_computer_id", suggestion="ABCDE")
    assert post(failing(refusal)).json["suggestion"] == "ABCDE"


def test_a_limit_says_when_to_come_back(failing):
    answer = post(failing(LimitReached("Too many attempts.", retry_after=timedelta(minutes=5))))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "malformed_request"),
        (404, "not_found"),
        (415, "unsupported_media_type"),
        (418, "malformed_request"),
        (503, "internal_error"),
    ],
)
def test_http_errors_are_problems_too(failing, status, code):
    assert post(failing(status)).json["code"] == code


def test_an_address_says_which_methods_it_answers(failing):
    answer = failing(400).test_client().get("/phone/failing")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_megabyte_of_rubbish_is_too_large(failing):
    answer = post(failing(400), data=b"x" * 1024 * 1024)
    assert (answer.status_code, answer.json["code"]) == (413, "request_too_large")


def test_an_unexpected_failure_is_logged_where_it_happened_and_without_what_was_typed(failing, caplog):
    def deep() -> None:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error

    try:
        deep()
    except KeyError as error:
        failure = error
    with caplog.at_level(logging.DEBUG):
        answer = post(failing(failure), data=SECRET)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert SECRET not in answer.text
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text
    assert "KeyError" in caplog.text
    assert "in deep" in caplog.text


def test_a_failing_statement_does_not_show_its_values(app, failing, caplog):
    for name in ("sqlalchemy", "sqlalchemy.pool", "sqlalchemy.orm"):
        caplog.set_level(logging.DEBUG, logger=name)

    def query() -> str:
        with transaction() as session:
            session.execute(text("SELECT * FROM nowhere WHERE x = :key"), {"key": SECRET})
        return ""

    app.add_url_rule("/phone/query", view_func=query)
    assert app.test_client().get("/phone/query").status_code == 500
    assert re.search("OperationalError|UndefinedTable", caplog.text)
    assert SECRET not in caplog.text


def test_who_comes_while_others_hold_the_database_is_asked_to_come_again(app, settings, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/held.db", connect_args={"timeout": 0})

    def write() -> str:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
        return ""

    app.add_url_rule("/phone/busy", view_func=write)
    with engine.connect() as holder:
        holder.exec_driver_sql("BEGIN EXCLUSIVE")
        answer = app.test_client().get("/phone/busy")
    assert (answer.status_code, answer.json["code"]) == (503, "server_busy")
    assert answer.headers["Retry-After"] == "5"
    assert app.test_client().get("/phone/busy").status_code == 200
    engine.dispose()


def test_our_own_trouble_is_named_in_the_log_and_not_in_the_answer(failing, caplog):
    answer = post(failing(SecretUnreadable("The master key “a” does not open a secret.")))
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "master key" not in answer.text
    assert "The master key “a” does not open a secret." in caplog.text


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [(RuntimeError("no word of this"), 500, "whoever runs the server"), (404, 404, "may be mistyped")],
)
def test_staff_are_not_sent_to_the_vendor_who_they_are(failing, failure, status, said):
    app = failing(failure, "/portal/failing")
    answer = post(app, "/portal/failing", headers={"Accept": "text/html"})
    assert (answer.status_code, said in answer.text) == (status, True)
    assert (answer.headers["X-Request-ID"] in answer.text) == (status == 500)
    assert "the vendor" not in answer.text
    assert "QR code" not in answer.text

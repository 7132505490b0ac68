"""The ID that leads from what a customer sees to a line in the log."""

from __future__ import annotations

import json
import logging
import re

import pytest
from flask import Flask

from keyferry.server import create_app
from keyferry.server.config import LogFormat, Settings
from keyferry.server.web.logs import JsonLines, TextLines, log_request
from keyferry.server.web.watching import watch

NAME, MADE = "X-Request-ID", re.compile("[0-9a-f]{16}")
FORMATS = {"text": TextLines, "json": JsonLines}


class Lines(logging.Handler):
    """What would be written of every record, one format after the other."""

    def __init__(self, log_format: LogFormat) -> None:
        super().__init__()
        self.setFormatter(FORMATS[log_format]())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    """Log in a format, from now on until the test ends."""
    opened: list[Lines] = []
    logger = logging.getLogger("keyferry")

    def log(log_format: LogFormat) -> list[str]:
        opened.append(Lines(log_format))
        logger.addHandler(opened[-1])
        return opened[-1].lines

    level = logging.getLogger("keyferry.requests").level
    logging.getLogger("keyferry.requests").setLevel(logging.INFO)
    yield log
    logging.getLogger("keyferry.requests").setLevel(level)
    for handler in opened:
        logger.removeHandler(handler)


@pytest.fixture
def failing(own_app: Flask) -> Flask:
    def fail(_secret: str = "") -> str:
        raise RuntimeError("a message that quotes what was typed")

    own_app.add_url_rule("/phone/failing", view_func=fail)
    own_app.add_url_rule("/failing/<_secret>", view_func=fail)
    return own_app


def test_every_answer_names_its_request_by_an_id_of_its_own(app):
    client = app.test_client()
    ids = [client.get(path).headers[NAME] for path in ("/healthz", "/healthz", "/a", "/nowhere")]
    assert all(map(MADE.fullmatch, ids))
    assert len(set(ids)) == 4


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"),
    [
        (1, "7f3A_9.b-c", True),
        (1, "x" * 64, True),
        (0, "7f3A_9.b-c", False),
        (1, "x" * 65, False),
        (1, "", False),
        (1, "a b", False),
        (1, "a\u00e9", False),
        (1, '"}<script>', False),
    ],
)
def test_only_a_trusted_proxy_names_a_request_and_only_briefly(settings, proxies, given, is_kept):
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}))
    named = app.test_client().get("/healthz", headers={NAME: given}).headers[NAME]
    assert (named == given) is is_kept
    assert is_kept or MADE.fullmatch(named)


def test_what_failed_is_named_to_program_person_and_log_by_the_same_id(failing, log):
    lines = log("text")
    client = failing.test_client()
    answer = client.get("/phone/failing")
    assert (answer.status_code, answer.json["request_id"]) == (500, answer.headers[NAME])
    assert f"[{answer.headers[NAME]}] GET /phone/failing failed:\n" in lines[-1]
    page = client.get("/failing/x", headers={"Accept": "text/html"})
    shown = f'<span class="k" id="request-id" translate="no">{page.headers[NAME]}</span>'
    assert f"tell us this number: <span>{shown}" in page.text
    assert f"[{page.headers[NAME]}] GET /failing/… failed:\n" in lines[-1]


def test_whoever_made_the_mistake_is_not_shown_an_id(app):
    client = app.test_client()
    assert "request_id" not in client.post("/phone/v1/activations", json={"token": "x"}).json
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert "request-id" not in page.text
    assert page.headers[NAME] not in page.text


def test_a_log_for_programs_tells_of_a_request_what_is_no_secret(failing, log):
    watch(failing, log_request)
    lines, secret = log("json"), "19KP6-ZS5RC-91FXS-3R92C-42300"
    client = failing.test_client()
    answers = [
        client.get(f"/failing/{secret}?key={secret}"),
        client.post("/phone/v1/activations", json={"token": secret}),
        client.open(f"/nowhere/{secret}", method=secret),
        client.get("/healthz"),
    ]
    [failed, *requests] = map(json.loads, lines)
    assert failed["level"] == "error"
    assert failed["message"].startswith("GET /failing/<_secret> failed:\n")
    assert [line["request_id"] for line in requests] == [answer.headers[NAME] for answer in answers]
    assert failed["request_id"] == requests[0]["request_id"]
    told = [(line["method"], line.get("endpoint"), line["status"], line.get("code")) for line in requests]
    assert told == [
        ("GET", "fail", 500, "internal_error"),
        ("POST", "phone.api.activations", 400, "malformed_token"),
        ("other", None, 404, "not_found"),
        ("GET", "health.alive", 200, None),
    ]
    assert all(0 < line["milliseconds"] < 60_000 for line in requests)
    assert not [line for line in lines if secret in line or secret.replace("-", "") in line]


def test_a_fault_with_a_traceback_is_one_line_without_what_its_addresses_carry():
    try:
        raise ValueError("GET /A%23SECRETSECRETSECRETSECRET")
    except ValueError as error:
        fault = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("a", logging.ERROR, "", 1, "%s", ("x#" + "S" * 30,), fault)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert (json.loads(line)["message"], "SECRET" in line) == ("x#…", False)
    assert "ValueError" in json.loads(line)["traceback"]


@pytest.mark.parametrize(
    "wrong", [{"metrics_bind": "9464"}, {"metrics_bind": "127.0.0.1:99999"}, {"log_format": "xml"}]
)
def test_a_setting_that_means_nothing_stops_the_start(wrong):
    with pytest.raises(ValueError, match=r"HOST:PORT|'text' or 'json'"):
        Settings(**wrong)

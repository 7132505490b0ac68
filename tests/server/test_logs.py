"""The server at its most talkative, and no key, code or token in what it says."""

import logging
import sys
from dataclasses import replace
from urllib.parse import unquote

import pytest

from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.parts import EXTENSION
from keyferry.server.web.logs import JsonLines, TextLines
from tests.faces.visitor import Visitor

SHORTEST_TRACE = 10


def traces(secret: str) -> set[str]:
    """Every stretch of a secret, long enough not to be there by chance."""
    bare = secret.replace("-", "").upper()
    return {bare[start : start + SHORTEST_TRACE] for start in range(len(bare) - SHORTEST_TRACE + 1)}


def left_in(log: pytest.LogCaptureFixture, secrets: dict[str, str]) -> set[str]:
    """The names of those secrets of which the log holds any trace."""
    logged = log.text.replace("-", "").upper()
    return {name for name, secret in secrets.items() if any(trace in logged for trace in traces(secret))}


@pytest.fixture
def talkative(app, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        # The one logger that writes rows: create_app keeps it at warnings.
        if not name.startswith("sqlalchemy.engine"):
            caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_a_license_lives_and_dies_without_a_trace_in_the_log(vendor, talkative):
    client = vendor.app.test_client()
    key = vendor.issue(seats=1)
    machine, second = vendor.machine(key), vendor.machine(key, "another")
    forged = machine.activation_token[:-1] + ("0" if machine.activation_token[-1] != "0" else "1")

    def post(address: str, token: str):
        return client.post(f"/phone/v1/{address}", json={"token": token})

    assert post("requests", machine.activation_token).status_code == 200
    activated = post("activations", machine.activation_token).json
    assert post("activations", forged).json["code"] == "bad_signature"
    assert post("activations", second.activation_token).json["code"] == "no_seat_left"
    assert post("deactivations", machine.deactivation_token).json["release"] == "proven"
    assert post("activations", machine.activation_token).json["code"] == "computer_id_released"
    secrets = {
        "activation key": key.text,
        "computer key": activated["computer_key"],
        "license file": activated["license_file"],
        "deactivation code": machine.code.text,
        "request token": machine.activation_token,
        "forged token": forged,
        "deactivation token": machine.deactivation_token,
    }
    assert left_in(talkative, secrets) == set()


@pytest.mark.parametrize("address", ["/A%23{}", "/A/%23{}%20", "//a%2523{}"])
def test_a_fault_behind_an_address_that_carries_a_token_is_logged_without_it(
    vendor, talkative, monkeypatch, address
):
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("keyferry.server.faces.phone.pages.document", fail)
    token = vendor.machine(vendor.issue()).activation_token
    path = {"PATH_INFO": unquote(address.format(token))}
    refused = vendor.app.test_client().get("/A", environ_overrides=path)
    assert (refused.status_code, refused.headers["Cache-Control"]) == (500, "no-store")
    assert token not in refused.text
    assert "failed:" in talkative.text
    assert not any(trace in talkative.text for trace in traces(token))


def test_a_request_that_fails_for_a_known_reason_is_one_line(own_app, vendor, caplog):
    parts = own_app.extensions[EXTENSION]
    other = replace(parts, keyring=Keyring.from_text(new_master_key("other")))
    own_app.extensions[EXTENSION] = other
    token = vendor.machine(vendor.issue()).activation_token
    answer = own_app.test_client().post("/phone/v1/activations", json={"token": token})
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    [line] = caplog.messages
    assert line == (
        "POST /phone/v1/activations failed: The database has secrets that were sealed with another master "
        "key. Add the master key with the ID “test” to the master key file. (missing_master_key)"
    )


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("address", ["/A/{}", "/{}", "/activate/{}", "/portal/licences/{}", "/phone/v2/{}"])
def test_an_address_that_was_misspelled_is_not_in_the_log(vendor, settings, caplog, address):
    machine = vendor.machine(vendor.issue())
    settings.sqlite_file.rename(settings.home / "away.db")
    for secret in (machine.activation_token, machine.activation_key.text, machine.code.text):
        page = vendor.app.test_client().get(address.format(secret), headers={"Accept": "text/html"})
        assert page.status_code in (404, 503)
        assert not any(trace in caplog.text.replace("-", "") for trace in traces(secret))
    assert all(line.startswith("GET unknown address was answered with 503: ") for line in caplog.messages)


def test_an_address_of_ours_is_in_the_log_with_its_number(own_app, caplog):
    @own_app.get("/licenses/<int:number>/<name>")
    def fails(number: int, name: str) -> str:
        raise RuntimeError(name)

    own_app.test_client().get("/licenses/17/19KP6-ZS5RC-91FXS-3R92C-42300")
    [line] = caplog.messages
    assert line.startswith("GET /licenses/17/… failed:\n")
    assert "19KP6" not in line


def test_a_message_that_others_log_with_a_fault_is_not_in_the_lines():
    secret = "19KP6-ZS5RC-91FXS-3R92C-42300"
    try:
        raise KeyError(secret)
    except KeyError:
        record = logging.LogRecord("gunicorn", logging.ERROR, "", 1, "It failed", (), sys.exc_info())
    for lines in (TextLines(), JsonLines()):
        said = lines.format(record)
        assert "builtins.KeyError" in said
        assert "19KP6" not in said


def test_the_logger_that_writes_rows_is_silent(app):
    assert not logging.getLogger("sqlalchemy.engine.Engine").isEnabledFor(logging.INFO)


@pytest.mark.thorough
@pytest.mark.usefixtures("mail_works")
@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_self_help_leaves_no_trace_in_the_log_either(vendor, talkative):
    visitor = Visitor(vendor.app)
    key = vendor.issue(seats=1, customer="ada.lovelace@example.com")
    machine, wrong = vendor.machine(key), vendor.machine(key)
    codes = {"activation_key": key.text, "computer_id": machine.computer_id.text}

    filled = visitor.open("activate", is_avkey=key.text, is_pcid=machine.computer_id.text)
    assert filled.status == 200
    given = visitor.send(filled.form)
    file = visitor.send(given.form).answer.text
    assert visitor.fill_in("license", activation_key=key.text).status == 200
    assert visitor.fill_in("deactivate", **codes, code=wrong.code.text).status == 400
    assert visitor.fill_in("deactivate", **codes, code=machine.code.text).status == 200
    assert visitor.fill_in("keys", email="ada.lovelace@example.com").status == 200
    assert visitor.post("activate", **codes).status == 400
    secrets = {
        "activation key": key.text,
        "computer key": given.key,
        "license file": file,
        "deactivation code": machine.code.text,
        "wrong deactivation code": wrong.code.text,
        "address": "ada.lovelace@example.com",
    }
    assert left_in(talkative, secrets) == set()

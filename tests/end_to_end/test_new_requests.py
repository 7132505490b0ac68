"""Real wizard, real server: a computer ID that no longer counts is replaced, and the license stays."""

from datetime import date

import pytest

from keyferry.server.core.licensing import deactivation
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.db import transaction
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import LicenseState
from tests.conftest import STAFF


@pytest.fixture
def wizard(vendor, clock, tmp_path):
    """One computer; another folder of it is a second installation."""

    def open_wizard(folder: str = "state") -> ActivationControl:
        return ActivationControl(
            vendor.profile,
            tmp_path / folder,
            machine_identifier="machine-1",
            anchor_folder=tmp_path / f"{folder}-anchor",
            now=clock,
        )

    return open_wizard


@pytest.fixture
def phone(app):
    """Scan a request with a phone and tap; return what the page got."""

    def scan(begun):
        token = begun.url.partition("#")[2]
        return app.test_client().post("/phone/v1/activations", json={"token": token})

    return scan


@pytest.fixture
def licensed(vendor, wizard, phone):
    key = vendor.issue(seats=1)
    begun = wizard().begin(key, "LAB-PC-07")
    return wizard().complete(phone(begun).json["computer_key"])


def test_an_activation_that_was_superseded_is_renewed_by_scanning(vendor, wizard, app, phone, licensed):
    key = licensed.activation_key
    assert phone(wizard("second").begin(key)).status_code == 200
    renewal = wizard().begin(key)
    typed = {"activation_key": key.text, "computer_id": renewal.computer_id.text}
    answer = app.test_client().post("/phone/v1/activations", json=typed)
    assert (renewal.renewal, answer.json["code"]) == (True, "computer_id_superseded")
    assert wizard().status().state is LicenseState.ACTIVE
    wizard().complete(phone(renewal).json["computer_key"])
    assert wizard().status().state is LicenseState.ACTIVE
    # Renewing by scan works again.
    assert phone(wizard().begin(licensed.activation_key)).status_code == 200
    assert vendor.seats_used(licensed.activation_key) == 1


def test_a_request_that_staff_released_before_its_key_was_typed_is_made_anew(vendor, wizard, phone):
    key = vendor.issue(seats=1)
    begun = wizard().begin(key)
    assert phone(begun).status_code == 200
    request = TypedRequest(key, begun.computer_id)
    done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
    with transaction() as session:
        checked = deactivation.check(session, request, deactivation.Forced("Wrong computer."), **done)
        deactivation.deactivate(session, checked, **done)
    assert phone(wizard().begin(key)).json["code"] == "computer_id_released"
    wizard().complete(phone(wizard().begin(key, new_request=True)).json["computer_key"])
    assert wizard().status().state is LicenseState.ACTIVE


def test_a_key_that_the_server_issued_when_its_own_clock_was_ahead_is_replaced(vendor, clock, wizard, phone):
    # Without an end, no clock would be asked.
    key = vendor.issue(seats=1, expires=date(2030, 1, 31))
    clock.pass_days(400)
    begun = wizard().begin(key)
    ahead = phone(begun).json["computer_key"]
    clock.pass_days(-400)
    with pytest.raises(Exception, match="If it's right, scan the QR code again for a new key") as refused:
        wizard().complete(ahead)
    assert refused.value.code == "not_yet_valid"
    # The server no longer gives one of a day that hasn't come, and the wizard takes the earlier one.
    scanned_again = phone(wizard().begin(key)).json["computer_key"]
    assert scanned_again != ahead
    wizard().complete(scanned_again)
    assert wizard().status().state is LicenseState.ACTIVE

"""What no person types and any program may send: refused, and never a failure of the server."""

import logging

import pytest

from keyferry.server.faces.portal import operations
from tests.faces.portal_visitor import Visitor, staff

LARGE = "9" * 25


@pytest.fixture
def desk(vendor) -> Visitor:
    vendor.issue(customer="ada@example.com")
    return staff(vendor)


@pytest.mark.parametrize("room", ["licenses", "computers", "customers", "operators"])
@pytest.mark.parametrize("number", [LARGE, "99999999999"])
def test_a_number_that_no_row_has_is_not_found(desk, room, number):
    assert desk.get(f"/portal/{room}/{number}").status_code == 404
    assert desk.post(f"/portal/{room}/{number}/edit").status_code in (404, 405)


@pytest.mark.parametrize("number", [LARGE, "1" * 5000])
def test_ticked_numbers_that_no_row_has_are_none(desk, number):
    assert "Select licenses first" in desk.post("/portal/licenses/export", chosen=number).text


@pytest.mark.parametrize(
    "arguments", [f"license={LARGE}", "license=-1", "event=a%00b", "who=a%00b", "since=x", "channel=x"]
)
def test_a_filter_of_the_audit_that_means_nothing_filters_nothing_or_finds_nothing(desk, arguments):
    assert desk.get(f"/portal/audit?{arguments}").status_code == 200
    assert desk.get(f"/portal/audit.csv?{arguments}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        *("licenses?q=%00", f"licenses?page={LARGE}", "licenses?page=-3", "licenses?status=x"),
        *("licenses?page=x&sort=;drop&dir=up&standing=lost&q=", "customers?page=x&deleted=y"),
    ],
)
def test_an_address_with_nonsense_in_it_shows_the_whole_list(desk, address):
    assert "ada@example.com" in desk.get(f"/portal/{address}").text


@pytest.mark.parametrize("arguments", ["product=a%00b", "q=a%00b"])
def test_a_filter_of_the_licenses_that_means_nothing_is_no_failure(desk, arguments):
    assert desk.get(f"/portal/licenses?{arguments}").status_code == 200


def test_a_setting_with_thousands_of_digits_is_refused(desk):
    sent = {"shown": "options/maxReleaseCount", "options/maxReleaseCount": "1" * 5000}
    answer = desk.post("/portal/properties", **sent)
    assert answer.status_code == 400
    assert "accepts a whole number from -1 to 10,000" in answer.text


@pytest.mark.parametrize("path", ["x%00y", "a" * 300])
def test_a_file_name_that_no_file_has_is_not_found(app, path):
    assert app.test_client().get(f"/pwa/{path}").status_code == 404


def test_long_texts_in_any_script_are_kept(desk):
    notes = "測" * 1900
    answer = desk.post("/portal/customers/1/edit", email="ada@example.com", notes=notes)
    assert answer.status_code == 302
    assert notes in desk.get("/portal/customers/1").text


def test_a_failure_while_a_refusal_is_answered_leaves_no_code_in_the_log(desk, vendor, caplog, monkeypatch):
    def fails(number, *, refusal, **more):
        raise RuntimeError(f"the database went away at {refusal}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(operations, "license_page", fails)
    computer_id = vendor.machine(vendor.issue()).computer_id.text
    answer = desk.post("/portal/licenses/1/activate", computer_id=f"{computer_id[1:]}{computer_id[0]}")
    assert answer.status_code == 500
    assert "RuntimeError" in caplog.text
    assert computer_id not in caplog.text
    assert computer_id[1:] not in caplog.text

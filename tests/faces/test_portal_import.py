"""Importing a CSV file in the portal: a look at it, its rows chunk by chunk, and what is given back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.imports import csv_files, imports
from keyferry.server.core.models import CsvImportRow, Customer, License, Role
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import importing as importing_pages
from keyferry.server.services import importing
from tests.audit_log import events
from tests.faces.portal_visitor import Visitor, staff

# A key as another server issues them.
FRESH = "1000G-40R40-M30E2-09185-BE7WF"
FORM, PAGE, GO_ON, REFUSED, DISCARD = (
    f"/portal/import{end}" for end in ("", "/1", "/1/go-on", "/1/refused", "/1/discard")
)
MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)
HEAD = "Customer;Name;Product;Seats;Ends;Order;Notes;Status;Sales rep\r\n"
GOOD = (
    "Ada@Example.com;Ada Ltd.;demo-cad;5;31.12.2039;po 7;Was key AB-12;on hold;Kim\r\n"
    'ada@example.com;;demo-cad;;;;"two\nlines";;\r\n'
    "müller@prüf.example;Müller & Söhne;;;;;;;\r\n"
)
BAD = (
    "nobody;;demo-cad;;;;;;\r\n"
    "eve@example.com;;demo-cad;many;;;;;\r\n"
    "eve@example.com;;demo-cad;1;3/4/2027;;;;\r\n"
    "eve@example.com;;unknown;1;;;;;\r\n"
    "eve@example.com;;demo-cad;1;;;;paused;\r\n"
    "eve@example.com;;demo-cad;1;;;;;;;one;more\r\n"
)


@pytest.fixture
def desk(vendor) -> Visitor:
    return staff(vendor, role=Role.MANAGER)


def upload(desk: Visitor, content: bytes | str, **values: str):
    sent = content if isinstance(content, bytes) else content.encode()
    return desk.post(FORM, file=(io.BytesIO(sent), "old system.csv"), **values)


def imported(desk: Visitor, content: bytes | str, **values: str) -> str:
    """Import a file by the buttons of its pages, and return the last one."""
    assert upload(desk, content, **values).location == PAGE
    for _ in range(20):
        page = desk.get(PAGE)
        if GO_ON not in page.text:
            return page.text
        assert desk.post(GO_ON).location == PAGE
    raise AssertionError("the import does not come to its end")


def licenses() -> list[tuple]:
    with reading() as session:
        found = session.scalars(select(License).order_by(License.id)).all()
        return [
            (
                one.customer and one.customer.email,
                one.seats,
                str(one.last_day),
                one.order_reference,
                one.status,
            )
            for one in found
        ]


def test_a_file_is_looked_at_first_and_then_imported(desk):
    page = desk.get(upload(desk, HEAD + GOOD).location).text
    assert "Import 3 rows?" in page
    assert "2 licenses to issue" in page
    assert "2 customers, of whom some may be known already" in page
    assert '<bdi translate="no">Sales rep</bdi>' in page
    assert not licenses()
    desk.post(GO_ON)
    page = desk.get(PAGE).text
    assert "3 rows imported" in page
    assert "2 customers added" in page
    assert licenses() == [
        ("ada@example.com", 5, "2039-12-31", "PO 7", "suspended"),
        ("ada@example.com", 1, "None", None, "active"),
    ]
    with reading() as session:
        names = session.scalars(select(Customer.name).order_by(Customer.id)).all()
        assert names == ["Ada Ltd.", "Müller & Söhne"]
        notes = session.scalars(select(License.notes).order_by(License.id)).all()
        assert notes == ["Was key AB-12", "two\nlines"]
        assert not session.scalars(select(CsvImportRow.place)).all()
    [begun], [ended] = events("import_begun"), events("import_ended")
    assert begun.detail == {"import": 1, "rows": 3}
    assert ended.detail == {"import": 1, "licenses": 2, "customers": 2, "refused": 0}
    assert len(events("license_issued")) == 2
    assert len(events("license_suspended")) == 1


def test_rows_with_errors_are_given_back_with_the_reason_and_can_be_imported_once_corrected(desk):
    page = imported(desk, HEAD + BAD + GOOD)
    assert "3 rows imported" in page
    assert "6 rows with errors" in page
    file = desk.post(REFUSED).get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    codes = [row["error_code"] for row in rows]
    assert codes == [
        *("malformed_email", "malformed_seats", "malformed_terms", "unknown_product", "malformed_status"),
        "malformed_csv",
    ]
    assert [row["line"] for row in rows] == ["2", "3", "4", "5", "6", "7"]
    # Nothing of a row is lost, and nothing comes under another head.
    assert rows[5][None] == ["", "one", "more"]
    assert "Write the date as 2027-12-31." in rows[2]["error"]
    corrected = file.replace("nobody,", "eve@example.com,")
    assert upload(desk, corrected).location == "/portal/import/2"
    assert "Import 1 row?" in (page := desk.get("/portal/import/2").text)
    # Its columns of ours are no news, and do not come twice.
    assert "error_code</bdi>" not in page
    again = desk.post("/portal/import/2/refused").get_data().decode("utf-8-sig")
    assert again.splitlines()[0].count("error_code") == 1


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + GOOD).encode("utf-8-sig"),
        b"\xff\xfe" + (HEAD + GOOD).replace(";", "\t").encode("utf-16-le"),
        (HEAD + GOOD).encode("utf-16-be"),
        (HEAD + GOOD).encode("windows-1252"),
        ("sep=;\r\n" + HEAD + GOOD).encode(),
        (HEAD + GOOD).replace("\r\n", "\r").replace(";", ",").encode(),
    ],
    ids=["utf-8 with mark", "utf-16", "utf-16 without mark", "windows", "sep", "old mac, commas"],
)
def test_what_spreadsheets_write_is_read(desk, content):
    assert "3 rows imported" in imported(desk, content)
    with reading() as session:
        assert "Müller & Söhne" in session.scalars(select(Customer.name)).all()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a CSV file with at least one row"),
        (b"email,product\r\n", "no row below its header"),
        (b"PK\x03\x04 and more", "This is a workbook."),
        (b"email\r\na@b.example\0", "isn’t CSV"),
        (b"\xff\xfe\x00\xd8\x00", "characters can’t be read"),
        (b'email\r\n"a@b.example\r\n', "Line 2 can’t be read"),
        (b"first,second\r\n1,2\r\n", "The first line must name the columns"),
        (b"email,customer\r\na@b.example,a@b.example\r\n", "Two columns are for the same"),
        (b"email\r\n" + b"a@b.example\r\n" * 4, "more than 3 rows"),
        (b"email" + b",x" * 100 + b"\r\na@b.example\r\n", "more than 100 columns"),
        (b"x" * 70_000, "larger than 0 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_beside_its_field(desk, monkeypatch, content, sentence):
    monkeypatch.setattr(csv_files, "MOST_ROWS", 3)
    monkeypatch.setattr(csv_files, "MAX_BYTES", 60_000)
    answer = upload(desk, content)
    assert answer.status_code in (400, 413)
    assert sentence in answer.text
    assert 'id="file-fault"' in answer.text


def test_a_file_that_is_far_too_large_is_answered_in_our_own_words(desk, monkeypatch):
    monkeypatch.setattr(importing_pages, "MAX_FORM_BYTES", 10_000)
    answer = upload(desk, b"x" * 20_000)
    assert answer.status_code == 413
    assert "This file is larger than 10 MB." in answer.text


def test_what_was_downloaded_here_can_be_imported_by_another_server(desk, vendor):
    key = vendor.issue(customer="ada@example.com", seats=3).text
    table = desk.post("/portal/licenses/export", everything="1", format="csv").get_data()
    page = imported(desk, table)
    assert "No row can be imported" in page
    assert "Another license has or had this activation key." in page
    other = table.decode("utf-8-sig").replace(key, FRESH)
    assert upload(desk, other).location == "/portal/import/2"
    desk.post("/portal/import/2/go-on")
    with reading() as session:
        assert session.scalars(select(License.activation_key).order_by(License.id)).all() == [key, FRESH]


def test_a_key_of_another_system_and_one_that_comes_twice_are_refused(desk):
    rows = f"email,product,activation_key\r\na@b.example,demo-cad,{FRESH}\r\na@b.example,demo-cad,{FRESH}\r\n"
    page = imported(desk, rows + "a@b.example,demo-cad,AB-12-CD\r\n")
    assert "1 row imported" in page
    assert '<code class="muted" translate="no">activation_key_exists</code>' in page
    assert '<code class="muted" translate="no">foreign_activation_key</code>' in page
    assert len(licenses()) == 1


def test_rows_without_a_product_are_for_the_one_that_was_chosen(desk):
    assert "1 row imported" in imported(desk, "email\r\nada@example.com\r\n", product="demo-cad")
    assert licenses() == [("ada@example.com", 1, "None", None, "active")]


def test_the_same_file_is_not_imported_twice_without_a_warning(desk):
    imported(desk, HEAD + GOOD)
    assert "This file was imported before" in desk.get(upload(desk, HEAD + GOOD).location).text


def test_a_file_can_be_discarded_until_its_import_begins(desk):
    upload(desk, HEAD + GOOD)
    assert desk.post(DISCARD).location == FORM
    assert "no longer kept" in desk.get(PAGE).text
    # A page that was left open begins no other file.
    page = upload(desk, HEAD + GOOD).location
    assert desk.post(GO_ON).status_code == 404
    desk.post(f"{page}/go-on")
    answer = desk.post(f"{page}/discard")
    assert answer.status_code == 409
    assert "This import has started." in answer.text


def test_an_import_that_was_interrupted_goes_on_where_it_ended(desk, vendor, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK_SECONDS", 0)
    upload(desk, HEAD + "".join(f"c{number}@example.com;;demo-cad;;;;;;\r\n" for number in range(70)))
    assert importing.go_on(1, by=MANAGER, seconds=0).done == len(licenses()) == 50
    page = desk.get(PAGE).text
    assert 'max="70" value="50"' in page
    assert "50 of 70 rows done" in desk.get(FORM).text
    sent = {"csrf_token": desk.csrf}
    answer = desk.client.post(GO_ON, data=sent, headers={"Accept": "application/json"})
    assert answer.json == {"done": 70, "wanted": 70}
    assert "70 rows imported" in desk.get(PAGE).text
    assert len(licenses()) == 70
    # Whoever pressed the button twice changes nothing.
    desk.post(GO_ON)
    assert len(licenses()) == len(events("import_ended")) * 70 == 70


def test_what_is_kept_of_an_import_is_forgotten_after_a_week(desk, vendor):
    imported(desk, HEAD + BAD)
    with transaction() as session:
        imports.forget(session, vendor.clock.now + imports.KEPT - timedelta(minutes=1))
    assert "6 rows with errors" in desk.get(PAGE).text
    with transaction() as session:
        imports.forget(session, vendor.clock.now + imports.KEPT)
    assert desk.get(PAGE).status_code == 404


def test_who_may_not_issue_may_not_import(vendor):
    support = staff(vendor, role=Role.SUPPORT)
    assert support.get(FORM).status_code == 403
    support.form_page = "/portal/licenses"
    assert upload(support, HEAD + GOOD).status_code == 403


def test_the_example_file_can_be_imported(desk):
    example = desk.get("/portal/import/example.csv").get_data()
    assert "3 rows imported" in imported(desk, example)
    assert len(licenses()) == 2


def test_whom_a_proxy_sends_with_a_file_that_is_too_large_is_told_so(desk):
    answer = desk.get("/portal/too-large")
    assert answer.status_code == 413
    assert "This file is too large to be uploaded." in answer.text

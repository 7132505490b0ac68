"""The audit: filtered by kind and days, and saved as a table that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from keyferry.server.core import audit, forgetting, lists
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import audited, listings
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.db import transaction
from tests.workbooks import table_of


def record(vendor, event: str, days: int = 0, who: str | None = "grace", **more) -> None:
    with transaction() as session:
        when = vendor.clock.now + timedelta(days=days)
        audit.record(session, event=event, by=By(Channel.COMMAND_LINE, who), now=when, **more)


def table(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_events_are_filtered_by_kind_and_by_days_both_of_which_count(vendor, desk):
    for days in (-3, -2, -1):
        record(vendor, "license_renewed", days, detail={"days": 100 + days})
    record(vendor, "license_suspended", -2)
    page = desk.get("/portal/audit?event=license_renewed").text
    assert "CSV of these 3" in page
    # Each filter that is on is a way back to the list without it.
    assert re.search(r'href="/portal/audit".*License renewed.*Remove this filter', page)
    page = desk.get("/portal/audit?event=license_renewed&since=2026-11-22&until=2026-11-23").text
    assert "CSV of these 2" in page
    assert "97 days" not in page
    assert 'href="/portal/audit?event=license_renewed"' in page
    assert "CSV of these 1<" in desk.get("/portal/audit?until=2026-11-21").text


@pytest.mark.parametrize("asked", ["since=yesterday", "until=2026-99-99", "page=x", "until=9999-12-31"])
def test_days_that_are_none_are_taken_as_not_said(vendor, desk, asked):
    record(vendor, "license_renewed", detail={"days": 30})
    assert "Renewed by" in desk.get(f"/portal/audit?{asked}").text


def test_a_filter_that_finds_nothing_says_what_to_do(desk):
    assert "Try fewer filters" in desk.get("/portal/audit?event=nothing").text
    assert "audit.csv" not in desk.get("/portal/audit?event=nothing").text


def test_what_is_filtered_is_saved_as_a_table(vendor, desk):
    record(vendor, "license_renewed", who="Grace, “the boss”", detail={"days": 30})
    record(vendor, "release_refused", code="wrong_deactivation_code", activation_key_ending="ABCDE")
    page = desk.get("/portal/audit?channel=command_line&event=license_renewed").text
    assert 'href="/portal/audit.csv?channel=command_line&amp;event=license_renewed"' in page
    answer = desk.get("/portal/audit.csv?channel=command_line")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-11-24.csv"'
    refused, renewed, *_ = table(answer)
    assert refused["what happened"] == "Release refused"
    assert refused["refused because"] == "wrong verification code"
    assert refused["activation key ends in"] == "ABCDE"
    assert (renewed["who"], renewed["detail"]) == ("Grace, “the boss”", '{"days": 30}')
    assert renewed["at (UTC)"] == "2026-11-24T12:00:00"
    assert {row["channel"] for row in table(answer)} == {"Command line"}


def test_a_workbook_has_the_same_as_texts_that_excel_opens_in_columns(vendor, desk):
    record(vendor, "license_renewed", who="=1+1", detail={"name": "Ünal; 測定室, \t“x”"})
    address = "/portal/audit.xlsx?event=license_renewed"
    assert f'href="{address}"' in desk.get("/portal/audit?event=license_renewed").text
    answer = desk.get(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-11-24.xlsx"'
    [row], [same] = table_of(answer.get_data()), table(desk.get(address.replace("xlsx", "csv")))
    assert row["who"] == "=1+1"
    assert row | {"who": ""} == same | {"who": ""}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(“x”)"])
def test_no_cell_is_a_formula(vendor, desk, name):
    record(vendor, "license_renewed", who=name)
    [row] = table(desk.get("/portal/audit.csv?event=license_renewed"))
    assert row["who"] == f"'{name}"


def test_a_long_audit_comes_in_pieces_and_whole(vendor, desk, monkeypatch):
    def three_at_most(*arguments, size, **more):
        assert size > 3
        pieces.append(before_these(*arguments, size=3, **more))
        return pieces[-1]

    pieces, before_these = [], listings.audit_events_before
    monkeypatch.setattr(listings, "audit_events_before", three_at_most)
    for number in range(10):
        record(vendor, "license_renewed", detail={"number": number})
    rows = table(desk.get("/portal/audit.csv?event=license_renewed"))
    assert [row["detail"] for row in rows] == [f'{{"number": {number}}}' for number in reversed(range(10))]
    assert list(map(len, pieces)) == [3, 3, 3, 1, 0]


def test_an_address_that_was_forgotten_is_nowhere(vendor, desk):
    seen_from = By(Channel.PHONE, address="192.0.2.7")
    with transaction() as session:
        for days in (100, 1):
            when = vendor.clock.now - timedelta(days=days)
            audit.record(session, event=Event.ACTIVATION_REFUSED, by=seen_from, now=when, code="no_seat_left")
    path = "/portal/audit{}?event=activation_refused"
    assert desk.get(path.format("")).text.count(">192.0.2.7<") == 2
    with transaction() as session:
        forgetting.forget(session, vendor.clock.now)
    page = desk.get(path.format("")).text
    assert (page.count(">192.0.2.7<"), page.count("Activation refused, no seats left")) == (1, 2)
    assert "None" not in page
    assert [row["address"] for row in table(desk.get(path.format(".csv")))] == ["192.0.2.7", ""]


def test_an_event_is_told_as_a_sentence_below_its_day(vendor, desk):
    record(vendor, "mail_sent", -400, who=None)
    record(vendor, "license_renewed", -400, detail={"expires": "2027-12-27"})
    record(vendor, "property_set", -1, detail={"property": "options/x", "before": 0, "after": 12})
    key = vendor.issue(customer="ada@example.com")
    machine = vendor.machine(key, "LAB-PC-07")
    vendor.activate(machine)
    vendor.release(machine, Forced("the mainboard died"))
    page = desk.get("/portal/audit").text
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "Released LAB-PC-07 without a code: “the mainboard died”" in said
    assert "Activated LAB-PC-07 on a new seat" in said
    assert "Changed options/x from 0 to 12" in said
    assert "Renewed until Dec 27, 2027" in said
    days = re.findall(r'scope="rowgroup">([^<]+)<', page)
    assert days[:3] == ["Today, November 24", "Yesterday, November 23", "Monday, October 20, 2025"]
    assert 'href="/portal/computers/1"' in page
    assert f'title="{key.text}" href="/portal/licenses/1"' in page


def test_views_say_how_many_events_they_have_and_what_they_are_about(vendor, desk, monkeypatch):
    record(vendor, "release_refused", code="wrong_deactivation_code")
    record(vendor, "released_forced", detail={"reason": "it died"})
    record(vendor, "property_set", detail={"property": "options/x", "before": 0, "after": 12})
    page = desk.get("/portal/audit").text
    # One of those about settings and staff added ada.
    for view, count in (("Refused", 1), ("Without a code", 1), ("Settings and staff", 2)):
        assert f"{view} <span>{count}</span>" in page
    page = desk.get("/portal/audit?kind=settings").text
    assert "CSV of these 2<" in page
    assert "Staff member added" in page.partition("<table>")[2]
    assert "CSV of these 1<" in desk.get("/portal/audit?kind=releases&refused=1").text
    assert desk.get("/portal/audit?kind=nothing").status_code == 200
    # Of too many, only what an index counts is counted.
    monkeypatch.setattr(lists, "MOST", 2)
    page = desk.get("/portal/audit").text
    assert "All <span>2+</span>" in page
    assert "Refused <span>1</span>" in page
    assert "Without a code</a>" in page


def test_events_are_filtered_by_the_address_they_came_from_however_it_is_written(vendor, desk):
    for address in ("2001:db8::7", "192.0.2.7"):
        with transaction() as session:
            by = By(Channel.PHONE, address=address)
            audit.record(session, event=Event.LOOK_UP_REFUSED, by=by, now=vendor.clock.now, code="no_guess")
    page = desk.get("/portal/audit?address=2001:DB8:0::7").text
    assert "CSV of these 1<" in page
    assert "192.0.2.7" not in page


def test_every_event_belongs_to_one_kind():
    events = [event for kind in audited.KINDS.values() for event in kind]
    assert sorted(events) == sorted(Event)

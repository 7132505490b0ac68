"""Lists and figures of the portal once there is too much to be counted for each page."""

from __future__ import annotations

import csv
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from keyferry.server.core import kept_figures, lists, walks
from keyferry.server.core.models import Customer, KeptFigures, License
from keyferry.server.db import reading, transaction
from keyferry.server.services import figures
from tests.faces.portal_visitor import staff


@pytest.fixture
def desk(vendor):
    for name in ("ada", "grada", "grace"):
        vendor.issue(customer=f"{name}@example.com", seats=2)
    return staff(vendor)


def linked(page: str, rel: str) -> str:
    return re.search(rf'rel="{rel}" href="([^"]+)"', page)[1].replace("&amp;", "&")


def test_a_long_list_is_turned_beside_its_rows_and_says_at_least_how_many_there_are(desk, clock, monkeypatch):
    rows = [{"email": f"buyer-{number:03}@example.com", "created_at": clock.now} for number in range(120)]
    with transaction() as session:
        session.execute(insert(Customer), rows)
    monkeypatch.setattr(lists, "MOST", 70)
    first = desk.get("/portal/customers?q=buyer").text
    assert "70+ customers found" in first
    assert "Page 1<" in first
    assert 'rel="prev"' not in first
    second = desk.get(linked(first, "next")).text
    assert "buyer-050@example.com" in second
    assert "buyer-020@example.com" in second
    assert "Page 2<" in second
    third = desk.get(linked(second, "next")).text
    assert "buyer-000@example.com" in third
    assert 'rel="next"' not in third
    assert "buyer-050@example.com" in desk.get(linked(third, "prev")).text
    assert "buyer-119@example.com" in desk.get(linked(second, "prev")).text
    assert "buyer-119@example.com" in desk.get("/portal/customers?after=x&before=-1&page=7&q=buyer").text


def test_pages_whose_first_rows_fit_no_filter_are_empty_and_lead_to_what_does(vendor, clock, monkeypatch):
    desk, key = staff(vendor), vendor.issue(customer="zuse@example.com")
    vendor.activate(vendor.machine(key))
    rows = [{"email": f"buyer-{number:03}@example.com", "created_at": clock.now} for number in range(900)]
    with transaction() as session:
        session.execute(insert(Customer), rows)
    monkeypatch.setattr(lists, "MOST", 70)
    monkeypatch.setattr(walks, "LOOKED_AT", 1)
    page, turned = desk.get("/portal/customers?view=full&q=*example").text, 0
    while "zuse@example.com" not in page:
        assert "This page ends early" in page
        assert "No customers" not in page
        # Nothing is found yet, which is no number.
        assert "customers found" not in page
        assert "Show all" in page
        page, turned = desk.get(linked(page, "next")).text, turned + 1
    assert turned == 2
    assert "1+ customer found" in page


def test_of_a_customer_with_very_many_licenses_only_that_is_shown(vendor, desk, clock, monkeypatch):
    vendor.issue(customer="ada@example.com", seats=7, expires=clock.now.date() + timedelta(days=30))
    monkeypatch.setattr(lists, "MOST", 1)
    _, row = desk.get("/portal/customers?q=ada").text.split("<tbody>")
    assert "1+ licenses" in row
    assert row.count("—") == 3
    assert "of 9" not in row
    # Whoever takes the list along has the time to wait for all of it.
    [_, exported] = csv.reader(desk.post("/portal/customers/export?q=ada@").text.splitlines())
    assert exported[2:6] == ["2", "9", "0", "2026-12-24"]


def test_a_search_says_that_it_shows_beginnings_and_leads_to_all_that_holds_the_text(desk):
    page = desk.get("/portal/customers?q=ada").text
    assert "Only what begins with it is shown." in page
    assert "grada@example.com" not in page
    anywhere = re.search(r'href="([^"]+)">Search anywhere', page)[1]
    page = desk.get(anywhere).text
    assert "grada@example.com" in page
    assert "Only what begins with it is shown." not in page


@pytest.fixture
def large(monkeypatch) -> None:
    """Whatever is there is too much to be counted for each page."""
    monkeypatch.setattr(kept_figures, "MOST_AT_ONCE", 0)


def figured(desk) -> str:
    page = desk.get("/portal/").text
    return re.search(r'class="num c-count">(\d+)<', page)[1] + ("!" if "counted" in page else "")


def counted_anew() -> None:
    """Wait until what counts behind the pages has ended."""
    for thread in threading.enumerate():
        if thread.name == "keyferry-figures":
            thread.join(30)


def test_figures_of_large_tables_are_counted_once_in_a_while_and_say_when(vendor, desk, large):
    assert figured(desk) == "3!"
    vendor.issue()
    assert figured(desk) == "3!"
    vendor.clock.now += figures.FRESH
    # This page is not kept waiting, and the next one knows.
    assert figured(desk) == "3!"
    counted_anew()
    assert figured(desk) == "4!"
    vendor.issue()
    vendor.clock.now += timedelta(minutes=29)
    figured(desk)
    counted_anew()
    assert figured(desk) == "5!"


def test_views_of_customers_are_counted_once_in_a_while_where_there_are_many(vendor, desk, large):
    def all_of_them() -> str:
        page = desk.get("/portal/customers").text
        assert "Counted at" in page
        return re.search(r'aria-current="page">All <span>(\d+)<', page)[1]

    before = all_of_them()
    vendor.issue(customer="new@example.com")
    assert all_of_them() == before
    vendor.clock.now += figures.FRESH
    assert all_of_them() == before
    counted_anew()
    assert int(all_of_them()) == int(before) + 1


def test_a_system_without_a_thread_left_costs_no_page_and_the_next_one_counts(
    vendor, desk, large, monkeypatch, caplog
):
    assert figured(desk) == "3!"
    vendor.issue()
    vendor.clock.now += figures.FRESH
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        # What runs this test may start threads of its own.
        if thread.name == "keyferry-figures":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        for _ in range(2):
            assert figured(desk) == "3!"
    assert [record.getMessage() for record in caplog.records] == [
        "Figures stay as they are: the thread that counts them anew could not be started."
    ] * 2
    assert figured(desk) == "3!"
    counted_anew()
    assert figured(desk) == "4!"


@pytest.mark.parametrize("passed", [timedelta(days=3), -timedelta(days=3)], ids=["old", "of the future"])
def test_no_page_waits_for_figures_however_old_and_the_next_one_knows(vendor, desk, large, passed):
    assert figured(desk) == "3!"
    vendor.issue()
    vendor.clock.now += passed
    later = staff(vendor, "grace")
    assert figured(later) == "3!"
    counted_anew()
    assert figured(later) == "4!"


def test_figures_of_small_tables_are_those_of_now(vendor, desk):
    assert figured(desk) == "3"
    vendor.issue()
    assert figured(desk) == "4"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(KeptFigures)) == 0


def test_the_computers_of_a_product_are_counted_once_in_a_while_too(vendor, desk, large):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    page = desk.get("/portal/products/demo-cad").text
    assert "1 computer" in page
    assert "Computers counted" in page
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(License)) == 4

"""What every page of the portal asks for before it shows anything, and what of its frame is kept."""

from __future__ import annotations

import json
from functools import partial

import pytest

from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import db, transaction
from keyferry.server.faces.portal import frame
from tests.faces.portal_visitor import staff
from tests.listening import listen
from tests.server.plans import watched


@pytest.fixture
def desk(vendor):
    return staff(vendor)


def test_a_page_asks_who_is_there_and_how_the_vendor_looks_at_once(desk):
    desk.get("/portal/help")
    opened = []
    count = partial(opened.append, 1)
    listen(db.engine, "checkout", lambda *_: count())
    with watched() as asked:
        desk.get("/portal/help")
    tables = [statement.split("FROM ")[1].split()[0] for statement, _ in asked]
    assert tables == ["server_property", "operator_session", "brand_part"]
    assert len(opened) == 1


def test_what_is_kept_of_the_frame_is_the_roles_and_nobodys(vendor):
    """Whoever opens the pages first, others of the role see the same, and other roles what is theirs."""
    pages = {role: staff(vendor, f"name of {role}", role).get("/portal/help").text for role in Role}
    again = {role: staff(vendor, f"another {role}", role).get("/portal/help").text for role in Role}
    for role in Role:
        assert places(pages[role]) == places(again[role])
        assert f"name of {role}" not in again[role]
    assert "/portal/operators" in places(pages[Role.ADMINISTRATOR])
    assert "/portal/operators" not in places(pages[Role.VIEWER])
    assert "/portal/licenses/new" not in places(pages[Role.VIEWER])


def test_a_kept_part_follows_the_language_and_where_the_server_is(vendor):
    desk = staff(vendor)
    english = desk.get("/portal/help").text
    german = desk.client.get("/portal/help", headers={"Accept-Language": "de"}).text
    with vendor.app.test_request_context("/portal/help", environ_overrides={"SCRIPT_NAME": "/keys"}):
        elsewhere = frame.kept("palette_places", Role.VIEWER)
    assert places(desk.get("/portal/help").text) == places(english)
    # As JSON has it.
    assert json.dumps("Überall") in german
    assert json.dumps("Everywhere") in english
    assert '"href": "/keys/portal/licenses"' in elsewhere


def test_who_may_do_less_or_is_signed_out_sees_it_on_the_next_page(vendor, desk):
    assert "/portal/operators" in places(desk.get("/portal/help").text)
    with transaction() as session:
        operator = operators.find(session, "ada")
        operator.role = Role.VIEWER
    assert "/portal/operators" not in places(desk.get("/portal/help").text)
    with transaction() as session:
        sessions.end_all(session, operators.find(session, "ada"), now=vendor.clock.now)
    answer = desk.get("/portal/help")
    assert answer.status_code == 302
    assert answer.location.startswith("/portal/sign-in")


def places(page: str) -> str:
    """Where the palette of a page leads."""
    return page.split('id="palette-places">')[1].split("</script>")[0]

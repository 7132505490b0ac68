"""The operators' pages: what an administrator can do to others, and to nobody's harm."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from keyferry.server.core.models import Operator, OperatorSession, Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.authenticator import set_up
from tests.conftest import STAFF
from tests.faces.portal_visitor import Visitor, add_operator, staff

FRESH = "a new pass phrase"


@pytest.fixture
def visitor(vendor) -> Visitor:
    """Ada, administrator, on the page of grace, number 2."""
    visitor = staff(vendor)
    with transaction() as session:
        add_operator(session, "grace", Role.SUPPORT, vendor.clock.now)
    visitor.get("/portal/operators/2")
    return visitor


def grace() -> Operator:
    with reading() as session:
        return operators.find(session, "grace")


def done() -> list[tuple[str, str | None, dict | None]]:
    return [(event.event, event.who, event.detail) for event in events() if event.channel == "portal"]


def signed_in(vendor, name: str = "grace") -> Visitor:
    other = Visitor(vendor.app.test_client())
    assert other.sign_in(name).status_code == 302
    return other


def said(visitor: Visitor, answer) -> str:
    assert answer.status_code == 302, answer.text
    return re.search(
        r'<p class="note ok" role="status">.*?<span>([^<]+)</span>', visitor.get(answer.location).text
    )[1]


def test_the_list_shows_role_second_factor_last_seen_and_who_is_disabled(vendor, visitor):
    with transaction() as session:
        add_operator(session, "mallory", Role.VIEWER, vendor.clock.now)
        operators.disable(session, operators.find(session, "mallory"), by=STAFF, now=vendor.clock.now)
    set_up("grace")
    page = visitor.get("/portal/operators").text
    rows = {re.search(r'title="(\w+)"', row)[1]: row for row in page.split("<tr")[2:]}
    assert list(rows) == ["ada", "grace", "mallory"]
    assert "you" in rows["ada"]
    assert "Nov 24, 2026, 12:00" in rows["ada"]
    assert "Password only" in rows["ada"]
    assert "Second factor" in rows["grace"]
    assert "never" in rows["grace"]
    assert "1 of 2 people signs in with a password only." in page
    assert ">Disabled</span>" in rows["mallory"]


def test_an_operator_is_added_and_can_sign_in(vendor, visitor):
    values = {"name": "Hedy", "role": "manager", "new_password": FRESH}
    answer = visitor.post("/portal/operators", **values)
    assert said(visitor, answer) == "Hedy can now sign in with the password you set."
    assert Visitor(vendor.app.test_client()).sign_in("hedy", FRESH).location == "/portal/"
    assert ("operator_added", "ada", {"operator": "Hedy", "role": "manager"}) in done()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"name": ";"}, "name", "Use a name of up to 60"),
        ({"name": "GRACE"}, "name", "There’s already an operator named GRACE."),
        ({"role": "queen"}, "role", "Choose a role: administrator, manager, support, viewer."),
        ({"role": ""}, "role", "Choose a role"),
        ({"new_password": "short"}, "new_password", "Choose a password of 12 to 256"),
    ],
)
def test_what_is_wrong_with_a_new_operator_is_named_beside_its_field(visitor, values, field, sentence):
    typed = {"name": "hedy", "role": "viewer", "new_password": FRESH} | values
    answer = visitor.post("/portal/operators", **typed)
    assert answer.status_code in (400, 409)
    assert sentence in answer.text.split(f'id="add-{field}-fault"')[1]
    assert 'aria-labelledby="add-title" data-opened' in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert FRESH not in answer.text


def test_a_role_is_changed_and_counts_at_once(vendor, visitor):
    other = signed_in(vendor)
    assert other.get("/portal/audit").status_code == 403
    answer = visitor.post("/portal/operators/2/role", role="manager")
    assert said(visitor, answer) == "grace’s role is now manager."
    assert other.get("/portal/audit").status_code == 200
    detail = {"operator": "grace", "before": "support", "role": "manager"}
    assert ("operator_role_changed", "ada", detail) in done()
    assert "grace: support → manager" in visitor.get("/portal/audit").text


def test_a_role_that_is_none_is_refused_on_the_page_it_was_sent_from(visitor):
    answer = visitor.post("/portal/operators/2/role", role="queen")
    assert answer.status_code == 400
    assert "Choose a role" in answer.text.split('id="change-role-fault"')[1]
    assert grace().role == "support"


def test_a_password_is_reset_which_ends_the_sessions_and_keeps_the_second_factor(vendor, visitor):
    other = signed_in(vendor)
    set_up("grace")
    answer = visitor.post("/portal/operators/2/password", new_password="short")
    assert "Choose a password" in answer.text.split('id="reset-new_password-fault"')[1]
    answer = visitor.post("/portal/operators/2/password", new_password=FRESH)
    assert said(visitor, answer) == "grace has a new password and is signed out everywhere."
    assert other.get("/portal/").status_code == 302
    assert grace().totp_since is not None


def test_who_is_disabled_is_out_at_once_and_can_be_let_in_again(vendor, visitor):
    other = signed_in(vendor)
    answer = visitor.post("/portal/operators/2/disable")
    assert said(visitor, answer) == "grace is disabled and signed out everywhere."
    assert other.get("/portal/").status_code == 302
    assert Visitor(vendor.app.test_client()).sign_in("grace").status_code == 403
    answer = visitor.post("/portal/operators/2/enable")
    assert said(visitor, answer) == "grace can sign in again."
    signed_in(vendor)
    assert [event for event, _, _ in done() if event.startswith("operator_")] == [
        "operator_disabled",
        "operator_enabled",
    ]


def test_the_second_factor_of_who_lost_the_device_is_ended_and_they_are_signed_out(vendor, visitor):
    other = signed_in(vendor)
    set_up("grace")
    assert "End second factor…" in visitor.get("/portal/operators/2").text
    answer = visitor.post("/portal/operators/2/second-factor/end")
    assert said(visitor, answer) == "The second factor of grace has ended. They’re signed out everywhere."
    assert other.get("/portal/").status_code == 302
    assert grace().totp_secret is None
    assert ("second_factor_ended", "ada", {"operator": "grace"}) in done()
    assert "End second factor…" not in visitor.get("/portal/operators/2").text


def test_sessions_are_shown_with_device_address_and_time_and_ended_one_by_one_or_all(vendor, visitor):
    here, there = signed_in(vendor), signed_in(vendor)
    page = visitor.get("/portal/operators/2").text
    assert page.count('aria-label="Sign out ') == 2
    assert "127.0.0.1 · since <time" in page
    with reading() as session:
        first = min(
            session.scalars(select(OperatorSession.id).where(OperatorSession.operator_id == grace().id))
        )
    answer = visitor.post(f"/portal/operators/2/sessions/{first}/end")
    assert said(visitor, answer) == "grace is signed out of that session."
    assert (here.get("/portal/").status_code, there.get("/portal/").status_code) == (302, 200)
    answer = visitor.post("/portal/operators/2/sign-out")
    assert said(visitor, answer) == "grace is signed out everywhere."
    assert there.get("/portal/").status_code == 302
    assert "Not signed in right now." in visitor.get("/portal/operators/2").text
    assert ("operator_signed_out", "ada", {"operator": "grace", "role": "support"}) in done()


@pytest.mark.parametrize(
    "operation", ["role", "password", "disable", "enable", "second-factor/end", "sign-out"]
)
def test_nobody_does_to_themselves_what_is_for_others(visitor, operation):
    answer = visitor.post(f"/portal/operators/1/{operation}", role="viewer", new_password=FRESH)
    assert answer.status_code == 409
    assert "This is you." in answer.text
    assert visitor.get("/portal/").status_code == 200


def test_ones_own_session_is_not_ended_there(vendor, visitor):
    with reading() as session:
        [own] = sessions.live(session, operators.find(session, "ada"), now=vendor.clock.now)
    answer = visitor.post(f"/portal/operators/1/sessions/{own.id}/end")
    assert answer.status_code == 409
    assert "This is you." in answer.text


def test_a_session_of_another_operator_or_none_is_not_ended(vendor, visitor):
    with transaction() as session:
        add_operator(session, "hedy", Role.VIEWER, vendor.clock.now)
    for session in (1, 99):
        answer = visitor.post(f"/portal/operators/2/sessions/{session}/end")
        assert answer.status_code == 404
        assert "That session doesn’t exist." in answer.text


def test_who_is_no_longer_an_administrator_does_nothing_more_to_the_last_one(vendor, visitor):
    with transaction() as session:
        hedy = add_operator(session, "hedy", Role.ADMINISTRATOR, vendor.clock.now)
    other = signed_in(vendor, "hedy")
    other.get("/portal/operators")
    visitor.get(f"/portal/operators/{hedy.id}")
    assert other.post("/portal/operators/1/role", role="viewer").status_code == 302
    # Ada is a viewer now; whatever she sends is refused, and hedy stays.
    assert visitor.post(f"/portal/operators/{hedy.id}/disable").status_code == 403


def test_a_long_name_is_shown_whole(vendor, visitor):
    name = "x" * 60
    answer = visitor.post("/portal/operators", name=name, role="viewer", new_password=FRESH)
    assert f"{name} can now sign in" in visitor.get(answer.location).text


@pytest.mark.parametrize("csrf", ["", "stale"])
@pytest.mark.parametrize("path", ["/portal/operators", "/portal/operators/1/role", "/portal/properties"])
def test_a_refusal_shows_nobody_a_page_that_they_may_not_see(vendor, visitor, path, csrf):
    other = signed_in(vendor)
    other.get("/portal/")
    more = {"csrf_token": csrf} if csrf else {}
    answer = other.post(path, role="queen", group="options", **more)
    assert answer.status_code in (400, 403)
    assert "ada" not in answer.text
    assert "<form" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_what_a_role_may_is_told_in_a_sentence_of_the_language(desk):
    assert re.search(r"Can also [^<]*, and [^<,]*\.<", desk.get("/portal/operators").text)
    german = desk.client.get("/portal/operators", headers={"Accept-Language": "de"}).text
    assert re.search(r"Darf außerdem [^<]* und [^<,]*\.<", german)

"""What staff typed when their session ended stands in the form again once they have signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from keyferry.server.core.models import AuditEvent, KeptForm, Operator, Role
from keyferry.server.core.staff import kept_forms
from keyferry.server.core.staff.sessions import IDLE
from keyferry.server.db import reading, transaction
from tests.faces.portal_visitor import PASSWORD, Visitor, form_in, staff

TYPED = "Grüße, <b>Ada</b> & Co.\r\nZeile zwei"
# A page, where its form is sent, and what is typed into it.
FORMS = [
    ("/portal/mails/computer_key/en", "/portal/mails/computer_key/en", {"subject": "Ho", "text": TYPED}),
    ("/portal/licenses/new", "/portal/licenses/preview", {"email": "ada@example.com", "notes": TYPED}),
    ("/portal/customers/1", "/portal/customers/1/edit", {"name": "Ada King", "notes": TYPED}),
    ("/portal/licenses/1", "/portal/licenses/1/force-release", {"reason": "The disk died"}),
    ("/portal/add-product", "/portal/add-product", {"code": "tool-2", "name": "Tool & Co"}),
    ("/portal/licenses?q=ada", "/portal/licenses/views", {"name": "Adas & Co."}),
]


def count(table: type) -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def sign_in_again(visitor: Visitor, answer: TestResponse, name: str = "ada") -> TestResponse:
    """Follow to the sign-in, sign in as a person does, and return the page that comes."""
    assert answer.status_code == 303
    form = visitor.form_to("/portal/sign-in", on=answer.location)
    signed_in = visitor.post("/portal/sign-in", **form | {"name": name, "password": PASSWORD})
    return visitor.get(signed_in.location)


@pytest.fixture
def late(vendor) -> Visitor:
    """A browser whose form was open for longer than the session lasts."""
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com")))
    return staff(vendor)


@pytest.mark.parametrize(("page", "address", "typed"), FORMS)
def test_what_was_typed_stands_in_the_form_again_and_nothing_is_done(vendor, late, page, address, typed):
    form = late.form_to(address, on=page) | typed
    events = count(AuditEvent)
    vendor.clock.now += IDLE
    answer = late.post(address, **form)
    assert "what you typed is here again" in late.get(answer.location).text
    again = sign_in_again(late, answer)
    assert again.status_code == 200
    assert "Nothing has been done yet" in again.text
    shown = form_in(again, address)
    assert {name: shown.values[name] for name in typed} == typed
    # What came meanwhile is that somebody signed in.
    assert count(AuditEvent) == events + 1
    assert "signed out" not in late.post(address, **shown.values).text


def test_nobody_else_sees_it_and_it_is_kept_for_half_an_hour(vendor, late):
    page, address, typed = FORMS[1]
    form = late.form_to(address, on=page) | typed
    staff(vendor, "grace")
    vendor.clock.now += IDLE
    answer = late.post(address, **form)
    assert "Ada</b>" not in late.get(answer.location).text
    other = sign_in_again(late, answer, "grace")
    assert other.status_code == 404
    assert "someone else typed it" in other.text
    assert str(escape(TYPED.split("\r\n")[1])) not in other.text
    assert sign_in_again(late, answer).status_code == 200
    vendor.clock.now += kept_forms.KEPT
    late.sign_in()
    gone = late.get(answer.location.partition("next=")[2].replace("%2F", "/"))
    assert gone.status_code == 404
    # The way out that it names.
    assert late.get(page).status_code == 200


def test_secrets_are_not_kept(vendor, late):
    staff(vendor, "grace")
    form = late.form_to("/portal/operators", on="/portal/operators")
    vendor.clock.now += IDLE
    typed = form | {"name": "bob", "new_password": "a secret of bob’s", "role": "viewer"}
    again = sign_in_again(late, late.post("/portal/operators", **typed))
    shown = form_in(again, "/portal/operators", has="new_password").values
    assert (shown["name"], shown["new_password"]) == ("bob", "")
    assert late.post("/portal/account/password", password="one", new_password="two").status_code != 303


def test_a_role_that_may_not_do_it_any_more_is_told_so(vendor, late):
    page, address, typed = FORMS[4]
    form = late.form_to(address, on=page) | typed
    vendor.clock.now += IDLE
    answer = late.post(address, **form)
    with transaction() as session:
        staff_member = session.get_one(Operator, 1)
        staff_member.role = Role.VIEWER.value
    again = sign_in_again(late, answer)
    assert again.status_code == 403
    assert "Ask an administrator" in again.text


def test_only_a_page_of_the_session_that_ended_has_anything_kept(vendor, late):
    _, address, typed = FORMS[1]
    vendor.clock.now += IDLE
    stranger = Visitor(vendor.app.test_client())
    stranger.get("/portal/sign-in")
    assert stranger.post(address, **typed).status_code == 403
    assert late.post(address, **typed | {"csrf_token": "of another page"}).status_code == 403
    assert count(KeptForm) == 0


def test_only_the_latest_are_kept_and_the_worker_removes_them(vendor, late):
    page, address, typed = FORMS[1]
    form = late.form_to(address, on=page) | typed
    vendor.clock.now += IDLE
    for number in range(kept_forms.MOST + 3):
        answer = late.post(address, **form | {"notes": f"note {number}"})
    assert count(KeptForm) == kept_forms.MOST
    assert f"note {number}" in sign_in_again(late, answer).text
    with transaction() as session:
        kept_forms.forget(session, vendor.clock.now + kept_forms.KEPT - timedelta(seconds=1))
    assert count(KeptForm) == kept_forms.MOST
    with transaction() as session:
        kept_forms.forget(session, vendor.clock.now + kept_forms.KEPT)
    assert count(KeptForm) == 0


def test_what_was_asked_of_many_licenses_and_what_was_sought_come_back_too(vendor, late):
    chosen = {"action": "renew", "chosen": ["1"], "list": "q=ada"}
    form = dict(form_in(late.post("/portal/licenses/bulk", **chosen), "/portal/licenses/bulk/do").values)
    vendor.clock.now += IDLE
    again = sign_in_again(late, late.post("/portal/licenses/bulk/do", **form | {"days": "400"}))
    shown = form_in(again, "/portal/licenses/bulk/do").values
    assert {name: shown[name] for name in ("days", "chosen", "list")} == {
        "days": "400",
        "chosen": "1",
        "list": "q=ada",
    }
    vendor.clock.now += IDLE
    found = sign_in_again(late, late.post("/portal/find", sought="ada@exam"))
    assert 'name="q" value="ada@exam"' in found.text
    assert "ada@example.com" in found.text


# What an earlier release may have kept: an address that there is no longer, and one that has other parts now.
MOVED = [("portal.notes.save", {}), ("portal.changes.edit", {"key": "ABC"}), ("portal.customers.listing", {})]


@pytest.mark.parametrize(("endpoint", "arguments"), MOVED)
def test_what_was_typed_into_a_form_that_an_update_moved_is_shown_to_be_copied(
    vendor, late, endpoint, arguments
):
    values = [("email", "ada@example.com"), ("notes", TYPED), ("version", "12"), ("name", " ")]
    with transaction() as session:
        form = kept_forms.Form(endpoint, arguments, values)
        own = {"keyring": vendor.keyring, "now": vendor.clock.now}
        secret = kept_forms.keep(session, session.get_one(Operator, 1), form, **own)
    events = count(AuditEvent)
    page = late.get(f"/portal/typed/{secret}")
    assert page.status_code == 200
    assert "no longer on this server" in page.text
    assert "ada@example.com</textarea>" in page.text
    assert str(escape(TYPED)) in page.text
    assert page.text.count("<textarea") == 2
    assert count(AuditEvent) == events

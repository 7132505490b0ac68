"""What staff could once do beyond their role, or without a trace: tried again, on every channel."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Customer, License, OutboxMail, Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.db import reading
from keyferry.server.services import operations
from keyferry.server.services.operations import Typed
from keyferry.server.words.wording import detail_in_words
from tests.audit_log import events
from tests.faces import portal_visitor
from tests.workbooks import table_of

ADDRESS = "ada@example.com"


def customer_of(key: ActivationKey) -> str | None:
    with reading() as session:
        held = licenses.find(session, key).customer
        assert session.scalars(select(Customer.email)).all() == ([held.email] if held else [])
        return held.email if held else None


@pytest.mark.usefixtures("mail_works")
@pytest.mark.parametrize("channel", [Channel.PORTAL, Channel.CONSOLE])
@pytest.mark.parametrize("role", [one for one in Role if Permission.ACTIVATE in PERMISSIONS[one]])
def test_only_who_may_edit_a_license_sets_its_customer_by_activating(vendor, channel, role):
    """Support once gave a license to any address by the field that says where the key is mailed."""
    machine = vendor.machine(vendor.issue())
    by = By(channel, "grace", "192.0.2.7", role)
    typed = Typed(machine.activation_key.text, machine.computer_id.text)
    given = operations.activate(typed, by=by, email=ADDRESS, mails_key=True)
    assert given.mailed_to == ADDRESS
    with reading() as session:
        assert session.scalars(select(OutboxMail.recipient)).all() == [ADDRESS]
    may_edit = Permission.CHANGE_LICENSES in PERMISSIONS[role]
    assert customer_of(machine.activation_key) == (ADDRESS if may_edit else None)


def test_the_form_says_so_to_those_who_may_not(vendor):
    machine = vendor.machine(vendor.issue())
    with reading() as session:
        page = f"/portal/licenses/{session.scalars(select(License.id)).one()}"
    for role, customer in ((Role.SUPPORT, None), (Role.MANAGER, ADDRESS)):
        desk = portal_visitor.staff(vendor, role.value, role)
        said = "can’t set the license’s customer" in desk.get(page).text
        desk.post(f"{page}/activate", computer_id=machine.computer_id.text, email=ADDRESS)
        assert (said, customer_of(machine.activation_key)) == (customer is None, customer)


def test_no_list_of_activation_keys_is_downloaded_without_a_trace(vendor):
    """A viewer once took a thousand keys as a file, and the audit said nothing."""
    keys = [vendor.issue().text for _ in range(3)]
    desk = portal_visitor.staff(vendor, "victor", Role.VIEWER)
    with reading() as session:
        numbers = [str(number) for number in session.scalars(select(License.id))]
    rows = table_of(desk.post("/portal/licenses/export", chosen=numbers).get_data())
    assert {row["activation_key"] for row in rows} == set(keys)
    [event] = events(Event.LICENSES_EXPORTED)
    assert (event.who, event.channel, detail_in_words(event)) == ("victor", "portal", "3 licenses")


def test_every_other_file_that_the_portal_gives_is_written_down_or_holds_no_activation_key(vendor, desk):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    written = []
    for page in ("licenses/1/license-file", "computers/1/license-file", "products/demo-cad/profile"):
        before = len(events())
        answer = desk.post(f"/portal/{page}", computer_id=machine.computer_id.text)
        assert answer.headers["Content-Disposition"].startswith("attachment"), page
        written += [event.event for event in events()[before:]]
    assert written == [Event.ACTIVATED_SAME_SEAT, Event.ACTIVATED_SAME_SEAT, Event.PROFILE_EXPORTED]
    assert machine.activation_key.text not in desk.get("/portal/audit.csv").text

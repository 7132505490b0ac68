"""A link in a mail frees the seat of a computer that was set up again or died, once and within limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core.customers import records
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.licensing.release_limits import CLAIMS
from keyferry.server.core.models import Activation, Customer, OutboxMail, ReleaseLink
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Visitor
from tests.faces.ways_out import mailed_link

pytestmark = pytest.mark.usefixtures("mail_works")

ADA = "ada@example.com"


@pytest.fixture
def dead(vendor):
    """A computer that has the only seat and no longer runs."""
    machine = vendor.machine(vendor.issue(customer=ADA), "LAB-PC-07")
    vendor.activate(machine)
    return machine


def states() -> list[str | None]:
    with reading() as session:
        return list(session.scalars(select(Activation.ended_how).order_by(Activation.id)))


def waiting() -> int:
    with reading() as session:
        return len(list(session.scalars(select(OutboxMail).where(OutboxMail.delivered_at.is_(None)))))


def ask(app, machine, *, address: str = "192.0.2.7", **more: str):
    body = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text, **more}
    return app.test_client().post("/phone/v1/release-links", json=body, environ_base={"REMOTE_ADDR": address})


def test_a_new_computer_takes_the_seat_of_the_dead_one_in_one_go(vendor, visitor, dead, clock):
    new = vendor.machine(dead.activation_key, "LAB-PC-08")
    refused = visitor.fill_in("activate", **codes(new), computer_name="Bench 8")
    assert "All seats" in refused.words or "The only seat" in refused.words
    assert 'formaction="/self-help/release-link"' in refused.answer.text
    assert "Check your email" in visitor.post("release-link", **refused.form.values).words
    # The mail is opened elsewhere, such as on a phone.
    reader = Visitor(vendor.app, address="198.51.100.2")
    opened = reader.open(mailed_link(clock))
    assert "Which computer no longer needs its seat?" in opened.words
    assert "LAB-PC-07" in opened.words
    ending = new.computer_id.text[-5:]
    assert f"The seat then goes to Bench 8, with the computer ID ending in {ending}" in opened.words
    given = reader.send(opened.form, computer_id=dead.computer_id.text)
    assert given.key == vendor.activate(new).computer_key
    assert states() == ["claimed", None]
    done = events("released_claimed", "activated_new_seat")[1:]
    assert [event.channel for event in done] == ["self_help", "self_help"]


def test_opening_the_link_does_nothing_and_it_works_once(vendor, visitor, dead, clock):
    visitor.fill_in("release-link", activation_key=dead.activation_key.text)
    page = mailed_link(clock)
    forms = [visitor.open(page).form for _ in range(3)]
    assert states() == [None]
    assert "LAB-PC-07 is deactivated" in visitor.send(forms[0], computer_id=dead.computer_id.text).words
    for again in (visitor.send(forms[1], computer_id=dead.computer_id.text), visitor.open(page)):
        assert again.status == 404
        assert "This link no longer works" in again.words
        assert "/self-help/release-link" in again.read.links
    assert states() == ["claimed"]


def test_it_is_good_for_an_hour(visitor, dead, clock):
    visitor.fill_in("release-link", activation_key=dead.activation_key.text)
    page = mailed_link(clock)
    clock.now += timedelta(minutes=59)
    form = visitor.open(page).form
    clock.now += timedelta(minutes=1)
    assert visitor.send(form, computer_id=dead.computer_id.text).status == 404
    assert states() == [None]


def test_whoever_held_the_license_before_has_no_use_of_it(vendor, visitor, dead, clock):
    visitor.fill_in("release-link", activation_key=dead.activation_key.text)
    page = mailed_link(clock)
    with transaction() as session:
        license = licenses.find(session, dead.activation_key)
        license.customer = find_or_add_customer(session, "bob@example.com", now=clock.now)
    assert visitor.open(page).status == 404


def test_a_customer_who_is_deleted_leaves_no_link(visitor, dead, clock):
    visitor.fill_in("release-link", activation_key=dead.activation_key.text)
    with transaction() as session:
        customer = session.scalars(select(Customer).where(Customer.email == ADA)).one()
        records.delete(session, customer, by=STAFF, now=clock.now)
        assert list(session.scalars(select(ReleaseLink))) == []


def test_a_typed_computer_id_takes_no_seat_of_the_same_computer(app, vendor, dead):
    """A right tag is one guess in 32,768, and the seat is the victim's."""
    anew = vendor.machine(dead.activation_key, "LAB-PC-07")
    for operation in ("requests", "activations"):
        answer = app.test_client().post(f"/phone/v1/{operation}", json=codes(anew))
        assert (answer.status_code, answer.json["code"]) == (403, "replacement_needs_link")
        assert answer.json["release_link"] is True
    assert states() == [None]


def test_the_link_replaces_it_for_whoever_reads_the_customers_mail(app, vendor, visitor, dead, clock):
    anew = vendor.machine(dead.activation_key, "LAB-PC-07")
    assert ask(app, anew).json == {"waits": False}
    opened = visitor.open(mailed_link(clock))
    assert "Replace the computer ID" in opened.words
    assert visitor.send(opened.form).key == vendor.activate(anew).computer_key
    assert states() == ["claimed", None]


def test_where_no_computer_has_a_seat_any_more_the_link_activates(app, vendor, visitor, dead, clock):
    new = vendor.machine(dead.activation_key, "LAB-PC-08")
    ask(app, new)
    vendor.release(dead)
    assert visitor.send(visitor.open(mailed_link(clock)).form).key == vendor.activate(new).computer_key


def test_nothing_is_done_where_the_second_half_is_refused(app, vendor, visitor, dead, clock):
    ask(app, vendor.machine(dead.activation_key, "LAB-PC-08"))
    form = visitor.open(mailed_link(clock)).form
    vendor.change(dead.activation_key, licenses.suspend)
    refused = visitor.send(form, computer_id=dead.computer_id.text)
    assert "on hold" in refused.words
    assert states() == [None]
    vendor.change(dead.activation_key, licenses.resume)
    assert visitor.send(form, computer_id=dead.computer_id.text).key


def test_who_chooses_no_computer_is_asked_again(vendor, visitor, clock):
    key = vendor.issue(seats=2, customer=ADA)
    machines = [vendor.machine(key, name) for name in ("PC-1", "PC-2")]
    for machine in machines:
        vendor.activate(machine)
    visitor.fill_in("release-link", activation_key=key.text)
    form = visitor.open(mailed_link(clock)).form
    refused = visitor.send(form)
    assert refused.status == 400
    assert "Choose the computer whose seat to release." in refused.words
    assert visitor.send(refused.form, computer_id=machines[1].computer_id.text).status == 200
    assert states() == [None, "claimed"]


def test_such_releases_are_limited_like_others_without_a_code(vendor, visitor, clock):
    key = vendor.issue(seats=9, customer=ADA)
    machines = [vendor.machine(key, f"PC-{number}") for number in range(CLAIMS.per_license + 1)]
    for machine in machines:
        vendor.activate(machine)
    for number, machine in enumerate(machines):
        visitor.fill_in("release-link", activation_key=key.text)
        done = visitor.send(visitor.open(mailed_link(clock)).form, computer_id=machine.computer_id.text)
        assert done.status == (200 if number < CLAIMS.per_license else 403)
    assert "Transfer limit reached" in done.words


@pytest.mark.parametrize("why", ["no customer", "switched off", "no mail"])
def test_where_no_link_can_be_mailed_none_is_offered(app, vendor, visitor, switch, clock, why):
    key = vendor.issue(customer=None if why == "no customer" else ADA)
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    if why == "switched off":
        switch("customerSite/emailReleaseLinks", "false")
    if why == "no mail":
        clock.pass_days(1)
    anew, other = vendor.machine(key, "LAB-PC-07"), vendor.machine(key, "LAB-PC-08")
    answer = app.test_client().post("/phone/v1/activations", json=codes(anew))
    assert answer.json["code"] == "replacement_needs_vendor"
    refused = visitor.fill_in("activate", **codes(other))
    assert "Email me a link" not in refused.words
    assert ask(app, other).status_code in (403, 409)
    assert waiting() == 0
    if why != "no customer":
        assert "Replace a lost or reinstalled computer" not in visitor.open("").words


def test_the_form_on_a_server_without_mail_says_whom_to_ask(vendor, visitor, dead, clock):
    form = visitor.open("release-link").form
    form.values["activation_key"] = dead.activation_key.text
    clock.pass_days(1)
    for shown in (visitor.open("release-link"), visitor.send(form)):
        assert shown.status == 409
        assert "We can’t email a link" in shown.words
        assert "Ask the vendor to release the seat." in shown.words
        assert "your keys" not in shown.words
    vendor.release(dead, Forced("it died"))
    assert vendor.seats_used(dead.activation_key) == 0


def test_the_link_stands_nowhere_but_in_the_sealed_mail(visitor, dead, clock, caplog):
    visitor.fill_in("release-link", activation_key=dead.activation_key.text)
    with reading() as session:
        [link] = session.scalars(select(ReleaseLink))
        sealed = session.scalars(select(OutboxMail.sealed_text)).one()
    secret = mailed_link(clock).rpartition("/")[2]
    assert secret not in link.digest
    assert secret not in (sealed or "")
    assert secret not in caplog.text

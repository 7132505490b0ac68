"""Releasing what holds no seat is answered as done in every face, truthfully, and frees nothing twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.request_token import scan_url
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import license_changes
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import License, Role
from keyferry.server.core.staff import sessions
from keyferry.server.db import transaction
from keyferry.server.faces.console import wording
from keyferry.server.faces.console.access import Access
from keyferry.server.services.requests import Typed
from tests.conftest import Vendor
from tests.faces.portal_visitor import add_operator, form_in, staff
from tests.faces.visitor import Visitor
from tests.machines import Machine

REPLACED = "A later activation of "


@pytest.fixture(params=["released", "released by force", "superseded", "superseded, key replaced"])
def ended(request, vendor) -> tuple[Machine, bool]:
    """A computer that holds no seat any more, beside one that does; whether a later activation has its."""
    key = vendor.issue(seats=3)
    before = vendor.machine(key)
    machine = before.continuing()
    for one in (before, machine, vendor.machine(key, "ANOTHER")):
        vendor.activate(one)
    if request.param == "superseded":
        # An earlier state took the seat over.
        vendor.activate(before.continuing())
    elif request.param == "superseded, key replaced":
        vendor.clock.pass_days(1)
        vendor.change(key, license_changes.replace_key)
        with transaction() as session:
            new = session.scalars(select(License.activation_key)).one()
        # The wizard keeps the code of what the new key takes the place of, and offers to show it.
        vendor.activate(vendor.machine(ActivationKey.from_text(new)))
    else:
        vendor.release(machine, Forced("stolen") if "force" in request.param else None)
    return machine, "superseded" in request.param


def seats_used() -> int:
    with transaction() as session:
        return session.scalars(select(License.seats_used)).one()


def access(vendor: Vendor) -> Access:
    """The console's access with a manager at it."""
    by = By(Channel.CONSOLE, "grace")
    with transaction() as session:
        operator = add_operator(session, "grace", Role.MANAGER, vendor.clock.now)
        token = sessions.begin(session, operator, by=by, device=None, now=vendor.clock.now).token
    return Access("grace", Role.MANAGER, token, by)


def by_phone(vendor: Vendor, machine: Machine, *, superseded: bool) -> None:
    client = vendor.app.test_client()
    for operation in ("requests", "deactivations"):
        answer = client.post(f"/phone/v1/{operation}", json={"token": machine.deactivation_token})
        assert (answer.status_code, answer.json["state"]) == (200, "released")
        assert answer.json["superseded"] is superseded


def by_self_help(vendor: Vendor, machine: Machine, *, superseded: bool) -> None:
    typed = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}
    shown = Visitor(vendor.app).fill_in("deactivate", **typed, code=machine.code.text)
    assert shown.status == 200
    assert ("activated again later" in shown.words, "Its seat is already free" in shown.words) == (
        superseded,
        not superseded,
    )


def by_portal(vendor: Vendor, machine: Machine, *, superseded: bool) -> None:
    operator = staff(vendor)
    link = scan_url("https://keys.example.com", machine.deactivation_token)
    page = operator.post("/portal/link", link=link)
    assert page.status_code == 200
    filled = form_in(page, "/portal/licenses/1/release").values
    for where, values in (
        ("licenses/1/release", filled),
        ("licenses/1/force-release", filled | {"reason": "to be sure"}),
        ("computers/1/release", {"code": machine.code.text}),
        ("computers/1/force-release", {"reason": "to be sure"}),
    ):
        done = operator.post(f"/portal/{where}", **values)
        sentence = REPLACED if superseded else "its seat is free"
        assert (done.status_code, sentence in done.text) == (200, True), where


def by_console(vendor: Vendor, machine: Machine, *, superseded: bool) -> None:
    at_work = access(vendor)
    scanned = at_work.scanned(scan_url("https://keys.example.com", machine.deactivation_token))
    license = at_work.license(scanned.activation_key).license
    seat = at_work.release(Typed(license.activation_key, scanned.computer_id), scanned.code)
    assert (seat.already, REPLACED in wording.released(seat)) == (True, superseded)


@pytest.mark.parametrize("channel", [by_phone, by_self_help, by_portal, by_console])
def test_it_is_answered_as_done_and_no_seat_is_counted_twice(vendor, ended, channel):
    machine, superseded = ended
    before = seats_used()
    channel(vendor, machine, superseded=superseded)
    assert seats_used() == before


def test_on_the_command_line_too(vendor, ended, instance):
    machine, superseded = ended
    before = seats_used()
    codes = (machine.activation_key.text, machine.computer_id.text)
    for proof in ((machine.code.text,), ("--forced", "--reason", "to be sure")):
        said = instance("deactivate", *codes, *proof)
        assert (said.exit_code, "later activation" in said.stdout) == (0, superseded)
        said = instance("deactivate", *codes, *proof, "--json")
        assert said.json["outcome"] == "already_released"
    assert seats_used() == before


@pytest.fixture
def keyed_anew(vendor) -> Machine:
    """A computer with the only seat of license 1, taken with a key that was replaced since."""
    machine = vendor.machine(vendor.issue(seats=1))
    vendor.activate(machine)
    vendor.clock.pass_days(1)
    vendor.change(machine.activation_key, license_changes.replace_key)
    return machine


def test_staff_release_from_the_license_what_a_former_key_activated(vendor, keyed_anew):
    values = {"computer_id": keyed_anew.computer_id.text, "code": keyed_anew.code.text}
    assert "is free. Recorded as" in staff(vendor).post("/portal/licenses/1/release", **values).text
    assert seats_used() == 0


@pytest.mark.parametrize("field", ["computer_id", "code"])
def test_a_link_of_a_former_key_fills_the_dialog_of_its_license(vendor, keyed_anew, field):
    operator, link = staff(vendor), scan_url("https://keys.example.com", keyed_anew.deactivation_token)
    filled = form_in(
        operator.post("/portal/licenses/1/release", **{field: link}), "/portal/licenses/1/release"
    )
    assert filled.values["code"] == keyed_anew.code.text
    assert "is free. Recorded as" in operator.post("/portal/licenses/1/release", **filled.values).text
    assert seats_used() == 0


def test_a_link_of_a_former_key_releases_on_the_page_of_its_computer(vendor, keyed_anew):
    link = scan_url("https://keys.example.com", keyed_anew.deactivation_token)
    assert "is free" in staff(vendor).post("/portal/computers/1/release", code=link).text
    assert seats_used() == 0

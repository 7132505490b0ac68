"""Whoever does something, and on whatever channel: the audit log calls it by one name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.services.requests import Typed
from tests.audit_log import events
from tests.conftest import Vendor
from tests.faces.portal_visitor import staff
from tests.faces.test_nothing_to_release import access
from tests.faces.visitor import Visitor
from tests.machines import Machine
from tests.refusals import refusal_of

PAGE = "/portal/licenses/1"
# Customers do the first half of it.
STAFF_STORY = [
    Event.RELEASE_REFUSED,
    Event.ACTIVATED_NEW_SEAT,
    Event.ACTIVATION_REFUSED,
    Event.RELEASED_PROVEN,
    Event.LICENSE_RENEWED,
    Event.CHANGE_REFUSED,
    Event.LICENSE_SUSPENDED,
    Event.LICENSE_RESUMED,
]


def met() -> list[tuple[str, str]]:
    """Every event since the license was issued, with its channel."""
    return [(event.event, event.channel) for event in events(*STAFF_STORY)]


def post(vendor: Vendor, where: str, token: str) -> None:
    vendor.app.test_client().post(f"/phone/v1/{where}", json={"token": token})


def on_portal(vendor: Vendor, machine: Machine, keyferry: Callable[..., object]) -> None:
    desk, other = staff(vendor), vendor.machine(machine.activation_key, "OTHER")
    codes = {"computer_id": machine.computer_id.text}
    desk.post(f"{PAGE}/release", computer_id=other.computer_id.text, code=other.code.text)
    desk.post(f"{PAGE}/activate", **codes)
    desk.post(f"{PAGE}/activate", computer_id=other.computer_id.text)
    desk.post(f"{PAGE}/release", **codes, code=machine.code.text)
    for change in ({"days": "30"}, {"days": "0"}):
        desk.post(f"{PAGE}/renew", term="days", **change)
    desk.post(f"{PAGE}/suspend")
    desk.post(f"{PAGE}/resume")


def on_console(vendor: Vendor, machine: Machine, keyferry: Callable[..., object]) -> None:
    at_work, key = access(vendor), machine.activation_key.text
    other = vendor.machine(machine.activation_key, "OTHER")
    typed = Typed(key, machine.computer_id.text)
    nothing_more = {"email": "", "mails_key": False, "notes": "", "reason": ""}
    refusal_of(at_work.release, Typed(key, other.computer_id.text), other.code.text)
    at_work.activate(typed, **nothing_more)
    refusal_of(at_work.activate, Typed(key, other.computer_id.text), **nothing_more)
    at_work.release(typed, machine.code.text)
    at_work.renew(key, Terms(days=30))
    refusal_of(at_work.renew, key, Terms(days=0))
    at_work.suspend(key)
    at_work.resume(key)


def on_command_line(vendor: Vendor, machine: Machine, keyferry: Callable[..., object]) -> None:
    key, computer_id = machine.activation_key.text, machine.computer_id.text
    other = vendor.machine(machine.activation_key, "OTHER")
    for command in (
        ("deactivate", key, other.computer_id.text, other.code.text),
        ("activate", key, computer_id),
        ("activate", key, other.computer_id.text),
        ("deactivate", key, computer_id, machine.code.text),
        ("license", "renew", key, "--days", "30"),
        ("license", "renew", key, "--expires", "2999-01-01"),
        ("license", "suspend", key),
        ("license", "resume", key),
    ):
        keyferry(*command)


@pytest.mark.parametrize(
    ("face", "channel"),
    [
        (on_portal, Channel.PORTAL),
        (on_console, Channel.CONSOLE),
        (on_command_line, Channel.COMMAND_LINE),
    ],
)
def test_what_staff_do_is_called_the_same_everywhere(vendor, instance, face, channel):
    machine = vendor.machine(vendor.issue(days=365))
    face(vendor, machine, instance)
    assert met() == [(event, channel) for event in STAFF_STORY]


def by_phone(vendor: Vendor, machine: Machine, other: Machine) -> None:
    post(vendor, "deactivations", other.deactivation_token)
    post(vendor, "activations", machine.activation_token)
    post(vendor, "activations", other.activation_token)
    post(vendor, "deactivations", machine.deactivation_token)


def by_self_help(vendor: Vendor, machine: Machine, other: Machine) -> None:
    visitor = Visitor(vendor.app)
    codes = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}
    others = codes | {"computer_id": other.computer_id.text}
    visitor.fill_in("deactivate", **others, code=other.code.text)
    visitor.fill_in("activate", **codes)
    visitor.fill_in("activate", **others)
    visitor.fill_in("deactivate", **codes, code=machine.code.text)


@pytest.mark.parametrize(("face", "channel"), [(by_phone, Channel.PHONE), (by_self_help, Channel.SELF_HELP)])
def test_what_customers_do_is_called_the_same_everywhere(vendor, face, channel):
    machine = vendor.machine(vendor.issue())
    face(vendor, machine, vendor.machine(machine.activation_key, "OTHER"))
    assert met() == [(event, channel) for event in STAFF_STORY[:4]]

"""An operation is done only by whom its permission lets, and the audit log keeps who tried."""

from __future__ import annotations

import pytest

from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.services import (
    changes,
    customers,
    issuing,
    operations,
    outbox,
    products,
    settings,
    staff,
)
from keyferry.server.services.permission import permission_of, permitted
from tests.audit_log import refused_events

SERVICES = (changes, customers, issuing, operations, outbox, products, settings, staff)
# What customers do, who have no role: look up what they hold the key of, and ask for their keys.
FOR_ANYONE = {"look_up", "ask_for_license_keys"}


@permitted(Permission.SET_PROPERTIES)
def set_something(value: int, *, by: By) -> int:
    return value


@permitted(Permission.ACTIVATE, customers_too=True)
def activate_something(*, by: By) -> str:
    return by.channel


def refused() -> list[tuple[str, str | None, dict | None]]:
    return [(event.event, event.who, event.detail) for event in refused_events()]


@pytest.mark.parametrize("role", [*Role, None])
def test_the_role_decides_and_a_refusal_is_written_down(app, role):
    by = By(Channel.PORTAL, "ada", role=role)
    if role is not None and Permission.SET_PROPERTIES in PERMISSIONS[role]:
        assert (set_something(7, by=by), refused()) == (7, [])
        return
    with pytest.raises(NotAllowed, match="Ask an administrator"):
        set_something(7, by=by)
    assert refused() == [("permission_refused", "ada", {"wanted": str(Permission.SET_PROPERTIES)})]


@pytest.mark.parametrize("channel", list(Channel))
def test_customers_need_no_role_for_what_is_theirs_and_staff_do(app, channel):
    by = By(channel, address="192.0.2.7")
    if channel in (Channel.PHONE, Channel.SELF_HELP):
        assert activate_something(by=by) == channel
    else:
        with pytest.raises(NotAllowed):
            activate_something(by=by)
    with pytest.raises(NotAllowed):
        set_something(7, by=by)


@pytest.mark.parametrize("service", SERVICES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_entrance_names_its_permission(service):
    own = {
        name: one
        for name, one in vars(service).items()
        if callable(one)
        and not isinstance(one, type)
        and not name.startswith("_")
        and one.__module__ == service.__name__
        and "by" in one.__annotations__
    }
    assert own
    for name in own.keys() - FOR_ANYONE:
        assert isinstance(permission_of(own[name]), Permission), name

"""Operators, their passwords and roles."""

import itertools

import pytest

from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators, passwords, sessions
from keyferry.server.core.staff.roles import PERMISSIONS, Permission, may, refusal
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import NOON, STAFF
from tests.refusals import refused

PASSWORD = "correct horse battery"


def add(name: str = "Ada", role: Role = Role.ADMINISTRATOR, password: str = PASSWORD) -> None:
    with transaction() as session:
        operators.add(session, name, role, password, by=STAFF, now=NOON)


def refusal_of(operation, *arguments, **more) -> str:
    with pytest.raises(CoreError) as raised, transaction() as session:
        operation(session, *arguments, by=STAFF, now=NOON, **more)
    return raised.value.code


@pytest.mark.thorough
def test_a_password_is_kept_as_an_argon2id_hash_with_a_salt_of_its_own(app, full_price_passwords):
    one, other = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert passwords.fits(PASSWORD, one)
    assert not passwords.fits(PASSWORD + "x", one)
    assert not passwords.fits(PASSWORD, None)


@pytest.mark.parametrize("password", ["", "short", "x" * 257, "with a line\nbreak in it"])
def test_a_password_that_is_short_endless_or_unprintable_is_refused(app, password):
    assert refusal_of(operators.add, "ada", Role.VIEWER, password) == "malformed_password"


@pytest.mark.parametrize("name", ["", " ", "-ada", "a" * 61, "ada;", "ada\0"])
def test_a_name_without_meaning_is_refused(app, name):
    assert refusal_of(operators.add, name, Role.VIEWER, PASSWORD) == "malformed_operator_name"


def test_a_name_is_given_once_in_any_case_and_found_in_any_case(app):
    add("Ada")
    assert refusal_of(operators.add, " ADA ", Role.VIEWER, PASSWORD) == "operator_exists"
    with reading() as session:
        assert operators.find(session, "aDa").name == "Ada"
        assert [one.name for one in operators.everyone(session)] == ["Ada"]
        with refused("unknown_operator"):
            operators.find(session, "grace")


def test_the_last_administrator_stays_and_the_others_can_be_disabled(app):
    add("ada")
    add("grace")
    with transaction() as session:
        operators.disable(session, operators.find(session, "ada"), by=STAFF, now=NOON)
    with refused("last_administrator"), transaction() as session:
        operators.disable(session, operators.find(session, "grace"), by=STAFF, now=NOON)


@pytest.mark.parametrize("operation", ["reset", "disable"])
def test_a_new_password_and_a_disabling_end_every_session(app, operation):
    add("ada")
    add("grace", Role.SUPPORT)
    with transaction() as session:
        grace = operators.find(session, "grace")
        token = sessions.begin(session, grace, by=By(Channel.PORTAL, "grace"), device=None, now=NOON).token
    with transaction() as session:
        grace = operators.find(session, "grace")
        if operation == "reset":
            operators.reset(session, grace, "a new pass phrase", by=STAFF, now=NOON)
        else:
            operators.disable(session, grace, by=STAFF, now=NOON)
    with refused("signed_out"), reading() as session:
        sessions.find(session, token, now=NOON)


def test_each_operation_on_an_operator_is_in_the_audit_without_the_password(app):
    add("ada")
    add("grace", Role.VIEWER)
    with transaction() as session:
        operators.disable(session, operators.find(session, "grace"), by=STAFF, now=NOON)
        operators.reset(session, operators.find(session, "grace"), PASSWORD, by=STAFF, now=NOON)
    names = [event.event for event in events()]
    assert names == ["operator_added", "operator_added", "operator_disabled", "operator_reset"]
    assert events()[-1].detail == {"operator": "grace", "role": "viewer"}


def test_each_role_may_what_the_one_below_may_and_more():
    ladder = [Role.VIEWER, Role.SUPPORT, Role.MANAGER, Role.ADMINISTRATOR]
    for lower, higher in itertools.pairwise(ladder):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]
    assert PERMISSIONS[Role.ADMINISTRATOR] == set(Permission)


def test_who_may_not_learns_whom_to_ask_and_who_is_disabled_may_nothing(app):
    add("ada")
    add("grace", Role.SUPPORT)
    with reading() as session:
        grace = operators.find(session, "grace")
        assert may(grace, Permission.ACTIVATE)
        assert not may(grace, Permission.FORCE_RELEASE)
        grace.disabled_at = NOON
        assert not may(grace, Permission.SEE_LICENSES)
    refused = refusal(Role.SUPPORT, Permission.FORCE_RELEASE)
    assert (refused.code, "Ask an administrator" in str(refused)) == ("not_permitted", True)


def test_the_last_administrator_keeps_the_role_and_the_others_can_be_given_another(app):
    add("ada")
    add("grace")
    with transaction() as session:
        operators.change_role(session, operators.find(session, "ada"), Role.VIEWER, by=STAFF, now=NOON)
    with reading() as session:
        grace = operators.find(session, "grace")
    assert refusal_of(operators.change_role, grace, Role.MANAGER) == "last_administrator"
    with transaction() as session:
        ada = operators.find(session, "ada")
        operators.change_role(session, ada, Role.ADMINISTRATOR, by=STAFF, now=NOON)
        operators.change_role(session, operators.find(session, "grace"), Role.VIEWER, by=STAFF, now=NOON)


def test_a_disabled_administrator_may_be_given_another_role(app):
    add("ada")
    add("grace")
    with transaction() as session:
        grace = operators.find(session, "grace")
        operators.disable(session, grace, by=STAFF, now=NOON)
        operators.change_role(session, grace, Role.VIEWER, by=STAFF, now=NOON)
        operators.enable(session, grace, by=STAFF, now=NOON)
        assert (grace.role, grace.disabled_at) == ("viewer", None)

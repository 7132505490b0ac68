"""Server properties, and the limits that they set."""

from datetime import timedelta

import pytest

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.deactivation import Claimed, Forced, check, deactivate
from keyferry.server.core.licensing.release_limits import CLAIMS, RELEASES, check_period
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import NOON, STAFF
from tests.refusals import refusal_of


def put(name: str, text: str) -> None:
    with transaction() as session:
        properties.put(session, name, text, by=STAFF, now=NOON)


def test_every_property_has_its_default_until_it_is_set(app):
    with reading() as session:
        assert properties.read(session) == {name: one.default for name, one in PROPERTIES.items()}
    put("CUSTOMERSITE/showActivateLink", "No")
    put("options/maxReleaseCount", " 12 ")
    with reading() as session:
        values = properties.read(session)
        assert values["customerSite/showActivateLink"] is False
        assert values["options/maxReleaseCount"] == 12
        row = properties.stored(session)["options/maxReleaseCount"]
        assert (row.changed_at, row.changed_by) == (NOON, "ada")


def test_the_deactivation_code_is_asked_for_unlike_in_qlm_and_its_sentence_says_so():
    one = PROPERTIES["customerSite/showDeactivationVerificationCode"]
    assert one.default is True
    assert "QLM’s default is false" in one.sentence


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("customerSite/showActivateLink", "perhaps"),
        ("options/maxReleaseCount", "-2"),
        ("options/maxReleaseCount", "--1"),
        ("options/maxReleasePeriodInDays", "-1"),
        ("customerSite/preventDeactivationPeriod", "-1"),
        ("customerSite/preventDeactivationPeriod", "525601"),
        ("options/maxReleaseCount", "٣"),
        ("options/maxReleaseCount", "10001"),
        ("customerSite/customerSiteTitle", "a\nb"),
        ("customerSite/customerSiteTitle", "x" * 201),
        ("customerSite/customerSiteLogo", "javascript:alert(1)"),
        ("customerSite/privacyPolicyUrl", "ftp://example.com"),
        ("branding/supportEmail", "help"),
        ("branding/supportEmail", "a@b, c@d"),
        ("branding/supportEmail", "a..b@example.com"),
        ("branding/supportPhone", "call us"),
        ("branding/supportPhone", "- -"),
        ("branding/supportPhone", "1" * 41),
        ("branding/supportPhone", "٣٤٥"),
        ("branding/supportUrl", "http://example.com"),
        ("branding/supportUrl", "https://"),
        ("branding/supportUrl", "https://example.com/" + "x" * 200),
    ],
)
def test_a_value_of_another_type_is_refused_and_the_type_named(app, name, text):
    with pytest.raises(CoreError, match=f"{name} accepts ") as raised:
        put(name, text)
    assert raised.value.code == "malformed_property"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("branding/supportEmail", "Hilfe@müller.example"),
        ("branding/supportPhone", "+1 (555) 0142-7"),
        ("branding/supportPhone", "1" * 40),
        ("branding/supportUrl", "https://example.com/help?a=1"),
        ("branding/supportEmail", ""),
        ("branding/supportPhone", ""),
        ("branding/supportUrl", ""),
    ],
)
def test_whom_customers_ask_is_kept_as_it_was_typed(app, name, text):
    put(name, f" {text} ")
    with reading() as session:
        assert properties.read(session)[name] == text


def test_a_property_that_there_is_not_is_refused(app):
    assert refusal_of(put, "options/maxFun", "1") == "unknown_property"


def test_a_change_is_in_the_audit_and_the_same_value_again_is_none(app):
    put("options/maxReleaseCount", "12")
    put("options/maxReleaseCount", "12")
    [event] = events("property_set")
    assert event.detail == {"property": "options/maxReleaseCount", "before": 0, "after": 12}


def test_the_vendor_sets_how_many_releases_there_are_in_which_period(vendor):
    put("options/maxReleaseCount", "1")
    put("options/maxReleasePeriodInDays", "7")
    key = vendor.issue(seats=50)
    first, second = vendor.machine(key), vendor.machine(key, "another")
    for machine in (first, second):
        vendor.activate(machine)
    vendor.release(first)
    assert refusal_of(vendor.release, second) == "release_limit_reached"
    vendor.clock.pass_days(8)
    vendor.release(second)


def test_as_in_qlm_minus_one_is_no_limit_of_releases(vendor):
    put("options/maxReleaseCount", "-1")
    key = vendor.issue()
    for _ in range(RELEASES.per_license + RELEASES.per_seat + 1):
        machine = vendor.machine(key)
        vendor.activate(machine)
        vendor.release(machine)


def test_releases_without_proof_keep_their_limit_where_there_is_none_of_all(vendor):
    put("options/maxReleaseCount", "-1")
    key = vendor.issue()
    machines = [vendor.machine(key, f"PC-{number}") for number in range(CLAIMS.per_license + 1)]
    for machine in machines[:-1]:
        vendor.activate(machine)
        vendor.release(machine, Claimed())
    vendor.activate(machines[-1])
    assert refusal_of(vendor.release, machines[-1], Claimed()) == "release_limit_reached"


def test_the_vendor_sets_how_often_one_computer_is_activated_anew(vendor):
    put("options/maxActivationsPerSystem", "2")
    key = vendor.issue(seats=50)
    for _ in range(2):
        machine = vendor.machine(key)
        vendor.activate(machine)
        vendor.activate(machine)
        vendor.release(machine)
    assert refusal_of(vendor.activate, vendor.machine(key)) == "activation_limit_reached"
    vendor.activate(vendor.machine(key, "another"))


def test_self_help_releases_no_computer_that_was_activated_too_recently(vendor):
    put("customerSite/preventDeactivationPeriod", "90")
    key = vendor.issue(seats=2)
    machine, other = vendor.machine(key), vendor.machine(key, "another")
    vendor.activate(machine)
    vendor.activate(other)

    def by_self_help() -> str:
        with transaction() as session:
            by, now = By(Channel.SELF_HELP), vendor.clock.now
            checked = check(session, machine.request, Claimed(), keyring=vendor.keyring, by=by, now=now)
            return deactivate(session, checked, keyring=vendor.keyring, by=by, now=now).recorded

    assert refusal_of(by_self_help) == "deactivation_too_early"
    assert vendor.release(other, Forced("moved")).recorded == "forced"
    vendor.clock.now += timedelta(minutes=89)
    assert refusal_of(by_self_help) == "deactivation_too_early"
    vendor.clock.now += timedelta(minutes=1)
    assert by_self_help() == "claimed"


def test_the_minute_that_is_named_is_never_too_early(vendor):
    put("customerSite/preventDeactivationPeriod", "5")
    vendor.clock.now += timedelta(seconds=1)
    activation = vendor.activate(vendor.machine(vendor.issue())).activation
    with reading() as session, pytest.raises(CoreError, match=r"starting 2026-11-24 12:06 UTC\."):
        check_period(session, activation, vendor.clock.now)

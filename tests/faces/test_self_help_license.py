"""Self Help: how a license stands, shown to whoever holds its key."""

from __future__ import annotations

from datetime import date

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from tests.audit_log import refused_events
from tests.faces.test_self_help_activate import mistyped

NAMES = "customerSite/showComputersInLicenseInformation"


def test_seats_expiry_and_features_are_shown_and_the_key_only_by_its_last_group(vendor, visitor):
    key = vendor.issue(seats=5, expires=date(2027, 12, 31), features=("export", "cam"))
    vendor.activate(vendor.machine(key))
    shown = visitor.fill_in("license", activation_key=key.text.lower())
    assert shown.status == 200
    assert "1 of 5 seats in use Valid until Dec 31, 2027 Includes export, cam" in shown.words
    assert f"Activation key …{key.last_group}" in shown.words
    assert key.text not in shown.answer.text
    # What was typed goes along to what can be done next, and is shown nowhere.
    assert key.text.lower() not in shown.words


def test_days_that_wait_for_the_first_activation_are_shown_as_days(vendor, visitor):
    key = vendor.issue(days=30)
    assert "30 days after the first activation" in visitor.fill_in("license", activation_key=key.text).words
    vendor.activate(vendor.machine(key))
    assert "Valid until Dec 24, 2026" in visitor.fill_in("license", activation_key=key.text).words


def test_what_never_ends_and_has_no_extra_features_says_so(vendor, visitor):
    shown = visitor.fill_in("license", activation_key=vendor.issue().text)
    assert "Valid until no end date Includes no extra features" in shown.words


def test_an_ended_or_suspended_license_says_so(vendor, visitor):
    ended, held_back = vendor.issue(), vendor.issue()
    vendor.change(ended, licenses.renew, expires=date(2026, 11, 1))
    vendor.change(held_back, licenses.suspend)
    assert "It has expired." in visitor.fill_in("license", activation_key=ended.text).words
    assert "put it on hold" in visitor.fill_in("license", activation_key=held_back.text).words


def test_which_computers_hold_it_is_shown_only_where_the_vendor_wants_that(vendor, visitor, switch):
    key = vendor.issue(seats=3)
    gone = vendor.machine(key, "OLD-PC")
    vendor.activate(gone)
    vendor.release(gone)
    for name in ("LAB-PC-07", "<b>Bench</b>"):
        vendor.activate(vendor.machine(key, name))
    assert "LAB-PC-07" not in visitor.fill_in("license", activation_key=key.text).words
    switch(NAMES, "true")
    shown = visitor.fill_in("license", activation_key=key.text)
    assert "LAB-PC-07 since Nov 24, 2026" in shown.words
    assert "<b>Bench</b> since" in shown.words
    assert "OLD-PC" not in shown.words


def test_a_license_that_nobody_holds_has_no_computers(vendor, visitor, switch):
    switch(NAMES, "true")
    shown = visitor.fill_in("license", activation_key=vendor.issue().text)
    assert "No computer is using a seat now." in shown.words


def test_a_mistyped_key_is_offered_and_taken(vendor, visitor):
    key = vendor.issue()
    shown = visitor.fill_in("license", activation_key=mistyped(key.text))
    assert (shown.status, shown.form.is_wrong("activation_key")) == (400, True)
    assert visitor.take(shown).status == 200


@pytest.mark.parametrize("typed", ["", "???", "A" * 120])
def test_what_is_no_key_is_refused_and_comes_back(visitor, typed):
    shown = visitor.fill_in("license", activation_key=typed)
    assert (shown.status, shown.form.values["activation_key"]) == (400, typed)


def test_an_unknown_key_is_refused_and_in_the_audit_by_its_last_group(vendor, visitor):
    unknown = ActivationKey.generate(b"k" * 12)
    shown = visitor.fill_in("license", activation_key=unknown.text)
    assert (shown.status, shown.form.is_wrong("activation_key")) == (404, True)
    [event] = refused_events()
    assert (event.event, event.code) == ("look_up_refused", "unknown_activation_key")
    assert (event.channel, event.activation_key_ending) == ("self_help", unknown.last_group)

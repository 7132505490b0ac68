"""`keyferry license …`."""

from __future__ import annotations

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.services import issuing
from tests.conftest import STAFF


def test_an_issued_license_shows_everything_that_it_grants(vendor, done, issue):
    options = "--expires 2090-12-31 --lease-days 30 --feature cam --customer Ada@Example.com --order po-7"
    key = issue(*options.split())
    [shown] = done("license", "show", key)["licenses"]
    assert shown == {
        "activation_key": key,
        "product": "demo-cad",
        "product_name": "Demo CAD",
        "customer": "ada@example.com",
        "order": "PO-7",
        "seats": 2,
        "seats_used": 0,
        "expires": "2090-12-31",
        "days": None,
        "lease_days": 30,
        "features": ["cam"],
        "status": "active",
        "activations": [],
    }


def test_many_licenses_are_issued_at_once(vendor, done, instance):
    issued = done("license", "issue", "demo-cad", "--seats", "1", "--count", "20")["licenses"]
    assert len({license["activation_key"] for license in issued}) == 20
    lines = instance("license", "issue", "demo-cad", "--seats", "1", "--count", "3").stdout.splitlines()
    assert [ActivationKey.from_text(line).text for line in lines[-3:]] == lines[-3:]


def test_a_batch_that_was_named_goes_on_and_is_never_issued_twice(vendor, instance):
    asked = ("license", "issue", "demo-cad", "--seats", "1", "--count", "600", "--batch", "spring-2027")
    wanted = Wanted("demo-cad", 1, Terms(), count=600)
    begun = issuing.begin(wanted, batches.mark_of_name("spring-2027"), by=STAFF)
    assert begun.done < 600
    said = instance(*asked, "--json")
    assert (said.exit_code, said.stderr) == (0, "")
    keys = [license["activation_key"] for license in said.json["licenses"]]
    assert len(set(keys)) == 600
    assert instance(*asked).stdout.splitlines()[-600:] == keys
    assert instance(*asked[:-3], "3", *asked[-2:], "--json").refusal == "batch_differs"
    assert instance(*asked[:-1], "no spaces", "--json").refusal == "malformed_batch_name"


@pytest.mark.parametrize("position", range(6))
def test_json_may_stand_anywhere(vendor, instance, position):
    arguments = ["license", "issue", "demo-cad", "--seats=1", "--count=1"]
    arguments.insert(position, "--json")
    assert len(instance(*arguments).json["licenses"]) == 1


def test_a_license_that_has_ended_is_not_sold(vendor, instance):
    ended = ("--seats", "1", "--expires", "2021-01-01")
    assert instance("license", "issue", "demo-cad", *ended, "--json").refusal == "expiry_in_the_past"


def test_a_license_is_renewed_by_date_or_days(vendor, done, issue):
    key = issue("--expires", "2090-01-01")
    [renewed] = done("license", "renew", key, "--days", "10")["licenses"]
    assert renewed["expires"] == "2090-01-11"
    [renewed] = done("license", "renew", key, "--expires", "2080-01-01")["licenses"]
    assert renewed["expires"] == "2080-01-01"


def test_a_license_that_never_expires_gets_no_days(vendor, issue, instance):
    assert instance("license", "renew", issue(), "--days", "1", "--json").refusal == "license_never_expires"


def test_a_license_is_suspended_and_resumed(vendor, done, issue, instance):
    key = issue()
    machine = vendor.machine(ActivationKey.from_text(key))
    assert done("license", "suspend", key)["licenses"][0]["status"] == "suspended"
    assert instance("activate", key, machine.computer_id.text, "--json").refusal == "license_suspended"
    assert done("license", "resume", key)["licenses"][0]["status"] == "active"
    done("activate", key, machine.computer_id.text)


def test_an_expired_license_says_so(vendor, done, issue, instance):
    key = issue()
    done("license", "renew", key, "--expires", "2021-01-01")
    assert done("license", "show", key)["licenses"][0]["status"] == "expired"
    assert "keyferry license renew" in instance("license", "show", key).stdout


def test_a_mistyped_key_is_refused_with_what_was_probably_meant(vendor, issue, instance):
    key = issue()
    typed = ("2" if key[6] != "2" else "3").join((key[:6], key[7:]))
    said = instance("license", "show", typed, "--json")
    assert said.refusal == "malformed_activation_key"
    assert said.json["suggestion"] == key
    said = instance("license", "show", typed)
    assert (said.exit_code, len(said.stderr.splitlines())) == (1, 1)
    assert f"Did you mean {key}?" in said.stderr


def test_an_unknown_key_is_refused(vendor, instance):
    unknown = ActivationKey.generate(bytes(12)).text
    assert instance("license", "show", unknown, "--json").refusal == "unknown_activation_key"


def test_a_key_is_read_as_people_type_it(vendor, done, issue):
    key = issue()
    [shown] = done("license", "show", key.replace("-", " ").lower())["licenses"]
    assert shown["activation_key"] == key

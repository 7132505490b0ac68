"""A computer whose machine identifier changed: its earlier license is given up by a code that only claims."""

from dataclasses import replace

import pytest

from keyferry.protocol.openings import Level
from keyferry.wizard.errors import NotActivated
from keyferry.wizard.results import LicenseState


@pytest.fixture
def renewed(machine, key):
    """The same folder on a computer that has another identifier now; the license is of the earlier one."""
    machine.activate(key)
    return replace(machine, identifier="machine-1-set-up-anew")


def test_the_earlier_license_is_given_up_and_its_code_only_claims(machine, renewed, vendor, key):
    was = machine.control().status().computer_id
    assert renewed.control().status().state is LicenseState.WRONG_MACHINE
    released = renewed.control().deactivate_earlier(key)
    assert [code.level for code in released.codes] == [Level.CLAIM]
    assert released.computer_id == was
    vendor.accepts_code(released.code.text, was, key)
    assert renewed.control().show_earlier_code(key) == released
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_new_license_here_stays_when_the_earlier_one_is_given_up(renewed, key):
    renewed.activate(key)
    released = renewed.control().deactivate_earlier(key)
    status = renewed.control().status()
    assert status.state is LicenseState.ACTIVE
    assert status.computer_id != released.computer_id


def test_of_several_earlier_identifiers_the_one_used_last_is_given_up(machine, renewed, clock, key):
    first = machine.control().status().computer_id
    clock.advance(days=1)
    later = replace(machine, identifier="machine-1-for-a-while")
    later.activate(key)
    was = later.control().status().computer_id
    assert renewed.control().deactivate_earlier(key).computer_id == was
    assert machine.control().status().state is LicenseState.ACTIVE
    # The next call gives up the one before it, whose codes are then those that are shown again.
    clock.advance(minutes=1)
    released = renewed.control().deactivate_earlier(key)
    assert released.computer_id == first
    assert renewed.control().show_earlier_code(key) == released


@pytest.mark.parametrize("what", ["deactivate_earlier", "show_earlier_code"])
def test_nothing_earlier_is_said_to_be_so(machine, key, what):
    machine.activate(key)
    with pytest.raises(NotActivated) as refused:
        getattr(machine.control(), what)(key)
    assert refused.value.code == "nothing_earlier"


def test_what_is_there_is_not_said_to_be_missing(renewed, key):
    with pytest.raises(NotActivated, match="deactivate it first"):
        renewed.control().show_earlier_code(key)
    renewed.control().deactivate_earlier(key)
    with pytest.raises(NotActivated, match="If it was deactivated already"):
        renewed.control().deactivate_earlier(key)


def test_the_words_of_an_earlier_code_name_no_cause(run, licensed, key):
    # What the computer remembered is all there: the code only claims since nothing tells the two apart.
    code, said, _ = run("deactivate", key.text, "--earlier", machine_id="usb-0815")
    assert code == 0
    assert "can't prove that no copy of it runs on. " in " ".join(said.split())
    assert "remembered" not in said


def test_the_command_line_names_the_way_and_goes_it(run, run_json, fails, licensed, key):
    said = fails(5, "status", machine_id="usb-0815")
    assert "--earlier" in said
    code, answer = run_json("deactivate", key.text, "--earlier", machine_id="usb-0815")
    assert (code, answer["computer_id"]) == (0, licensed["computer_id"])
    assert run_json("show-code", key.text, "--earlier", machine_id="usb-0815") == (0, answer)
    assert "name the activation key" in fails(2, "deactivate", "--earlier", machine_id="usb-0815")

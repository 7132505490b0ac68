"""A license file is read as it arrives by the control and the command line, and stored in its one form."""

import json

import pytest

from keyferry.protocol.errors import LicenseFileRefused
from keyferry.wizard.results import LicenseState
from keyferry.wizard.terminal.nearby import license_files_nearby
from tests.protocol.vector_journeys import JOURNEYS, LOST


@pytest.fixture
def file(machine, vendor):
    return vendor.license_file(machine.control().begin(vendor.activation_key()))


@pytest.mark.parametrize("how", JOURNEYS)
def test_the_control_reads_what_arrives_and_stores_the_file_in_its_one_form(machine, file, how):
    arrived = JOURNEYS[how](file)
    machine.control().complete_from_file(arrived)
    assert json.loads(machine.state_file.read_text())["state"]["license"]["license_file"] == file
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_file_that_was_pasted_instead_of_a_key_is_read_too(machine, file):
    machine.control().complete("> " + file[:70] + "\r\n> " + file[70:])
    assert json.loads(machine.state_file.read_text())["state"]["license"]["license_file"] == file


@pytest.mark.parametrize("how", LOST)
def test_the_control_says_what_became_of_a_file(machine, file, how):
    code, lost = LOST[how]
    before = machine.state_file.read_bytes()
    with pytest.raises(LicenseFileRefused) as refused:
        machine.control().complete_from_file(lost(file))
    assert refused.value.code == code
    assert machine.state_file.read_bytes() == before


def test_a_piece_of_a_file_that_was_pasted_is_no_mistyped_key(machine, file):
    for piece in (file[:-1], file[:300]):
        with pytest.raises(LicenseFileRefused, match="part of this license file is missing"):
            machine.control().complete(piece)


def test_the_command_line_reads_what_arrives_and_says_what_became_of_it(run_json, machine, vendor, tmp_path):
    arriving = tmp_path / "X.LIC"
    machine.identifier = "usb-4711"
    file = vendor.license_file(machine.control().begin(vendor.activation_key()), expires=None)
    for how, (code, lost) in LOST.items():
        arriving.write_bytes(lost(file))
        # As a file, a picture is looked at for its QR code.
        wanted = "picture_not_readable" if how == "a picture" else code
        assert run_json("activate", "--file", str(arriving))[1]["code"] == wanted, how
    for how, made in JOURNEYS.items():
        arriving.write_bytes(made(file))
        assert run_json("activate", "--file", str(arriving))[0] == 0, how


@pytest.mark.parametrize("name", ["demo.lic", "X.LIC", "x.lic.txt", "Demo.Lic.TXT"])
def test_a_file_is_offered_under_each_name_that_it_may_have(machine, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("anything")
    (tmp_path / "notes.txt").write_text("anything")
    assert [path.name for path in license_files_nearby(machine.folder)] == [name]

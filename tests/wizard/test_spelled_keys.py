"""One answer to each spelling of a code, in the control and at the wizard's command line."""

import pytest

from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedCode
from tests.protocol.vector_spellings import READ, REFUSED


@pytest.mark.parametrize("style", Style)
def test_the_control_reads_every_spelling_and_guesses_nothing_in_a_text(machine, vendor, style):
    vendor.style = style
    key = vendor.activation_key()
    computer_key = vendor.computer_key(machine.control().begin(key))
    for spelled in REFUSED.values():
        with pytest.raises(MalformedCode):
            machine.control().begin(spelled(key.text))
        with pytest.raises(MalformedCode):
            machine.control().complete(spelled(computer_key))
    for how, spelled in READ.items():
        assert machine.control().begin(spelled(key.text)).activation_key == key, how
        completed = machine.control().complete(spelled(computer_key))
        assert (completed.computer_key, completed.corrections) == (computer_key, ()), how


def test_the_command_line_reads_every_spelling_and_refuses_the_others(run_json, key, issue):
    computer_key = issue(run_json("request", key.text)[1])
    for how, spelled in READ.items():
        assert run_json("request", spelled(key.text))[1]["activation_key"] == key.text, how
        assert run_json("activate", spelled(computer_key))[1]["computer_key"] == computer_key, how
    for how, spelled in REFUSED.items():
        assert run_json("request", spelled(key.text))[1]["code"] == "malformed_activation_key", how
        code, refused = run_json("activate", spelled(computer_key))
        assert (code, refused["code"]) == (1, "malformed_computer_key"), how

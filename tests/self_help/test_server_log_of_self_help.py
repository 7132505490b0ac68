"""What the real server writes down of the Self Help pages: no key and no code, however it came."""

from __future__ import annotations

from tests.end_to_end.test_server_log import traces
from tests.self_help.test_by_typing import codes, mistyped


def test_the_server_log_holds_nothing_of_what_was_typed_or_brought_by_an_address(house, customer):
    machine = house.short.machine(house.short.issue())
    key, computer_id, code = machine.activation_key.text, machine.computer_id.text, machine.code.text
    visitor = customer()
    visitor.open(f"activate?is_avkey={key}&is_pcid={computer_id}&is_file=1")
    visitor.send("activate")
    computer_key = visitor.key
    visitor.fill_in("license", activation_key=mistyped(key))
    visitor.open(f"deactivate?is_avkey={key}&is_pcid={computer_id}&is_deactcode={code}")
    visitor.send("deactivate")
    visitor.fill_in("activate", **codes(machine))
    log = house.log.read_text()
    assert log, "the server says at least that it has started"
    bare = log.replace("-", "").upper()
    secrets = {"activation key": key, "computer key": computer_key, "deactivation code": code}
    assert {
        name for name, secret in secrets.items() if any(trace in bare for trace in traces(secret))
    } == set()

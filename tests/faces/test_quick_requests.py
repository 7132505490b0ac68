"""Scanned activations are answered by the main thread of a process, which never waits for one of them."""

from __future__ import annotations

import json

from keyferry.server.faces.phone.quick import is_quick
from tests.faces.serving import environment, serving

__all__ = ["environment", "serving"]

PATIENCE = 20
HEAD = (
    b"POST /phone/v1/activations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 200\r\n\r\n"
)


def test_a_scanned_activation_is_quick_and_nothing_else_is(vendor):
    machine = vendor.machine(vendor.issue())
    as_the_page_sends_it = json.dumps({"token": machine.activation_token}, separators=(",", ":")).encode()
    others = (
        {"token": machine.deactivation_token},
        {"token": f"HTTPS://KEYS.EXAMPLE.COM/A#{machine.activation_token}"},
        {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text},
    )
    assert is_quick(bytearray(HEAD + as_the_page_sends_it))
    assert is_quick(bytearray(HEAD.replace(b"activations", b"requests") + as_the_page_sends_it))
    assert not is_quick(bytearray(HEAD.replace(b"POST /phone", b"POST /portal") + as_the_page_sends_it))
    assert not is_quick(bytearray(HEAD))
    assert not any(is_quick(bytearray(HEAD + json.dumps(one).encode())) for one in others)

"""What a person types ahead, or a program types for them, at a real terminal."""

import sys

import pytest

from tests.terminals import Terminal
from tests.wizard.terminal.test_opening import FULL_SCREEN, before

__all__ = ["before"]


@pytest.mark.parametrize("again", range(3))
def test_a_name_that_comes_with_tab_before_it_is_not_typed_into_the_key(machine, vendor, before, again):
    """In one piece, as a slow line or a program that types sends it."""
    key = vendor.activation_key()
    variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    with Terminal(sys.executable, "-c", FULL_SCREEN, *before, **variables) as terminal:
        terminal.wait_for("Activate this computer")
        terminal.press("\r")
        terminal.wait_for("five groups of five")
        # To the name, and back to the boxes of the key.
        terminal.press(f"\tNEW-PC-{again}\x1b[Z{key.text.lower()}")
        terminal.wait_for("has no typos")
        terminal.press("\r")
        terminal.wait_for("No phone?")
        terminal.press("\x11")
        assert terminal.ends_with() == 0
    begun = machine.control().pending()
    assert (begun.activation_key, begun.computer_name) == (key, f"NEW-PC-{again}")

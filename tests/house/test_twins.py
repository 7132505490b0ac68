"""What stands twice, since the console and the wizard may not import each other, stays the same."""

from __future__ import annotations


def test_both_programs_harden_their_terminals_alike(root):
    console, wizard = (
        root / folder / "hardening.py" for folder in ("server/faces/console", "wizard_stub/terminal")
    )
    assert console.read_text() == wizard.read_text()

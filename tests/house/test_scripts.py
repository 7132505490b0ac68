"""What scripts ask of a browser that may never answer."""

from __future__ import annotations

from pathlib import Path

CLIPBOARD = "clipboard.writeText("
WITH_AN_END = "await soon(inTime(() => navigator.clipboard.writeText("


def test_no_page_waits_for_ever_for_the_clipboard(root: Path):
    scripts = [*(root / "pwa" / "js").rglob("*.js"), *(root / "server" / "static").glob("*.js")]
    lines = [line for script in scripts for line in script.read_text().splitlines() if CLIPBOARD in line]
    assert len(lines) >= 6
    assert [line for line in lines if WITH_AN_END not in line] == []

"""Notes that staff keep beside a license or an activation, in their own words."""

from __future__ import annotations

from keyferry.server.core.errors import Malformed

MAX_NOTES = 2000


def checked_notes(text: str | None) -> str | None:
    """Return notes trimmed, None where there are none; raises Malformed (malformed_notes)."""
    notes = "\n".join(line.rstrip() for line in (text or "").strip().splitlines())
    if len(notes) > MAX_NOTES or not notes.replace("\n", "").isprintable():
        raise Malformed(
            "Use up to {most} visible characters for notes.", code="malformed_notes", most=MAX_NOTES
        )
    return notes or None

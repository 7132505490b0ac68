"""What staff keep beside a license or an activation in their own words: notes, and reasons."""

from __future__ import annotations

from keyferry.server.core.errors import Malformed

MAX_NOTES = 2000
MAX_REASON = 500


def checked_notes(text: str | None) -> str | None:
    """Return notes trimmed, None where there are none; raises Malformed (malformed_notes)."""
    notes = "\n".join(line.rstrip() for line in (text or "").strip().splitlines())
    if len(notes) > MAX_NOTES or not notes.replace("\n", "").isprintable():
        raise Malformed(
            "Use up to {most} visible characters for notes.", code="malformed_notes", most=MAX_NOTES
        )
    return notes or None


def checked_reason(text: str) -> str:
    """Return a reason trimmed; raises Malformed (malformed_reason) where there is none."""
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise Malformed(
            "Give a reason of up to {most} visible characters. It’s kept in the audit log.",
            code="malformed_reason",
            most=MAX_REASON,
        )
    return reason

"""What went wrong, in the person's language: what happened, what to do, and the detail for support."""

from __future__ import annotations

from pathlib import Path

from keyferry.protocol.sentences import CodedError
from keyferry.wizard.errors import KeyNotAccepted, StateDamaged, StorageUnavailable
from keyferry.wizard.terminal.words import Words

Refusal = CodedError


def explain(words: Words, error: Exception, *, folder: Path) -> str:
    """Return the words for a refusal; the control's own sentence if its code is newer than the words."""
    code = getattr(error, "code", "")
    key = f"problem.{code}"
    if not words.knows(key):
        return str(error)
    clock = error.clock if isinstance(error, KeyNotAccepted) else None
    today = words.today(clock) if clock else ""
    message = words(key, folder=folder, today=today, rejected=words("trouble.rejected"))
    cause = error.cause if isinstance(error, StorageUnavailable) else None
    return f"{message} {words(f'cause.{cause.value}')}" if cause else message


def detail(words: Words, error: Exception) -> str | None:
    """Return what the vendor's support wants to know, such as a path, if the words leave it out."""
    if isinstance(error, StateDamaged):
        return support(words, error.detail, otherwise=str(error))
    if isinstance(error, StorageUnavailable):
        return words("problem.support", detail=error.detail or error)
    return None


def support(words: Words, detail: str | None, *, otherwise: str) -> str:
    """Return the line for the support about a damaged state; the control's own sentence if it is newer."""
    key = f"damaged.{detail}"
    return words("problem.support", detail=words(key) if words.knows(key) else otherwise)

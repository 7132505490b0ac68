"""The addresses that a mail to a customer leads to; the worker has no pages that it could ask for them."""

from __future__ import annotations

from keyferry.server.config import Settings

_SELF_HELP = "/self-help/"
_STEPS = "/self-help/step-by-step"


def self_help(settings: Settings) -> str:
    """Return the address of Self Help."""
    return settings.public_url + _SELF_HELP


def steps(settings: Settings, computer_key: str) -> str:
    """Return the address of the page that shows a computer key step by step.

    The key is behind the "#", which browsers keep to themselves, so no log of a server has it.
    """
    return f"{settings.public_url}{_STEPS}#{computer_key}"

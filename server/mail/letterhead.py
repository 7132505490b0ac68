"""How the vendor looks in a mail, for whoever writes one and whoever shows what it would look like."""

from __future__ import annotations

from dataclasses import replace

from keyferry.server import vendor
from keyferry.server.core.brand import branding
from keyferry.server.core.mail.hypertext import Letterhead
from keyferry.server.db import reading
from keyferry.server.mail_server import sender_of


def letterhead() -> Letterhead:
    """Return how the vendor looks now."""
    with reading() as session:
        shown = branding.current(session, vendor.from_settings())
        return Letterhead(shown.name, shown.color, vendor.logo(session) or b"")


def named(shown: Letterhead, sender: str | None) -> Letterhead:
    """Return it under the sender's name where the vendor has none."""
    if shown.name or sender is None:
        return shown
    return replace(shown, name=sender_of(sender).display_name)

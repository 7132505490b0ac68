"""The worker: hands mail to the mail server, one at a time, and forgets what was kept for long enough."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.errors import MessageError

from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.config import ConfigError
from keyferry.server.core import attempts, audit, forgetting
from keyferry.server.core.errors import CoreError, SecretUnreadable
from keyferry.server.core.imports import imports
from keyferry.server.core.licensing import listings, release_links
from keyferry.server.core.mail import delivery, issued, mails, outbox, templates
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.mail.outbox import Taken
from keyferry.server.core.staff import kept_forms
from keyferry.server.db import explained, reading, transaction
from keyferry.server.mail import links
from keyferry.server.mail.letterhead import letterhead
from keyferry.server.mail.mailer import Undelivered, deliver, message_of
from keyferry.server.mail_server import SmtpServer, server_of
from keyferry.server.parts import Parts

LOOK_EVERY_SECONDS = 5
# How often it is written down that mail is looked for: often enough to notice, and no load for the database.
_SIGN_OF_LIFE_EVERY = timedelta(minutes=1)
_FORGETS_FOR_SECONDS = 1
_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})

Say = Callable[[str], None]


@dataclass
class Done:
    """What a worker did."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


def work(parts: Parts, *, once: bool, say: Say, sends: bool = True) -> Done:
    """Send what is due; go on until SIGTERM or SIGINT, or with `once` end then.

    While it runs, it records that it does, and wipes what was kept for long enough. Without `sends`, it only
    wipes.

    Either signal ends it after the mail that it is sending. `say` gets a line for each trouble. Raises
    ConfigError (mail_not_configured).
    """
    worker = _Worker(parts, _configured(parts) if sends else None, say)
    with _signals_wait():
        while True:
            try:
                ended = worker.do_what_is_due(everything=once)
            except SQLAlchemyError as error:
                if once or (known := explained(error)) is None:
                    raise
                say(str(known))
                ended = False
            if ended or once or _has_to_end(LOOK_EVERY_SECONDS):
                return worker.done


def _configured(parts: Parts) -> tuple[SmtpServer, str]:
    url, sender = parts.settings.smtp_url, parts.settings.mail_from
    if url is None or sender is None:
        raise ConfigError(
            "No email is sent until you set KEYFERRY_SMTP_URL and KEYFERRY_MAIL_FROM. Until then, it waits. "
            "To run without email, use `keyferry worker --without-email`.",
            code="mail_not_configured",
        )
    return server_of(url.get_secret_value()), sender


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Keep the signals that end the worker until it asks for them: none interrupts a mail under way."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _has_to_end(seconds: float) -> bool:
    """Wait for a signal that ends the worker, for so long; it is noticed at once."""
    return signal.sigtimedwait(_SIGNALS, seconds) is not None


@dataclass
class _Worker:
    parts: Parts
    outgoing: tuple[SmtpServer, str] | None
    say: Say
    done: Done = field(default_factory=Done)
    looked_at: datetime | None = None

    def do_what_is_due(self, *, everything: bool) -> bool:
        """Send and forget what is due; return whether the worker has to end."""
        while not _has_to_end(0):
            self._give_sign_of_life()
            if not self._sends_one():
                return self._forget_addresses(everything=everything)
        return True

    def _give_sign_of_life(self) -> None:
        """Write down that mail is looked for, and end what was kept or counted for long enough."""
        now = self.parts.clock()
        if self.looked_at is not None and abs(now - self.looked_at) < _SIGN_OF_LIFE_EVERY:
            return
        with transaction() as session:
            audit.close_windows(session, now)
            attempts.forget(session, now)
            outbox.wipe_kept(session, now)
            outbox.bring_forward(session, now)
            release_links.forget_expired(session, now)
            kept_forms.forget(session, now)
            imports.forget(session, now)
            if self.outgoing is not None:
                delivery.looked(session, now)
        self.looked_at = now

    def _forget_addresses(self, *, everything: bool) -> bool:
        """Forget network addresses in chunks, because others wait to write; return whether it has to end.

        Without `everything`, some may be left for the next time, so that mail doesn't wait for them.
        """
        ends = time.monotonic() + _FORGETS_FOR_SECONDS
        with reading() as session:
            goes_on = forgetting.is_due(session, self.parts.clock())
        while goes_on and (everything or time.monotonic() < ends):
            if _has_to_end(0):
                return True
            with transaction() as session:
                goes_on = forgetting.forget(session, self.parts.clock())
        return False

    def _sends_one(self) -> bool:
        """Send one mail that is due; return whether there was one."""
        if self.outgoing is None:
            return False
        with reading() as session:
            if not outbox.is_due(session, self.parts.clock()):
                return False
        with transaction() as session:
            taken = outbox.take(session, self.parts.clock())
        if taken is not None:
            self._send(taken, *self.outgoing)
        return True

    def _send(self, taken: Taken, server: SmtpServer, sender: str) -> None:
        try:
            mail = self._written(taken)
            if mail is None:
                with transaction() as session:
                    outbox.dropped(session, taken)
                return
            deliver(message_of(mail, taken, sender, letterhead()), server)
        except Undelivered as error:
            self._put_off(taken, error)
        except SecretUnreadable as error:
            self._put_off(taken, Undelivered(str(error)))
        except (CoreError, MessageError, ValueError):
            # One mail that cannot be written must not keep all others waiting.
            self._put_off(taken, Undelivered("This can’t be written as an email.", stops_all=False))
        else:
            with transaction() as session:
                outbox.delivered(session, taken, self.parts.clock())
                delivery.went_through(session)
            self.done.sent += 1

    def _written(self, taken: Taken) -> Mail | None:
        """Return what is to be sent, None if nothing; license keys asked for are looked up only now."""
        mail = outbox.opened(taken, self.parts.keyring)
        if mail.template != mails.LICENSE_KEYS_ASKED_FOR:
            return mail
        with reading() as session:
            # A mail about one license lists that one, as long as its recipient holds it.
            most, only = mails.MOST_LISTED, taken.license_id
            licenses, total = listings.held_by(session, mail.recipient, most=most, only=only)
            held = [issued.held_of(license) for license in licenses]
            words = templates.chosen(session, templates.LICENSE_KEYS)
        if not held:
            return None
        address = links.self_help(self.parts.settings)
        return mails.license_keys(mail.recipient, held=held, total=total, self_help=address, template=words)

    def _put_off(self, taken: Taken, trouble: Undelivered) -> None:
        with transaction() as session:
            now = self.parts.clock()
            again = outbox.failed(session, taken, str(trouble), now, for_good=trouble.for_good)
            if trouble.stops_all:
                delivery.stopped(session, str(trouble))
        if again is None:
            self.done.given_up += 1
            then = "Given up."
        else:
            self.done.put_off += 1
            then = f"Next try at {again:%Y-%m-%d %H:%M:%S} UTC."
        self.say(f"Mail {taken.id} ({taken.template}), try {taken.tries}: {trouble} {then}")

"""The worker: takes mail out of the outbox and hands it to the mail server, one at a time."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError

from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.config import ConfigError
from keyferry.server.core import audit
from keyferry.server.core.errors import CoreError, SecretUnreadable
from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.licenses import expiry
from keyferry.server.core.mail import delivery, mails, outbox, templates
from keyferry.server.core.mail.mails import Held, Mail
from keyferry.server.core.mail.outbox import Taken
from keyferry.server.core.models import License
from keyferry.server.db import explained, reading, transaction
from keyferry.server.mail.mailer import Undelivered, deliver, message_of
from keyferry.server.mail_server import SmtpServer, server_of
from keyferry.server.parts import Parts

LOOK_EVERY_SECONDS = 5
# How often it is written down that mail is looked for: often enough to be seen, and no load for the database.
_SIGN_OF_LIFE_EVERY = timedelta(minutes=1)
_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})

Say = Callable[[str], None]


@dataclass
class Done:
    """What a worker did."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


def work(parts: Parts, *, once: bool, say: Say) -> Done:
    """Send what is due, and with `once` no more; without it go on until SIGTERM or SIGINT.

    While it runs it writes down that it does, and wipes what was kept for long enough.

    Both end it after the mail under way. `say` gets a line for each trouble. Raises ConfigError
    (mail_not_configured).
    """
    server, sender = _configured(parts)
    done, sign = Done(), _SignOfLife(parts)
    with _signals_wait():
        while True:
            try:
                ended = _send_what_is_due(parts, sign, server, sender, done, say)
            except SQLAlchemyError as error:
                if once or (known := explained(error)) is None:
                    raise
                say(str(known))
                ended = False
            if ended or once or _told_to_end(LOOK_EVERY_SECONDS):
                return done


def _configured(parts: Parts) -> tuple[SmtpServer, str]:
    url, sender = parts.settings.smtp_url, parts.settings.mail_from
    if url is None or sender is None:
        raise ConfigError(
            "No email is sent until you set KEYFERRY_SMTP_URL and KEYFERRY_MAIL_FROM. Until then, it waits.",
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


def _told_to_end(seconds: float) -> bool:
    """Wait for a signal that ends the worker, for so long; it is noticed at once."""
    return signal.sigtimedwait(_SIGNALS, seconds) is not None


class _SignOfLife:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._given_at: datetime | None = None

    def give(self) -> None:
        """Write down that mail is looked for, and end what was kept or counted for long enough."""
        now = self._parts.clock()
        if self._given_at is not None and now < self._given_at + _SIGN_OF_LIFE_EVERY:
            return
        with transaction() as session:
            audit.close_windows(session, now)
            outbox.wipe_kept(session, now)
            delivery.looked(session, now)
        self._given_at = now


def _send_what_is_due(
    parts: Parts, sign: _SignOfLife, server: SmtpServer, sender: str, done: Done, say: Say
) -> bool:
    """Send until nothing is due; True if the worker was told to end."""
    while not _told_to_end(0):
        sign.give()
        with reading() as session:
            if not outbox.is_due(session, parts.clock()):
                return False
        with transaction() as session:
            taken = outbox.take(session, parts.clock())
        if taken is not None:
            _send(parts, taken, server, sender, done, say)
    return True


def _send(parts: Parts, taken: Taken, server: SmtpServer, sender: str, done: Done, say: Say) -> None:
    try:
        mail = _written(parts, taken)
        if mail is None:
            with transaction() as session:
                outbox.dropped(session, taken)
            return
        deliver(message_of(mail, taken, sender), server)
    except Undelivered as error:
        _put_off(parts, taken, error, done, say)
        return
    except SecretUnreadable as error:
        _put_off(parts, taken, Undelivered(str(error)), done, say)
        return
    except (CoreError, MessageError, ValueError):
        # One mail that cannot be written must not keep all others waiting.
        _put_off(parts, taken, Undelivered("This can’t be written as an email.", stops_all=False), done, say)
        return
    with transaction() as session:
        outbox.delivered(session, taken, parts.clock())
        delivery.went_through(session)
    done.sent += 1


def _written(parts: Parts, taken: Taken) -> Mail | None:
    """Return what is to be sent; asked-for license keys are looked up only now, None where there are none."""
    mail = outbox.opened(taken, parts.keyring)
    if mail.template != mails.LICENSE_KEYS_ASKED_FOR:
        return mail
    with reading() as session:
        licenses = listings.held_by(session, mail.recipient)
        held = [_held(license) for license in licenses]
        words = templates.chosen(session, templates.LICENSE_KEYS)
    return mails.license_keys(mail.recipient, held=held, template=words) if held else None


def _held(license: License) -> Held:
    return Held(
        license.product.name,
        license.activation_key,
        license.seats,
        expiry(license),
        license.days_from_first_activation,
    )


def _put_off(parts: Parts, taken: Taken, trouble: Undelivered, done: Done, say: Say) -> None:
    with transaction() as session:
        again = outbox.failed(session, taken, str(trouble), parts.clock(), for_good=trouble.for_good)
        if trouble.stops_all:
            delivery.stopped(session, str(trouble))
    if again is None:
        done.given_up += 1
        then = "Given up."
    else:
        done.put_off += 1
        then = f"Next try at {again:%Y-%m-%d %H:%M:%S} UTC."
    say(f"Mail {taken.id} ({taken.template}), try {taken.tries}: {trouble} {then}")

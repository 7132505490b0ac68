"""What Keyferry writes to customers: each mail is made whole here, before it waits in the outbox."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from keyferry.server.core.catalogs import ENGLISH, Words
from keyferry.server.core.customers.contacts import normalized_email, require_deliverable
from keyferry.server.core.mail import WORDS, letters, templates
from keyferry.server.core.mail.letters import Block, Part, Value
from keyferry.server.core.mail.templates import Template

MOST_LISTED = 200
"""How many licenses one mail lists: more would make it too large for many a mailbox."""

LICENSE_KEYS_ASKED_FOR = templates.LICENSE_KEYS


@dataclass(frozen=True)
class Attachment:
    """A text file that goes with a mail."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A mail to one address; `template` names its kind, in tables and logs, where its text never goes.

    `blocks` say the same as `text`, for a mail in HTML; without any, it is sent as text only.

    Raises Malformed (malformed_email), and ValueError for a subject of several lines.
    """

    template: str
    recipient: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    language: str = ENGLISH

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipient", normalized_email(self.recipient))
        require_deliverable(self.recipient)
        if not self.subject.isprintable():
            raise ValueError("the subject of a mail is one line")


@dataclass(frozen=True)
class Held:
    """A license that a customer holds, as a mail lists it."""

    product_name: str
    activation_key: str = field(repr=False)
    seats: int
    expires: date | None
    seats_used: int = 0
    # Days from the first activation, as long as that has not come.
    days: int | None = None


def computer_key(
    recipient: str,
    *,
    product_name: str,
    computer_name: str | None,
    computer_key: str,
    expires: date | None,
    license_file: Attachment | None = None,
    activation_key: str = "",
    computer_id: str = "",
    steps: str = "",
    template: Template | None = None,
) -> Mail:
    """Return the mail that brings a computer key, and the license file where one is given.

    `steps` is the address of the page that shows the key step by step, "" for none.
    """
    template = template or templates.default(templates.COMPUTER_KEY, ENGLISH)
    words, name = Words(WORDS, template.language), _in_one_line(computer_name or "")
    values: dict[str, Value] = {
        "computer key": Part(computer_key, "code"),
        "computer key in groups": letters.key_groups(computer_key),
        "activation key": Part(activation_key, "code"),
        "computer id": Part(computer_id, "code"),
        "product": _in_one_line(product_name),
        "computer": Part(name, "name") if name else words("computer"),
        "validity": _until(words, expires),
        "step by step": _button(words("computer_key.steps"), steps),
        "license file": _attached(words, license_file),
    }
    files = () if license_file is None else (license_file,)
    return _mail(templates.COMPUTER_KEY, recipient, template, values, files)


def license_keys_asked_for(recipient: str) -> Mail:
    """Return the mail that waits where somebody asked for the licenses of an address.

    It holds nothing: what the customer holds is written by `license_keys` when it is sent.
    """
    return Mail(LICENSE_KEYS_ASKED_FOR, recipient, "Your license keys", "")


def license_keys(
    recipient: str,
    *,
    held: Sequence[Held],
    total: int = 0,
    self_help: str = "",
    template: Template | None = None,
) -> Mail:
    """Return the mail that lists licenses of a customer, and says where the others are if `total` is more.

    `self_help` is the address of those pages.
    """
    template = template or templates.default(templates.LICENSE_KEYS, ENGLISH)
    words = Words(WORDS, template.language)
    values: dict[str, Value] = {
        "licenses": (*(_listed(words, one) for one in held), *_others(words, len(held), total)),
        "your licenses": words("licenses.yours", count=max(len(held), total)),
        "address": recipient,
        "self help": _button(words("license_keys.self_help"), self_help),
    }
    return _mail(LICENSE_KEYS_ASKED_FOR, recipient, template, values)


def licenses_issued(
    recipient: str,
    *,
    held: Sequence[Held],
    total: int,
    order: str | None = None,
    self_help: str = "",
    template: Template | None = None,
) -> Mail:
    """Return the mail that brings licenses that were just issued, several of them as a table, too."""
    template = template or templates.default(templates.LICENSES_ISSUED, ENGLISH)
    words = Words(WORDS, template.language)
    values: dict[str, Value] = {
        "licenses": (*(_listed(words, one) for one in held), *_others(words, len(held), total)),
        "your licenses": words("licenses.yours", count=max(len(held), total)),
        "product": _in_one_line(held[0].product_name),
        "order": letters.written(words.raw("licenses_issued.order"), {"order": order}) if order else (),
        "self help": _button(words("license_keys.self_help"), self_help),
    }
    files = (Attachment("license-keys.csv", _table(held)),) if len(held) > 1 else ()
    return _mail(templates.LICENSES_ISSUED, recipient, template, values, files)


def release_link(
    recipient: str, product_name: str, ending: str, link: str, *, template: Template | None = None
) -> Mail:
    """Return the mail that brings the link which releases a seat."""
    template = template or templates.default(templates.RELEASE_LINK, ENGLISH)
    words = Words(WORDS, template.language)
    values: dict[str, Value] = {
        "link": _button(words("release_link.open"), link),
        "product": _in_one_line(product_name),
        "ending": Part(ending, "code"),
    }
    return _mail(templates.RELEASE_LINK, recipient, template, values)


def _mail(
    name: str,
    recipient: str,
    template: Template,
    values: Mapping[str, Value],
    files: tuple[Attachment, ...] = (),
) -> Mail:
    # A value of several lines may be meant for the text, and still stand in the subject.
    subject = letters.in_one_line(template.subject, values)
    blocks = letters.written(template.text, values, template.closing)
    return Mail(name, recipient, subject, letters.plain(blocks), files, blocks, template.language)


def _button(words: str, address: str) -> tuple[Block, ...]:
    return (Block("button", (Part(words), Part(address))),) if address else ()


def _attached(words: Words, file: Attachment | None) -> tuple[Block, ...]:
    return (
        () if file is None else letters.written(words.raw("license_file"), {"file": Part(file.name, "name")})
    )


def _listed(words: Words, held: Held) -> Block:
    seats = format_decimal(held.seats, locale=words.locale)
    used = format_decimal(held.seats_used, locale=words.locale)
    stands = words("license.seats", count=held.seats, seats=seats, used=used)
    lines = (Part(_in_one_line(held.product_name)), Part(held.activation_key, "code"))
    return Block("license", (*lines, Part(f"{stands} · {_runs(words, held)}")))


def _others(words: Words, shown: int, total: int) -> tuple[Block, ...]:
    if total <= shown:
        return ()
    shown_here, all_there_are = (format_decimal(one, locale=words.locale) for one in (shown, total))
    text = words("licenses.others", shown=shown_here, total=all_there_are)
    return (Block("text", (Part(text),)),)


def _table(held: Sequence[Held]) -> str:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("activation_key", "seats", "expires", "days"))
    rows.writerows((one.activation_key, one.seats, one.expires, one.days) for one in held)
    return written.getvalue()


def _runs(words: Words, held: Held) -> str:
    if held.days is not None and held.expires is None:
        return words("license.days", count=held.days)
    if held.expires is None:
        return words("license.never")
    return words("license.until", day=_day(words, held.expires))


def _until(words: Words, expires: date | None) -> str:
    return words("validity.never") if expires is None else words("validity.until", day=_day(words, expires))


def _day(words: Words, day: date) -> str:
    return format_date(day, "medium", words.locale)


def _in_one_line(name: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())

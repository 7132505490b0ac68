"""What Keyferry writes to customers: each mail is made whole here, before it waits in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from keyferry.server.core.catalogs import ENGLISH, Words
from keyferry.server.core.customers.contacts import is_deliverable, normalized_email
from keyferry.server.core.errors import Malformed
from keyferry.server.core.mail import WORDS, templates
from keyferry.server.core.mail.templates import Template, filled

MOST_LISTED = 200
"""How many licenses one mail lists: more would make it too large for many a mailbox."""

_GROUPS_IN_A_LINE = 3
LICENSE_KEYS_ASKED_FOR = templates.LICENSE_KEYS


@dataclass(frozen=True)
class Attachment:
    """A text file that goes with a mail."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A mail to one address; `template` names its kind, in tables and logs, where its text never goes.

    Raises Malformed (malformed_email), and ValueError for a subject of several lines.
    """

    template: str
    recipient: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipient", normalized_email(self.recipient))
        if not is_deliverable(self.recipient):
            raise Malformed("Enter one email address, like ada@example.com.", code="malformed_email")
        if not self.subject.isprintable():
            raise ValueError("the subject of a mail is one line")


@dataclass(frozen=True)
class Held:
    """A license that a customer holds, as a mail lists it."""

    product_name: str
    activation_key: str = field(repr=False)
    seats: int
    expires: date | None
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
    template: Template | None = None,
) -> Mail:
    """Return the mail that brings a computer key, and the license file where one is given."""
    template = template or templates.default(templates.COMPUTER_KEY, ENGLISH)
    words, name = Words(WORDS, template.language), _in_one_line(computer_name or "")
    values = {
        "computer key": computer_key,
        "computer key in groups": _numbered(computer_key),
        "activation key": activation_key,
        "computer id": computer_id,
        "product": _in_one_line(product_name),
        "computer": words("computer.named", name=name) if name else words("computer"),
        "validity": _until(words, expires),
        "license file": words("license_file", file=license_file.name) if license_file is not None else "",
    }
    files = () if license_file is None else (license_file,)
    return _mail(templates.COMPUTER_KEY, recipient, template, values, files)


def license_keys_asked_for(recipient: str) -> Mail:
    """Return the mail that waits where somebody asked for the licenses of an address.

    It holds nothing: what the customer holds is written by `license_keys` when it is sent.
    """
    return Mail(LICENSE_KEYS_ASKED_FOR, recipient, "Your license keys", "")


def license_keys(
    recipient: str, *, held: Sequence[Held], total: int = 0, template: Template | None = None
) -> Mail:
    """Return the mail that lists licenses of a customer, and says where the others are if `total` is more."""
    template = template or templates.default(templates.LICENSE_KEYS, ENGLISH)
    words = Words(WORDS, template.language)
    listed = "\n\n".join((*(_listed(words, one) for one in held), *_others(words, len(held), total)))
    return _mail(LICENSE_KEYS_ASKED_FOR, recipient, template, {"licenses": listed})


def release_link(
    recipient: str, product_name: str, ending: str, link: str, *, template: Template | None = None
) -> Mail:
    """Return the mail that brings the link which releases a seat."""
    template = template or templates.default(templates.RELEASE_LINK, ENGLISH)
    values = {"link": link, "product": _in_one_line(product_name), "ending": ending}
    return _mail(templates.RELEASE_LINK, recipient, template, values)


def _mail(
    name: str,
    recipient: str,
    template: Template,
    values: Mapping[str, str],
    files: tuple[Attachment, ...] = (),
) -> Mail:
    # A value of several lines may be meant for the text, and still stand in the subject.
    subject = _in_one_line(filled(template.subject, values))
    paragraphs = [filled(template.text, values), *([template.closing] if template.closing else [])]
    return Mail(name, recipient, subject, "\n\n".join(paragraphs) + "\n", files)


def _listed(words: Words, held: Held) -> str:
    seats = words("license.seats", count=held.seats, seats=format_decimal(held.seats, locale=words.locale))
    key = words("license.key", key=held.activation_key)
    return f"{_in_one_line(held.product_name)}, {seats}. {_runs(words, held)}\n    {key}"


def _others(words: Words, shown: int, total: int) -> tuple[str, ...]:
    if total <= shown:
        return ()
    shown_here, all_there_are = (format_decimal(one, locale=words.locale) for one in (shown, total))
    return (words("licenses.others", shown=shown_here, total=all_there_are),)


def _runs(words: Words, held: Held) -> str:
    if held.days is not None and held.expires is None:
        return words("validity.days", days=held.days)
    return _until(words, held.expires)


def _until(words: Words, expires: date | None) -> str:
    if expires is None:
        return words("validity.never")
    return words("validity.until", day=format_date(expires, "medium", words.locale))


def _numbered(key: str) -> str:
    groups = [f"{number:>5}:  {group}" for number, group in enumerate(key.split("-"), start=1)]
    starts = range(0, len(groups), _GROUPS_IN_A_LINE)
    return "\n".join("".join(groups[start : start + _GROUPS_IN_A_LINE]) for start in starts)


def _in_one_line(name: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())

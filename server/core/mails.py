"""What Keyferry writes to customers: each mail is made whole here, before it waits in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from email.errors import MessageError
from email.headerregistry import Address

from server.core.customers import normalised_email
from server.core.errors import Malformed

_GROUPS_IN_A_LINE = 3
_LICENSE_FILE = "license.lic"
LICENSE_KEYS_ASKED_FOR = "license_keys"


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
        object.__setattr__(self, "recipient", _one_address(self.recipient))
        if not self.subject.isprintable():
            raise ValueError("the subject of a mail is one line")


@dataclass(frozen=True)
class Held:
    """A licence that a customer holds, as a mail lists it."""

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
    license_file: str | None = None,
) -> Mail:
    """Return the mail that brings a computer key, and the licence file where one is given."""
    name = _in_one_line(computer_name or "")
    paragraphs = [
        f"Here is the computer key of {_in_one_line(product_name)} for "
        f"{f'your computer {name}' if name else 'your computer'}. {_until(expires)}",
        _numbered(computer_key),
        f"In one piece, for copying:\n\n{computer_key}",
        "How to use it: open the License Wizard on that computer, go to where it asks for the computer key, "
        "and type the groups in their order. Capital or small letters make no difference, and the wizard "
        "mends a few mistyped characters. The key works on that computer only.",
    ]
    if license_file is not None:
        paragraphs.append(
            f"Or without typing: copy the attached licence file, {_LICENSE_FILE}, to that computer, and "
            "let the License Wizard read it."
        )
    files = () if license_file is None else (Attachment(_LICENSE_FILE, license_file),)
    subject = f"Your computer key for {_in_one_line(product_name)}"
    return Mail("computer_key", recipient, subject, _text(paragraphs), files)


def license_keys_asked_for(recipient: str) -> Mail:
    """Return the mail that waits where somebody asked for the licences of an address.

    It holds nothing: what the customer holds is written by `license_keys` when it is sent.
    """
    return Mail(LICENSE_KEYS_ASKED_FOR, recipient, "Your license keys", "")


def license_keys(recipient: str, *, held: Sequence[Held]) -> Mail:
    """Return the mail that lists the licences of a customer."""
    paragraphs = [
        "You, or somebody who knows this address, asked for your license keys. These are registered for it:"
    ]
    for one in held:
        seats = "1 seat" if one.seats == 1 else f"{one.seats} seats"
        paragraphs.append(
            f"{_in_one_line(one.product_name)}, {seats}. {_runs(one)}\n"
            f"    Activation key: {one.activation_key}"
        )
    paragraphs.append(
        "Keep them to yourself: whoever has an activation key can use its seats. If you did not ask for this "
        "mail, nothing was changed, and you need to do nothing."
    )
    return Mail(LICENSE_KEYS_ASKED_FOR, recipient, "Your license keys", _text(paragraphs))


def _text(paragraphs: Sequence[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _runs(held: Held) -> str:
    if held.days is not None and held.expires is None:
        return f"It runs {held.days} days from its first activation."
    return _until(held.expires)


def _until(expires: date | None) -> str:
    return f"It is valid until {expires.isoformat()}." if expires else "It is valid for ever."


def _numbered(key: str) -> str:
    groups = [f"{number:>5}:  {group}" for number, group in enumerate(key.split("-"), start=1)]
    starts = range(0, len(groups), _GROUPS_IN_A_LINE)
    return "\n".join("".join(groups[start : start + _GROUPS_IN_A_LINE]) for start in starts)


def _in_one_line(name: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())


def _one_address(email: str) -> str:
    address = normalised_email(email)
    try:
        Address(addr_spec=address)
    except (MessageError, ValueError, IndexError, AttributeError):
        # The last two are how the library itself stumbles over some of what is no address.
        raise Malformed("Give one e-mail address: ada@example.com.", code="malformed_email") from None
    return address

"""What operations answer with, and are asked with, beside what is shown of rows: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class House:
    """Whose server this is, and where it is; "" where nothing says it."""

    vendor: str = ""
    host: str = ""


@dataclass(frozen=True)
class FirstDay:
    """A vendor's first steps: those that are done, the next one, and what they are about."""

    done: frozenset[str]
    opened: str
    product: str
    host: str


@dataclass(frozen=True)
class SavedView:
    """A list by the name that an operator gave it, and what is asked of the list."""

    number: int
    name: str
    asked: Mapping[str, str]


@dataclass(frozen=True)
class ChosenColumns:
    """The columns of licenses that an operator chose to see, by name; None for the usual ones."""

    names: tuple[str, ...] | None


@dataclass(frozen=True)
class NewProduct:
    """What a product is added with."""

    code: str
    name: str
    key_style: str
    features: tuple[str, ...]
    machine_source: str


@dataclass(frozen=True)
class ProductChoice:
    """A product that licenses can be created for."""

    code: str
    name: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class PublicKeyView:
    """The public key of an epoch, which checks license files: as PEM, and as a JWK on one line.

    `since` and `retired` are days; the latest epoch is the current one.
    """

    product_code: str
    epoch: int
    since: date
    retired: date | None
    pem: str
    jwk: str

    def name_as(self, form: str) -> str:
        """Return the name of its file, as the portal calls it."""
        return f"{self.product_code}-epoch-{self.epoch}.{form}"


@dataclass(frozen=True)
class Written:
    """A file for who asked, under the name that it is suggested to have."""

    name: str
    file_text: str = field(repr=False)


@dataclass(frozen=True)
class BatchRow:
    """Licenses that were created together: since when, of what, for whom, and how many of how many."""

    number: int
    at: datetime
    product_name: str
    customer: str
    order: str
    wanted: int
    done: int

    @property
    def is_done(self) -> bool:
        """Whether none is left to be created."""
        return self.done >= self.wanted


@dataclass(frozen=True)
class Mailed:
    """To whom a mail goes, and why it waits, where it does."""

    recipient: str
    waits: str | None


@dataclass(frozen=True)
class Meant:
    """The licenses that a change is about, and the digest of what was seen of them."""

    numbers: tuple[int, ...]
    version: str
    is_list: bool


@dataclass(frozen=True)
class Changed:
    """How far a change of many licenses has come; `refused` were left as they were."""

    number: int
    wanted: int
    done: int
    changed: int
    refused: int


@dataclass(frozen=True)
class Scanned:
    """What a pasted link of the License Wizard asks for; `code` is there where it deactivates.

    The link itself says more than a person could type: what it proves, and further codes.
    """

    link: str = field(repr=False)
    activation_key: str = field(repr=False)
    computer_id: str
    computer_name: str
    code: str = field(repr=False)


@dataclass(frozen=True)
class MailView:
    """An email: sent, failed or waiting; `kept_until` is there while it can be sent again.

    `license` is the number of the license that it is about, `next_try` is there while it waits.
    """

    number: int
    at: datetime
    kind: str
    recipient: str
    state: str
    trouble: str
    kept_until: date | None
    next_try: datetime | None
    license: int | None

"""What the activation control answers: plain values for an application's own screens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_name import ever_shorter
from keyferry.protocol.deactivation import DeactivationCode
from keyferry.protocol.openings import Level
from keyferry.protocol.typed import Correction
from keyferry.wizard.errors import WizardError
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.notices import Notice


class LicenseState(Enum):
    """All that a status can be; only ACTIVE lets the application run."""

    ACTIVE = "active"
    NOT_ACTIVATED = "not_activated"
    PENDING = "pending"
    RETIRED_EPOCH = "retired_epoch"
    EXPIRED = "expired"
    CLOCK_MOVED_BACK = "clock_moved_back"
    WRONG_MACHINE = "wrong_machine"
    TIME_NOT_REMEMBERED = "time_not_remembered"
    DAMAGED = "damaged"
    STATE_NEWER = "state_newer"


@dataclass(frozen=True)
class Done:
    """What was done about one activation."""

    activation_key: ActivationKey
    computer_id: ComputerId
    computer_name: str | None
    warnings: tuple[Lacking, ...] = field(default=(), kw_only=True)
    """What the file system could not guarantee; it is done all the same."""


@dataclass(frozen=True)
class Begun(Done):
    """A request for a computer key: show `url` as a QR code, and activation key and computer ID as text.

    `computer_id` is what a person types. While a license is in use, that is the license's; the QR code asks
    under a new one, `scanned_id`, and proves that it goes on from the license.
    """

    url: str = field(repr=False)
    renewal: bool
    """Whether a license of this activation key is in use already, and the typed key only renews it."""
    scanned_id: ComputerId
    """The computer ID in the QR code: of a key that was scanned for."""
    set_aside: Path | None = None
    """Where a state that was started over from is kept."""
    shorter_urls: tuple[str, ...] = field(default=(), repr=False)
    """The same request with ever less of the computer's name, for a screen that has no room for `url`."""
    outdated: bool = False
    """Whether no key of it can be used, since the clock was wrong after it: `begin` makes a new request."""
    may_replace_account: bool = False
    """Whether another account's activation on this computer would be replaced, if there is one."""


@dataclass(frozen=True)
class Completed(Done):
    """A license that was accepted and stored; `corrections` say what was typed differently."""

    claims: Claims
    features: tuple[str, ...]
    corrections: tuple[Correction, ...]
    computer_key: str | None = field(repr=False)
    """The canonical text of a typed key; None if a license file was used."""
    replaced: ActivationKey | None
    """Another activation key that was in use here until now; `show_code` of it frees its seat."""
    notices: tuple[Notice, ...] = ()
    """As those of `Status`."""


@dataclass(frozen=True)
class Status:
    """Whether the application may run, and why not; claims and key only if a license was verified."""

    state: LicenseState
    message: str
    """A sentence for the person: what is the case, and what to do."""
    activation_key: ActivationKey | None = None
    computer_id: ComputerId | None = None
    computer_name: str | None = None
    claims: Claims | None = None
    features: tuple[str, ...] = ()
    clock: datetime | None = None
    """What the computer's clock said, in UTC, if a license was checked against it."""
    not_remembered: str | None = None
    """Why the time could not be remembered: then a clock set back later may go unnoticed."""
    hindrance: WizardError | None = field(default=None, compare=False)
    """The same, with its code and cause."""
    pending: bool = False
    """Whether a computer key was requested and not typed yet, also beside a license that is in use."""
    notices: tuple[Notice, ...] = ()
    """What the application should tell its user while it runs, such as a key that ends soon."""
    detail: str | None = None
    """What is wrong with a damaged state, for the vendor's support; a word, not a sentence."""
    warnings: tuple[Lacking, ...] = ()
    """What the file system could not guarantee; it is done all the same."""


@dataclass(frozen=True)
class Code:
    """The deactivation verification code of one computer ID, and whether it proves or only claims."""

    computer_id: ComputerId
    code: DeactivationCode = field(repr=False)
    level: Level


@dataclass(frozen=True)
class Released(Done):
    """What was given up here of one activation key: the codes, typed or scanned, free its seat.

    `codes` are all of them, the license's first; `computer_id` and `code` are those of the first. The QR code
    carries the first five.
    """

    codes: tuple[Code, ...]
    url: str = field(repr=False)
    shorter_urls: tuple[str, ...] = field(default=(), repr=False)
    """As those of `Begun`."""
    other_keys: tuple[ActivationKey, ...] = ()
    """Further activation keys of which something was given up here, the newest first."""

    @property
    def code(self) -> DeactivationCode:
        """Return the code to hand in first."""
        return self.codes[0].code

    @property
    def level(self) -> Level:
        """Return whether that code proves that no copy runs on, or only claims it."""
        return self.codes[0].level


def urls_of(shown: Begun | Released) -> tuple[str, ...]:
    """Return the address of a QR code, then the same with ever less of the computer's name."""
    return (shown.url, *shown.shorter_urls)


def name_within(shown: Begun | Released, url: str) -> str | None:
    """Return the computer's name as one of these addresses carries it."""
    urls, names = urls_of(shown), list(ever_shorter(shown.computer_name))
    place = urls.index(url)
    if place == 0 and len(urls) == len(names):
        return shown.computer_name
    return names[place - len(urls)]

"""Server properties: what staff can change, by QLM's own names where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import is_deliverable
from keyferry.server.core.errors import Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.mail import LANGUAGES
from keyferry.server.core.models import Role, ServerProperty

_MAX_TEXT = 200
_MAX_NUMBER = 10_000
_MINUTES_OF_A_YEAR = 525_600
_MAX_PHONE = 40
# As in QLM.
NO_LIMIT = -1
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_URL = re.compile(r"https?://[^\s\"'<>]+")
# With a digit in it: nobody can call two dashes.
_PHONE = re.compile(r"(?=.*[0-9])[0-9+() -]+")


@dataclass(frozen=True)
class Property:
    """One property: its name, its default, which shows its type, and what it says to whoever sets it."""

    name: str
    default: bool | int | str
    sentence: str
    choices: tuple[str, ...] = ()
    # Of a number.
    least: int = 0
    most: int = _MAX_NUMBER
    # Where it stands apart from the others of its name.
    apart: str = ""

    @property
    def group(self) -> str:
        """What it is listed under: what stands before the slash of its name, unless it stands apart."""
        return self.apart or self.name.partition("/")[0]

    @property
    def type(self) -> str:
        """The type in words: yes or no, number, choice, text, or what a text has to be."""
        if isinstance(self.default, bool):
            return "yes or no"
        if isinstance(self.default, int):
            return "number"
        if self.choices:
            return "choice"
        return _TYPES.get(self.name) or ("address" if self.name.endswith(("Logo", "Url")) else "text")

    def takes(self, text: str) -> bool:
        """Return whether `parse` takes what a person typed."""
        try:
            self.parse(text)
        except Malformed:
            return False
        return True

    def parse(self, text: str) -> bool | int | str:
        """Return the value that a person typed; raises Malformed (malformed_property)."""
        typed = text.strip()
        if self.type == "yes or no" and typed.lower() in _TRUE | _FALSE:
            return typed.lower() in _TRUE
        if self.type == "number" and _NUMBER.fullmatch(typed) and self.least <= int(typed) <= self.most:
            return int(typed)
        if self.type in _EMPTY_OR and (typed == "" or _EMPTY_OR[self.type](typed)):
            return typed
        if self.type == "choice" and typed.lower() in self.choices:
            return typed.lower()
        if self.type == "text" and typed.isprintable() and len(typed) <= _MAX_TEXT:
            return typed
        raise Malformed(
            "{name} accepts {values}.", code="malformed_property", name=self.name, values=self.values
        )

    @property
    def values(self) -> str:
        """What it takes, in words."""
        if self.type == "number":
            return f"a whole number from {self.least:,} to {self.most:,}"
        return _TAKES.get(self.type) or f"one of these: {', '.join(self.choices)}"


def second_factor_required(role: str) -> str:
    """Return the name of the property that says whether a role must have a second factor."""
    return f"portal/secondFactorRequiredFor{role.capitalize()}"


def _people(role: str) -> str:
    return "Support staff" if role == Role.SUPPORT else f"{role.capitalize()}s"


def _is_address(text: str) -> bool:
    return len(text) <= _MAX_TEXT and bool(_URL.fullmatch(text))


def _is_secure_address(text: str) -> bool:
    return _is_address(text) and text.startswith("https://")


def _is_phone(text: str) -> bool:
    return len(text) <= _MAX_PHONE and bool(_PHONE.fullmatch(text))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_EMPTY_OR: Mapping[str, Callable[[str], bool]] = {
    "address": _is_address,
    "https address": _is_secure_address,
    "email address": is_deliverable,
    "phone number": _is_phone,
    "day": _is_day,
}
_TAKES = {
    "yes or no": "true or false",
    "address": "an address that starts with https:// or http://, or nothing",
    "https address": "an address that starts with https://, or nothing",
    "email address": "one email address, like help@example.com, or nothing",
    "phone number": f"up to {_MAX_PHONE} digits, spaces, dashes, parentheses, and plus signs, or nothing",
    "day": "a day like 2027-03-31, or nothing",
    "text": f"up to {_MAX_TEXT} visible characters",
}
SUPPORT_EMAIL, SUPPORT_PHONE, SUPPORT_URL = (
    "branding/supportEmail",
    "branding/supportPhone",
    "branding/supportUrl",
)
CONTACT = (SUPPORT_EMAIL, SUPPORT_PHONE, SUPPORT_URL)
FIRST_DAY = "portal/showFirstDayList"
FORGET_ADDRESSES = "audit/forgetAddressesAfterDays"
ACCEPT_STALE_UNTIL = "options/acceptStaleRequestsUntil"
RENEW_BY_SCAN_ONLY = "options/renewByScanOnly"
_TYPES = {
    SUPPORT_EMAIL: "email address",
    SUPPORT_PHONE: "phone number",
    SUPPORT_URL: "https address",
    ACCEPT_STALE_UNTIL: "day",
}

PROPERTIES: Mapping[str, Property] = {
    declared.name: declared
    for declared in (
        Property("customerSite/showActivateLink", True, "Customers can activate in Self Help."),
        Property("customerSite/showDeactivateLink", True, "Customers can deactivate in Self Help."),
        Property(
            "customerSite/showGetLicenseInformationLink",
            True,
            "Customers can look up a license’s seats, end date, and features in Self Help.",
        ),
        Property(
            "customerSite/showComputersInLicenseInformation",
            False,
            "Show a license’s computers to whoever has its activation key.",
        ),
        Property(
            "customerSite/showEmailLicenseKeysLink",
            True,
            "Customers can have their activation keys emailed to the address on file.",
        ),
        Property(
            "customerSite/emailReleaseLinks",
            True,
            "Customers can free the seat of a computer that was reinstalled or no longer runs, through a "
            "link emailed to the address on file.",
        ),
        Property(
            "customerSite/showComputerNameForActivation",
            True,
            "Self Help has a field for the computer’s name when activating.",
        ),
        Property(
            "customerSite/activationPage_ComputerNameRequired",
            False,
            "Self Help requires the computer’s name when activating.",
        ),
        Property(
            "customerSite/showGenerateLicenseFileCheckbox",
            True,
            "Self Help offers a license file when activating.",
        ),
        Property(
            "customerSite/showDeactivationVerificationCode",
            True,
            "Self Help requires the deactivation verification code. QLM’s default is false: releases then "
            "aren’t verified, and their limits are stricter.",
        ),
        Property(
            "customerSite/preventDeactivationPeriod",
            0,
            "Minutes after an activation without deactivating in Self Help; 0 for none.",
            most=_MINUTES_OF_A_YEAR,
        ),
        Property("customerSite/customerSiteTitle", "", "Title of Self Help; leave empty to use your name."),
        Property(
            "customerSite/customerSiteLogo", "", "Address of the image at the top; leave empty to use yours."
        ),
        Property(
            "customerSite/privacyPolicyUrl", "", "Privacy notice of Self Help; leave empty to use yours."
        ),
        Property(
            "options/maxActivationsPerSystem",
            0,
            "New activations that one computer may have on one license; 0 for no limit.",
        ),
        Property(
            "options/maxReleaseCount",
            0,
            "Deactivations a license may have in the period; 0 goes by its seats: 6, plus 2 for each seat. "
            "-1 for no limit. Those without a deactivation verification code keep their own limit.",
            least=NO_LIMIT,
        ),
        Property("options/maxReleasePeriodInDays", 30, "The period, in days; 0 for no limit."),
        Property(
            "options/maxUnprovenReplacementCount",
            2,
            "On a lease: how often a computer may come back without proof, or as an earlier state, in the "
            "period below. Each time makes a copied computer run for one lease longer.",
        ),
        Property(
            "options/maxUnprovenReplacementCountOfLongLeases",
            1,
            "The same for leases longer than half of the period.",
        ),
        Property(
            "options/unprovenReplacementPeriodInDays",
            365,
            "The period, in days; for long leases, at least two of them.",
        ),
        Property(
            ACCEPT_STALE_UNTIL,
            "",
            "After you restored a backup: the last day on which computers that have newer computer IDs than "
            "the backup are accepted without counting. They’re listed under possible copies.",
        ),
        Property(
            RENEW_BY_SCAN_ONLY,
            False,
            "Keys on a lease are renewed only by scanning a new request, not by typing. Copies of a computer "
            "then can’t be renewed by typing, either.",
        ),
        Property(
            SUPPORT_EMAIL,
            "",
            "Email address that customers see wherever they’re asked to contact you; leave empty for none.",
        ),
        Property(
            SUPPORT_PHONE,
            "",
            "Phone number for the same, with the country code; leave empty for none.",
        ),
        Property(SUPPORT_URL, "", "Address of your support page for the same; leave empty for none."),
        # Long enough to look into what was noticed late; nothing else here needs an address after an hour.
        Property(
            FORGET_ADDRESSES,
            90,
            "Days after which network addresses are removed from the audit log; 0 keeps them. It takes "
            "`keyferry worker`.",
        ),
        Property("mail/language", "en", "Language of email to customers.", choices=tuple(LANGUAGES)),
        Property(
            FIRST_DAY,
            True,
            "Start shows administrators the first-day list until its seven steps are done.",
            apart="firstDay",
        ),
        *(
            Property(second_factor_required(role), False, f"{_people(role)} need a second factor.")
            for role in Role
        ),
    )
}


def declared(name: str) -> Property:
    """Return a property by its name, in any case; raises NotFound (unknown_property)."""
    for known in PROPERTIES.values():
        if known.name.lower() == name.strip().lower():
            return known
    raise NotFound(
        "There is no server property of this name. `keyferry property list` shows all.",
        code="unknown_property",
    )


def read(session: Session) -> dict[str, Any]:
    """Return the value of every property by its name: what was set, else the default."""
    values: dict[str, Any] = {known.name: known.default for known in PROPERTIES.values()}
    stored = session.execute(select(ServerProperty.name, ServerProperty.value))
    return values | {name: value for name, value in stored if name in values}


def stored(session: Session) -> dict[str, ServerProperty]:
    """Return what was set, by name, with when and by whom."""
    return {row.name: row for row in session.scalars(select(ServerProperty)) if row.name in PROPERTIES}


def groups() -> dict[str, list[Property]]:
    """Return the properties by their groups."""
    found: dict[str, list[Property]] = {}
    for known in PROPERTIES.values():
        found.setdefault(known.group, []).append(known)
    return found


def put_all(session: Session, typed: Mapping[str, str], *, by: By, now: datetime) -> int:
    """Set those of the typed properties that differ from what counts now, and return how many did.

    All of them or none. Raises NotFound (unknown_property) and Malformed (malformed_property).
    """
    values, changed = read(session), {}
    for name, text in typed.items():
        known = declared(name)
        if known.parse(text) != values[known.name]:
            changed[known.name] = text
    for name, text in changed.items():
        put(session, name, text, by=by, now=now)
    return len(changed)


def back_to_default(session: Session, name: str, *, by: By, now: datetime) -> None:
    """Forget what was set, so that the default counts; raises NotFound (unknown_property)."""
    known = declared(name)
    row = session.get(ServerProperty, known.name)
    if row is None:
        return
    detail = {"property": known.name, "before": row.value, "after": known.default, "default": True}
    session.delete(row)
    audit.record(session, event=Event.PROPERTY_SET, by=by, detail=detail, now=now)


def put(session: Session, name: str, text: str, *, by: By, now: datetime) -> ServerProperty:
    """Set a property; raises NotFound (unknown_property) and Malformed (malformed_property)."""
    known = declared(name)
    value, before = known.parse(text), read(session)[known.name]
    row = session.merge(
        ServerProperty(name=known.name, value=value, changed_at=now, changed_by=by.who),
    )
    if value != before:
        detail = {"property": known.name, "before": before, "after": value}
        audit.record(session, event=Event.PROPERTY_SET, by=by, detail=detail, now=now)
    return row

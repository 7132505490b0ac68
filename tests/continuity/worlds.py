"""A world: one real server, computers, phones that saw tokens, papers with keys and codes, and a stranger."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.deactivation import SECRET_BYTES, DeactivationCode, proof
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.openings import Level, Opening, commitment, weaken
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.request_token import (
    ActivationRequest,
    DeactivationRequest,
    peek,
    sign_request,
    verify_request,
)
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.db import transaction
from keyferry.server.services import operations
from keyferry.server.services.requests import Typed, opened
from keyferry.wizard.errors import WizardError
from tests.conftest import Vendor

from .computers import Computer, PowerCut

LEASE = 60
PHONE = By(Channel.PHONE, address="192.0.2.7")
REFUSED = (ProtocolError, CoreError, WizardError)


@dataclass(frozen=True)
class Paper:
    """A code on paper: what a person types into Self Help to give a computer's seat back."""

    activation_key: ActivationKey
    computer_id: ComputerId
    code: DeactivationCode
    level: Level


@dataclass(frozen=True)
class StrangersId:
    """A computer ID that a stranger made for the victim's computer, with a secret of his own."""

    activation_key: ActivationKey
    computer_id: ComputerId
    strong: Opening


@dataclass(frozen=True)
class Answer:
    """What a person reads: a computer key, or how it went wrong; a refusal has a code."""

    key: str | None = field(default=None, repr=False)
    refused: str | None = None


@dataclass
class World:
    """One history, as it is going on."""

    vendor: Vendor
    disks: Path
    keys: list[ActivationKey]
    former_keys: list[ActivationKey] = field(default_factory=list)
    computers: list[Computer] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    computer_keys: list[str] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    strangers: list[StrangersId] = field(default_factory=list)
    ended_leases: set[tuple[str, str, date]] = field(default_factory=set)
    renewed: int = 0
    restores: int = 0
    restored_on: int = -999
    days: int = 0

    @classmethod
    def begun(cls, vendor: Vendor, disks: Path, *, lease: bool = True, keys: int = 1) -> World:
        """Begin with one computer and a license of one seat for each key."""
        issued = [vendor.issue(lease_days=LEASE if lease else None) for _ in range(keys)]
        world = cls(vendor, disks, issued)
        world.computers.append(world.installed("first", "machine-1"))
        return world

    def installed(self, name: str, identifier: str) -> Computer:
        """Return a new computer with today's version of the application."""
        return Computer(self.disks, name, identifier, self.vendor.profile, lambda: self.vendor.clock.now)

    def pass_days(self, days: int) -> None:
        """Let days pass."""
        self.days += days
        self.vendor.clock.pass_days(days)

    def replace_key(self, number: int) -> None:
        """Have the vendor replace an activation key, as after a leak; everybody is told the new one."""
        self._a_moment_later()
        former = self.keys[number]
        self.vendor.change(former, license_changes.replace_key)
        self.former_keys.append(former)
        with transaction() as session:
            new = licenses.find(session, former, former_too=True).activation_key
        self.keys[number] = ActivationKey.from_text(new)

    def begin(
        self,
        computer: Computer,
        folder: str,
        key: ActivationKey,
        *,
        start_over: bool = False,
        new: bool = False,
    ) -> str | None:
        """Have the wizard show its QR code, and a phone see it; return the token, None if it shows none."""
        try:
            with computer.at_work(folder) as control:
                begun = control.begin(key, computer.name, start_over=start_over, new_request=new)
        except WizardError:
            return None
        token = begun.url.partition("#")[2]
        if token not in self.tokens:
            self.tokens.append(token)
        return token

    def deliver(self, token: str, *, lost: bool = False) -> Answer:
        """Send what a phone saw; a lost answer is one that nobody reads."""
        try:
            asked = opened(token)
        except REFUSED as error:
            return Answer(refused=error.code)
        answer = self._asked(asked)
        if answer.key and not lost:
            self.computer_keys.append(answer.key)
        return answer

    def type_at_self_help(self, computer: Computer, folder: str, key: ActivationKey) -> Answer:
        """Type the computer ID that the wizard shows for a key."""
        try:
            with computer.at_work(folder) as control:
                shown = control.begin(key, computer.name).computer_id
        except WizardError as error:
            return Answer(refused=error.code)
        answer = self._asked(Typed(key.text, shown.text))
        if answer.key:
            self.computer_keys.append(answer.key)
        return answer

    def complete(self, computer: Computer, folder: str, key: str, *, power_fails: bool = False) -> bool:
        """Type a computer key into the wizard; tell whether it took it."""
        try:
            with computer.at_work(folder, power_fails=power_fails) as control:
                control.complete(key)
        except (*REFUSED, PowerCut):
            return False
        return True

    def deactivate(
        self,
        computer: Computer,
        folder: str,
        key: ActivationKey,
        *,
        earlier: bool = False,
        power_fails: bool = False,
    ) -> list[Paper]:
        """Deactivate a key in the wizard, also of an earlier identifier; return the codes that it shows."""
        return self._codes(
            computer, folder, key, "deactivate_earlier" if earlier else "deactivate", power_fails
        )

    def show_codes(
        self, computer: Computer, folder: str, key: ActivationKey, *, earlier: bool = False
    ) -> list[Paper]:
        """Return the codes that the wizard shows again."""
        return self._codes(computer, folder, key, "show_earlier_code" if earlier else "show_code", False)

    def report(self, paper: Paper) -> str:
        """Type a code into Self Help; return `released`, or how it was refused."""
        self._a_moment_later()
        typed = Typed(paper.activation_key.text, paper.computer_id.text)
        try:
            released = operations.release(typed, Code(paper.code), by=PHONE)
        except REFUSED as error:
            return error.code
        return released.outcome

    def report_by_scan(self, computer: Computer, folder: str, key: ActivationKey) -> str:
        """Scan the QR code with the codes of a key; return as `report`."""
        self._a_moment_later()
        try:
            with computer.at_work(folder) as control:
                token = control.show_code(key).url.partition("#")[2]
            asked = opened(token)
            if not isinstance(asked, DeactivationRequest):
                return "no_deactivation"
            return operations.release(asked, Code(asked.code), by=PHONE).outcome
        except REFUSED as error:
            return error.code

    def stranger(self, key: ActivationKey, openings: tuple[Opening, ...] = ()) -> Answer:
        """Have a stranger with profile, key and the first computer's ID ask with a secret of his own."""
        victim, profile = self.computers[0], self.vendor.profile
        number = profile.epochs[-1].number
        keys, bound = profile.keys(number), self.bound(key)
        strong = proof(
            keys, secret=secrets.token_bytes(SECRET_BYTES), activation_key=key, fingerprint=victim.fingerprint
        )
        made = ComputerId.make(
            keys, key, fingerprint=victim.fingerprint, commitment=commitment(strong, **bound)
        )
        self.strangers.append(StrangersId(key, made, strong))
        request = ActivationRequest(profile.product_number, made, key, None, openings)
        return self._asked(opened(sign_request(request, keys)))

    def stranger_goes_on(self, key: ActivationKey) -> Answer:
        """Have the stranger continue his newest computer ID."""
        own = next(one for one in reversed(self.strangers) if one.activation_key == key)
        return self.stranger(key, (weaken(own.strong, Level.CONTINUATION, **self.bound(key)),))

    def stranger_with_a_photo(self, token: str) -> Answer:
        """Have the stranger unmask the openings in a token that he saw, and ask with them."""
        request = verify_request(token, self.vendor.profile.keys(self._epoch_of(token)))
        if not isinstance(request, ActivationRequest):
            return Answer(refused="no_activation")
        return self.stranger(request.activation_key, request.openings)

    def stranger_frees(self, one: StrangersId, level: Level) -> str:
        """Have the stranger show a code of his own."""
        opening = weaken(one.strong, level, **self.bound(one.activation_key))
        return self.report(Paper(one.activation_key, one.computer_id, DeactivationCode.of(opening), level))

    def bound(self, key: ActivationKey) -> dict[str, object]:
        """What openings for the first computer are bound to."""
        profile: WizardProfile = self.vendor.profile
        return {
            "product_code": profile.product_code,
            "activation_key": key,
            "fingerprint": self.computers[0].fingerprint,
        }

    def _asked(self, asked: ActivationRequest | Typed) -> Answer:
        self._a_moment_later()
        try:
            given = operations.activate(asked, by=PHONE)
        except REFUSED as error:
            return Answer(refused=error.code)
        return Answer(key=given.done.computer_key)

    def _codes(
        self, computer: Computer, folder: str, key: ActivationKey, what: str, power_fails: bool
    ) -> list[Paper]:
        try:
            with computer.at_work(folder, power_fails=power_fails) as control:
                released = getattr(control, what)(key)
        except (WizardError, PowerCut):
            return []
        papers = [Paper(key, one.computer_id, one.code, one.level) for one in released.codes]
        self.papers += [paper for paper in papers if paper not in self.papers]
        return papers

    def _epoch_of(self, token: str) -> int:
        return peek(token).epoch

    def _a_moment_later(self) -> None:
        # Guesses are counted by the hour.
        self.vendor.clock.now += timedelta(minutes=5)

"""Machines without network: what a License Wizard on them would ask for and show."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.deactivation import SECRET_BYTES, DeactivationCode, proof
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.openings import Level, Opening, commitment, weaken
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest, sign_request
from keyferry.server.core.licensing.requests import TypedRequest


@dataclass(frozen=True)
class Machine:
    """One state of a License Wizard on one machine, as the protocol describes it."""

    profile: WizardProfile
    activation_key: ActivationKey
    name: str = "LAB-PC-07"
    epoch: int = 1
    secret: bytes = field(default_factory=lambda: os.urandom(SECRET_BYTES))
    openings: tuple[Opening, ...] = ()

    @cached_property
    def keys(self) -> EpochKeys:
        return self.profile.keys(self.epoch)

    @property
    def fingerprint(self) -> int:
        return machine_fingerprint(self.profile.fingerprint_key, self.name)

    @cached_property
    def proof(self) -> Opening:
        return proof(
            self.keys, secret=self.secret, activation_key=self.activation_key, fingerprint=self.fingerprint
        )

    @property
    def code(self) -> DeactivationCode:
        return DeactivationCode.of(self.proof)

    def opening(self, level: Level) -> Opening:
        """What this state shows of itself, at one level."""
        return weaken(self.proof, level, **self.holder)

    @property
    def holder(self) -> dict[str, Any]:
        return {
            "product_code": self.profile.product_code,
            "activation_key": self.activation_key,
            "fingerprint": self.fingerprint,
        }

    @cached_property
    def computer_id(self) -> ComputerId:
        committed = commitment(self.proof, **self.holder)
        return ComputerId.make(
            self.keys, self.activation_key, fingerprint=self.fingerprint, commitment=committed
        )

    @property
    def request(self) -> TypedRequest:
        return TypedRequest(self.activation_key, self.computer_id, self.name)

    @property
    def scanned(self) -> ActivationRequest:
        return ActivationRequest(
            self.profile.product_number, self.computer_id, self.activation_key, self.name, self.openings
        )

    def continuing(self, *earlier: Machine, level: Level = Level.CONTINUATION, **more: Any) -> Machine:
        """The next request of this machine, which opens its own computer ID and those of others."""
        openings = tuple(one.opening(level) for one in (self, *earlier))
        return replace(self, secret=os.urandom(SECRET_BYTES), openings=openings, **more)

    @property
    def activation_token(self) -> str:
        return sign_request(self.scanned, self.keys)

    @property
    def deactivation_token(self) -> str:
        return self.deactivation_token_for(self.computer_id)

    def deactivation_token_for(self, computer_id: ComputerId) -> str:
        """The code of this state beside any computer ID, as a guess would be."""
        number = self.profile.product_number
        request = DeactivationRequest(number, computer_id, self.activation_key, (self.proof,), self.name)
        return sign_request(request, self.keys)

    def deactivation_token_with(self, *others: Machine) -> str:
        """The codes of this state and of others of the same machine."""
        number, codes = self.profile.product_number, tuple(one.proof for one in (self, *others))
        request = DeactivationRequest(number, self.computer_id, self.activation_key, codes, self.name)
        return sign_request(request, self.keys)

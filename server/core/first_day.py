"""A vendor's first day: seven steps to a computer that is activated, each done by what is the case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from keyferry.server.core.audit import By
from keyferry.server.core.licensing import demo_machine, licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Activation, DemoMachine, License, OutboxMail, Product

TEST_LICENSE = "Test license"
"""What the notes of a test license begin with."""
TEST_DAYS = 30


class Step(StrEnum):
    """One step, in the order of the list."""

    ADDRESS = "address"
    PRODUCT = "product"
    LICENSE = "license"
    ACTIVATION = "activation"
    SECOND_FACTOR = "second_factor"
    BRANDING = "branding"
    EMAIL = "email"


@dataclass(frozen=True)
class Facts:
    """The first of each thing that the database has, None where there is none yet."""

    product: Product | None
    license: License | None
    activation: Activation | None
    demo: DemoMachine | None
    mailed: bool

    @property
    def is_activated(self) -> bool:
        """Whether a computer was activated, and be it the demo machine."""
        return self.activation is not None or (self.demo is not None and self.demo.activated_at is not None)


def facts(session: Session) -> Facts:
    """Return what is there; each is the first row that an index leads to."""
    own = License.demo_fingerprint.is_(None)
    # With its epochs, of which the newest is in the name of the profile.
    with_product = contains_eager(License.product).selectinload(Product.epochs)
    of_product = select(License).join(License.product).options(with_product)
    activated = select(Activation).join(Activation.license).options(contains_eager(Activation.license))
    mailed = select(OutboxMail.id).where(OutboxMail.delivered_at.is_not(None))
    return Facts(
        session.scalars(select(Product).order_by(Product.number).limit(1)).first(),
        session.scalars(of_product.where(own).order_by(License.id).limit(1)).first(),
        session.scalars(activated.where(own).order_by(Activation.id).limit(1)).first(),
        demo_machine.present(session),
        session.scalars(mailed.limit(1)).first() is not None,
    )


def issue_test_license(session: Session, product: Product, *, by: By, now: datetime) -> License:
    """Issue a license to try things with: one seat, all features, and an end."""
    [license] = licenses.issue(
        session,
        product,
        seats=1,
        terms=Terms(expires=now.date() + timedelta(days=TEST_DAYS)),
        features=product.features,
        customer=None,
        notes=f"{TEST_LICENSE}: one seat for {TEST_DAYS} days.",
        count=1,
        by=by,
        now=now,
    )
    return license


def opened(done: Collection[Step]) -> Step | None:
    """Return the step that comes next, None where all are done.

    Whoever went on without an address that phones reach is not held up by it.
    """
    left = [step for step in Step if step not in done]
    if left[:1] == [Step.ADDRESS] and Step.PRODUCT in done:
        left = [*left[1:], Step.ADDRESS]
    return left[0] if left else None

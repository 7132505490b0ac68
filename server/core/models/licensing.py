"""Products, customers, licenses and their activations; the constraints here are the judge, not the code."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from keyferry.server.core.folding import FOLDED_LENGTH, folded
from keyferry.server.core.models.base import Base, one_of
from keyferry.server.core.models.ordered import LastDay, ordered_text
from keyferry.server.core.models.states import Displaced, Ending, LicenseStatus


class Product(Base):
    """What is sold; its number is in every request token and is never given twice."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 1048575", name="number_has_20_bits"),
        CheckConstraint(one_of("key_style", ("short", "signed")), name="key_style"),
        CheckConstraint(one_of("machine_source", ("os", "host")), name="machine_source"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    folded_code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    key_style: Mapped[str] = mapped_column(String(6))
    machine_source: Mapped[str] = mapped_column(String(4))
    # A feature's place in the list is its bit in every key ever issued: the list only grows.
    features: Mapped[list[str]] = mapped_column(JSON)
    fingerprint_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    epochs: Mapped[list[ProductEpoch]] = relationship(
        order_by="ProductEpoch.number", back_populates="product"
    )

    @property
    def current_epoch(self) -> ProductEpoch:
        """The epoch of the newest keys."""
        return self.epochs[-1]


class ProductEpoch(Base):
    """One generation of a product's keys, sealed under the master key."""

    __tablename__ = "product_epoch"
    __table_args__ = (
        UniqueConstraint("product_number", "number"),
        CheckConstraint("number BETWEEN 1 AND 31", name="number_fits_one_symbol"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_number: Mapped[int] = mapped_column(ForeignKey("product.number"))
    number: Mapped[int]
    application_secret: Mapped[str] = mapped_column(Text)
    typed_key_private: Mapped[str] = mapped_column(Text)
    license_file_private: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship(back_populates="epochs")


class Customer(Base):
    """Who holds licenses, known by an email address in lower case."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_name", "folded_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(ordered_text(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(100))
    # As it is searched, see `core.folding`.
    folded_name: Mapped[str | None] = mapped_column(ordered_text(FOLDED_LENGTH))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]

    @validates("name")
    def _fold(self, _: str, name: str | None) -> str | None:
        self.folded_name = folded(name) if name is not None else None
        return name


class Batch(Base):
    """Licenses that were issued together: how many were asked for, how many there are, and what each grants.

    Its mark is that of the form, or the name, under which they were asked for: each counts once.
    """

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
        # Only those that somebody has to go on with are in it.
        Index(
            "ix_batch_unfinished",
            "id",
            sqlite_where=text("done < wanted"),
            postgresql_where=text("done < wanted"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(60), unique=True)
    wanted: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    product_number: Mapped[int] = mapped_column(ForeignKey("product.number"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    seats: Mapped[int]
    expires_on: Mapped[date | None]
    days_from_first_activation: Mapped[int | None]
    lease_days: Mapped[int | None]
    features: Mapped[int]
    notes: Mapped[str | None] = mapped_column(Text)
    order_reference: Mapped[str | None] = mapped_column(ordered_text(60))
    # Whether the customer gets the keys by email as soon as the last one is issued.
    mails_keys: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship()


class License(Base):
    """An activation key and what it grants."""

    __tablename__ = "license"
    __table_args__ = (
        CheckConstraint("seats >= 1", name="at_least_one_seat"),
        CheckConstraint("seats_used >= 0 AND seats_used <= seats", name="seats_are_not_oversold"),
        CheckConstraint("expires_on IS NULL OR days_from_first_activation IS NULL", name="one_kind_of_term"),
        CheckConstraint("features BETWEEN 0 AND 1023", name="features_have_10_bits"),
        CheckConstraint(one_of("status", LicenseStatus), name="status"),
        # Each list is walked where an index has it sorted. An activation changes none of these, but for the
        # last day of a license whose days begin with it. Whose a license is stands beside its product and its
        # last day: the customers of ten thousand licenses that end soon would lie anywhere in the table.
        Index("ix_license_product", "product_number", "id", "status", "customer_id"),
        Index("ix_license_customer", "customer_id", "id", "product_number"),
        Index("ix_license_seats", "seats", "id"),
        Index("ix_license_last_day", "last_day", "id", "status", "customer_id", "product_number"),
        Index(
            "ix_license_suspended",
            "status",
            "id",
            sqlite_where=text("status = 'suspended'"),
            postgresql_where=text("status = 'suspended'"),
        ),
        Index(
            "ix_license_suspended_last_day",
            "status",
            "last_day",
            "id",
            sqlite_where=text("status = 'suspended'"),
            postgresql_where=text("status = 'suspended'"),
        ),
        Index(
            "ix_license_suspended_seats",
            "status",
            "seats",
            "id",
            sqlite_where=text("status = 'suspended'"),
            postgresql_where=text("status = 'suspended'"),
        ),
        Index(
            "ix_license_order",
            "order_reference",
            "id",
            sqlite_where=text("order_reference IS NOT NULL"),
            postgresql_where=text("order_reference IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_key: Mapped[str] = mapped_column(ordered_text(29), unique=True)
    product_number: Mapped[int] = mapped_column(ForeignKey("product.number"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    seats: Mapped[int]
    seats_used: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date | None]
    days_from_first_activation: Mapped[int | None]
    first_activated_on: Mapped[date | None]
    # NULL where there is none, or none yet.
    last_day: Mapped[date | None] = mapped_column(Computed(LastDay(), persisted=True))
    lease_days: Mapped[int | None]
    features: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(9), default=LicenseStatus.ACTIVE.value)
    notes: Mapped[str | None] = mapped_column(Text)
    order_reference: Mapped[str | None] = mapped_column(ordered_text(60))
    created_at: Mapped[datetime]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    # Activations from before this moment belong to a former activation key.
    key_replaced_at: Mapped[datetime | None]
    # Of the demo machine's license: the only machine that it activates.
    demo_fingerprint: Mapped[int | None] = mapped_column(BigInteger)

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship()
    activations: Mapped[list[Activation]] = relationship(
        order_by="Activation.activated_at, Activation.id", back_populates="license"
    )


class DemoMachine(Base):
    """A License Wizard that the server plays itself on a license of its own; its secret is kept sealed.

    What has ended stays, so that its license is shown in no list.
    """

    __tablename__ = "demo_machine"

    id: Mapped[int] = mapped_column(primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"), unique=True)
    epoch: Mapped[int]
    computer_id: Mapped[str] = mapped_column(String(29))
    sealed_secret: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    # When its key was typed.
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    license: Mapped[License] = relationship()


class FormerActivationKey(Base):
    """An activation key that leaked and was replaced: it releases, and activates nothing any more."""

    __tablename__ = "former_activation_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_key: Mapped[str] = mapped_column(ordered_text(29), unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"), index=True)
    replaced_at: Mapped[datetime]


class ReleaseLink(Base):
    """A link that was mailed to a license's customer; using it ends its validity."""

    __tablename__ = "release_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"), index=True)
    # Whoever holds the license later got no such mail.
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    # What waits for a seat, where somebody asked from a computer.
    computer_id: Mapped[str | None] = mapped_column(String(29))
    computer_name: Mapped[str | None] = mapped_column(String(40))
    valid_until: Mapped[datetime] = mapped_column(index=True)

    license: Mapped[License] = relationship()


class Activation(Base):
    """One machine on one license, from its first key to its release; its row burns the computer ID for good.

    A request that proves to come from the same wizard continues it with another computer ID; what was there
    before is a `FormerComputerId`. No computer key is kept: it is made again from the claims here, always the
    same.
    """

    __tablename__ = "activation"
    __table_args__ = (
        # One computer ID may fit two activation keys: its tag has 15 bits. It comes once, unless its seat was
        # freed by the code of an earlier one.
        UniqueConstraint("license_id", "computer_id", "reopens"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="an_end_has_a_how"),
        CheckConstraint(f"ended_how IS NULL OR {one_of('ended_how', Ending)}", name="ended_how"),
        CheckConstraint(
            one_of("channel", ("phone", "self_help", "portal", "console", "command_line")), name="channel"
        ),
        # A machine takes one seat at most, whoever asks at the same moment.
        Index(
            "uq_activation_live_machine",
            "license_id",
            "fingerprint",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # What one machine had on a license, and on others; and whose ID begins with a text: with its epoch
        # and its fingerprint.
        Index("ix_activation_machine", "fingerprint", "license_id", "epoch"),
        # With the number, which the list of computers asks for; SQLite has it in every index.
        Index("ix_activation_computer_name", "folded_computer_name", "license_id", postgresql_include=["id"]),
        # Of those that have ended only: whatever activates need not be in it.
        Index(
            "ix_activation_ended",
            "ended_how",
            "id",
            sqlite_where=text("ended_how IS NOT NULL"),
            postgresql_where=text("ended_how IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"))
    epoch: Mapped[int]
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    commitment: Mapped[int] = mapped_column(BigInteger)
    computer_id: Mapped[str] = mapped_column(String(29))
    computer_name: Mapped[str | None] = mapped_column(String(40))
    # As it is searched, see `core.folding`; whoever writes the name past the ORM writes this, too.
    folded_computer_name: Mapped[str | None] = mapped_column(ordered_text(FOLDED_LENGTH))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    features: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(254))
    notes: Mapped[str | None] = mapped_column(Text)
    activated_at: Mapped[datetime] = mapped_column(index=True)
    refreshed_at: Mapped[datetime]
    # When its present computer ID came, where that is not the first one.
    continued_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None] = mapped_column(String(10))
    ended_by: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    # True once this seat changed hands without proof: a later release proves nothing about the earlier copy.
    unproven_before: Mapped[bool] = mapped_column(default=False)
    # True where nothing but a weak code, or no code at all, freed the seat.
    is_claim: Mapped[bool | None]
    # True where the code of an earlier computer ID freed the seat: this one may take a seat again.
    reopens: Mapped[bool] = mapped_column(server_default=false())

    license: Mapped[License] = relationship(back_populates="activations")

    @property
    def computer_id_since(self) -> datetime:
        """When its present computer ID was activated."""
        return self.continued_at or self.activated_at

    @validates("computer_name")
    def _fold(self, _: str, name: str | None) -> str | None:
        self.folded_computer_name = folded(name) if name is not None else None
        return name


class FormerComputerId(Base):
    """A computer ID that is not to be activated (again), known by machine and commitment.

    It belongs to the activation that holds the seat now, or held it last; to none if it was burnt unused.
    """

    __tablename__ = "former_computer_id"
    __table_args__ = (
        UniqueConstraint("license_id", "fingerprint", "commitment"),
        CheckConstraint(one_of("how", Displaced), name="how"),
        # What staff are shown as possible copies, and what limits count.
        Index(
            "ix_former_computer_id_copies",
            "id",
            sqlite_where=text("how IN ('stale', 'unproven')"),
            postgresql_where=text("how IN ('stale', 'unproven')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"))
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    commitment: Mapped[int] = mapped_column(BigInteger)
    # None where it was never live.
    computer_id: Mapped[str | None] = mapped_column(String(29))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"), index=True)
    how: Mapped[str] = mapped_column(String(9))
    at: Mapped[datetime]
    # Whether its code frees the seat.
    frees: Mapped[bool] = mapped_column(default=False)
    # Displaced without proof, and nobody has proven anything since: whoever proves it, too, takes that back.
    settles: Mapped[bool] = mapped_column(default=False)
    # The mark of the activation before this ID was displaced without proof.
    was_unproven: Mapped[bool] = mapped_column(default=False)
    # Whether the limit of replacements counts it; not what staff did, or what was accepted after a restore.
    counted: Mapped[bool] = mapped_column(default=False)

    activation: Mapped[Activation | None] = relationship()
    license: Mapped[License] = relationship()

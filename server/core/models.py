"""What the database keeps, as plain SQLAlchemy classes; the constraints here are the judge, not the code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also in databases that keep no time zone; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand over UTC; raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware UTC datetimes, and this one has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC; SQLite hands back what was stored without its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all models; every constraint has a name, so that a migration can change it."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime, date: Date},
    )


class LicenseStatus(StrEnum):
    """What the vendor has decided; whether a licence has expired is a matter of the day, not of this."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Ending(StrEnum):
    """How an activation ended."""

    PROVEN = "proven"
    CLAIMED = "claimed"
    FORCED = "forced"
    SUPERSEDED = "superseded"


def _one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Product(Base):
    """What is sold; its number is in every request token and is never given twice."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 1048575", name="number_has_20_bits"),
        CheckConstraint(_one_of("key_style", ("short", "signed")), name="key_style"),
        CheckConstraint(_one_of("machine_source", ("os", "host")), name="machine_source"),
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
    """Who holds licences, known by an e-mail address in lower case."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]


class License(Base):
    """An activation key and what it grants."""

    __tablename__ = "license"
    __table_args__ = (
        CheckConstraint("seats >= 1", name="at_least_one_seat"),
        CheckConstraint("seats_used >= 0 AND seats_used <= seats", name="seats_are_not_oversold"),
        CheckConstraint("expires_on IS NULL OR days_from_first_activation IS NULL", name="one_kind_of_term"),
        CheckConstraint("features BETWEEN 0 AND 1023", name="features_have_10_bits"),
        CheckConstraint(_one_of("status", LicenseStatus), name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_key: Mapped[str] = mapped_column(String(29), unique=True)
    product_number: Mapped[int] = mapped_column(ForeignKey("product.number"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    seats: Mapped[int]
    seats_used: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date | None]
    days_from_first_activation: Mapped[int | None]
    first_activated_on: Mapped[date | None]
    lease_days: Mapped[int | None]
    features: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(9), default=LicenseStatus.ACTIVE.value)
    created_at: Mapped[datetime]

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship()
    activations: Mapped[list[Activation]] = relationship(
        order_by="Activation.activated_at, Activation.id", back_populates="license"
    )


class Activation(Base):
    """One machine on one licence, from its first key to its release; its row burns the computer ID for good.

    No computer key is kept: it is made again from the claims here, always the same.
    """

    __tablename__ = "activation"
    __table_args__ = (
        # One computer ID may fit two activation keys: its tag has 15 bits.
        UniqueConstraint("license_id", "computer_id"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="an_end_has_a_how"),
        CheckConstraint(f"ended_how IS NULL OR {_one_of('ended_how', Ending)}", name="ended_how"),
        CheckConstraint(
            _one_of("way", ("phone", "self_help", "portal", "console", "command_line")), name="way"
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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"), index=True)
    epoch: Mapped[int]
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    commitment: Mapped[int] = mapped_column(BigInteger)
    computer_id: Mapped[str] = mapped_column(String(29))
    computer_name: Mapped[str | None] = mapped_column(String(40))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    features: Mapped[int] = mapped_column(default=0)
    way: Mapped[str] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(254))
    activated_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None] = mapped_column(String(10))
    ended_by: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    # True once this seat changed hands without proof: a later release proves nothing about the earlier copy.
    unproven_before: Mapped[bool] = mapped_column(default=False)

    license: Mapped[License] = relationship(back_populates="activations")


class Attempt(Base):
    """How often something was tried in the window that runs now; a bucket holds a digest, never a key."""

    __tablename__ = "attempt"

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


class AuditEvent(Base):
    """What happened, who did it, and what was refused; database triggers refuse to change or delete it."""

    __tablename__ = "audit_event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(45))
    product_number: Mapped[int | None] = mapped_column(ForeignKey("product.number"))
    license_id: Mapped[int | None] = mapped_column(ForeignKey("license.id"), index=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    activation_key_ending: Mapped[str | None] = mapped_column(String(5))
    code: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

"""The vendor's staff, where they are signed in, and what they have set."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keyferry.server.core.folding import FOLDED_LENGTH
from keyferry.server.core.models.base import Base, one_of


class Role(StrEnum):
    """What an operator is; each has exactly one, and `core.roles` says what it may do."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    SUPPORT = "support"
    VIEWER = "viewer"


class Operator(Base):
    """A member of the vendor's staff; the password is kept as an Argon2id hash only."""

    __tablename__ = "operator"
    __table_args__ = (CheckConstraint(one_of("role", Role), name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    folded_name: Mapped[str] = mapped_column(String(FOLDED_LENGTH), unique=True)
    role: Mapped[str] = mapped_column(String(13))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    password_set_at: Mapped[datetime]
    # What browsers hold in which they signed in, see `core.staff.devices`, is good for this version only.
    device_version: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[datetime | None]
    # Sealed; it counts from `totp_since` on, when a first code proved that the operator's device has it.
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_since: Mapped[datetime | None]
    # The time step of the code that was taken last: none is taken twice.
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    # The columns that they see in the list of licenses; None are the usual ones.
    license_columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class RecoveryCode(Base):
    """A code that lets an operator in once without the second factor; only its digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class OperatorSession(Base):
    """A session of an operator; its token is known only where they are signed in."""

    __tablename__ = "operator_session"
    __table_args__ = (CheckConstraint(one_of("channel", ("portal", "console")), name="channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    address: Mapped[str | None] = mapped_column(String(45))
    device: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    operator: Mapped[Operator] = relationship()


class KeptForm(Base):
    """What an operator had typed when the session ended; whoever shows the secret gets the form back."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_form: Mapped[str] = mapped_column(Text)
    kept_until: Mapped[datetime] = mapped_column(index=True)


class Listing(StrEnum):
    """A list of which an operator saves views."""

    LICENSES = "licenses"
    COMPUTERS = "computers"
    CUSTOMERS = "customers"
    AUDIT = "audit"


class SavedView(Base):
    """A list that an operator comes back to: which one, its name, and what its address says of it."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("operator_id", "listing", "name"),
        CheckConstraint(one_of("listing", Listing), name="listing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    listing: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[datetime]


class ServerProperty(Base):
    """A server property that staff have set; one that is not here has its default."""

    __tablename__ = "server_property"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(String(254))


class BrandPart(Base):
    """A part of the branding that staff have set; one that is not here is as the settings say."""

    __tablename__ = "brand_part"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    # Of a picture its digest: every page asks for that, and only who shows the picture for its content.
    value: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(String(254))

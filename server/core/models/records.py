"""What is kept about operations: counted attempts, the audit, and mail on its way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from keyferry.server.core.folding import FOLDED_LENGTH
from keyferry.server.core.models.base import Base, one_of


class Attempt(Base):
    """How often something was tried in the window that runs now; a bucket holds a digest, never a key."""

    __tablename__ = "attempt"

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


class AuditEvent(Base):
    """What happened, who did it, and what was refused.

    Database triggers refuse to change or delete it: only its address can be forgotten.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        # Of refusals only: whatever succeeds need not be in it.
        Index(
            "ix_audit_event_code",
            "code",
            sqlite_where=text("code IS NOT NULL"),
            postgresql_where=text("code IS NOT NULL"),
        ),
        # With the number, so that the latest event of a license is one look.
        Index("ix_audit_event_license", "license_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(254))
    # Not only operators are in the audit: here every name is found in every spelling.
    folded_who: Mapped[str | None] = mapped_column(String(FOLDED_LENGTH))
    address: Mapped[str | None] = mapped_column(String(45))
    # No foreign keys: none of these rows is ever deleted, and to check them costs PostgreSQL a tenth of an
    # activation, and a lock on the one row of the product.
    product_number: Mapped[int | None]
    license_id: Mapped[int | None]
    activation_id: Mapped[int | None]
    activation_key_ending: Mapped[str | None] = mapped_column(String(5))
    code: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class AuditRepeat(Base):
    """How often an event of the audit happened in the window that runs now; `event` holds its columns."""

    __tablename__ = "audit_repeat"

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    event: Mapped[dict[str, Any]] = mapped_column(JSON)


class AddressesForgotten(Base):
    """Up to which row of a table its network addresses were forgotten."""

    __tablename__ = "addresses_forgotten"

    table: Mapped[str] = mapped_column(String(30), primary_key=True)
    up_to: Mapped[int] = mapped_column(BigInteger)


class KeptFigures(Base):
    """Figures of large tables, as they were counted at a moment: counting takes longer than a page may."""

    __tablename__ = "kept_figures"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    counted_at: Mapped[datetime]


class ChangeOfMany(Base):
    """One change of many licenses: which, in the order of their numbers, and how many of them are done.

    Its mark is that of the form in which it was asked for: each counts once.
    """

    __tablename__ = "change_of_many"
    __table_args__ = (
        CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
        CheckConstraint(one_of("action", ("renew", "suspend", "resume")), name="action"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(60), unique=True)
    action: Mapped[str] = mapped_column(String(7))
    expires_on: Mapped[date | None]
    days: Mapped[int | None]
    numbers: Mapped[list[int]] = mapped_column(JSON, deferred=True)
    wanted: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    # Those that were so before, and those that can't be changed so, are in neither.
    changed: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class CsvImport(Base):
    """A file of customers and licenses that is imported: how many rows are done, and what they made."""

    __tablename__ = "csv_import"
    __table_args__ = (
        CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
        # No number comes again: a page that was left open must not begin another file.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    # Of its content: nobody is to import the same file twice without knowing it.
    digest: Mapped[str] = mapped_column(String(64))
    head: Mapped[list[str]] = mapped_column(JSON)
    # Of licenses that name none.
    product_number: Mapped[int | None] = mapped_column(ForeignKey("product.number"))
    # 0 until all rows are there.
    wanted: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    # What the rows would make, and then what they made.
    licenses: Mapped[int] = mapped_column(default=0)
    customers: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    kept_until: Mapped[datetime] = mapped_column(index=True)


class CsvImportRow(Base):
    """A row of such a file; it goes once it is imported, and stays with the reason where it can't be.

    Not in the row of the import: with each step SQLite would write the whole file again.
    """

    __tablename__ = "csv_import_row"
    __table_args__ = (
        Index(
            "ix_csv_import_row_refused",
            "import_id",
            "place",
            sqlite_where=text("code IS NOT NULL"),
            postgresql_where=text("code IS NOT NULL"),
        ),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("csv_import.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    code: Mapped[str | None] = mapped_column(String(40))
    # A sentence and its values.
    reason: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class OutboxMail(Base):
    """A mail, committed with its operation; its sealed text is wiped once delivered, or kept no longer."""

    __tablename__ = "outbox_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    # When it was posted, or sent again by staff.
    due_at: Mapped[datetime]
    template: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    sealed_text: Mapped[str | None] = mapped_column(Text)
    license_id: Mapped[int | None] = mapped_column(ForeignKey("license.id"), index=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    channel: Mapped[str] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(254))
    tries: Mapped[int] = mapped_column(default=0)
    # Not before this moment; None once the mail was delivered or given up.
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]
    # Until then staff may send again what was given up; None while it waits, and once its text is wiped.
    kept_until: Mapped[datetime | None] = mapped_column(index=True)
    trouble: Mapped[str | None] = mapped_column(String(200))


class MailDelivery(Base):
    """How the delivery of mail goes, in one row that all workers write."""

    __tablename__ = "mail_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    # When a worker last looked for mail.
    looked_at: Mapped[datetime | None]
    # What stops every mail; None once one was handed over.
    trouble: Mapped[str | None] = mapped_column(String(200))


class MailTemplate(Base):
    """What staff have written for one kind of mail in one language, in the place of our own words."""

    __tablename__ = "mail_template"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(String(254))

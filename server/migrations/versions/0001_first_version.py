"""Every table, and the triggers that keep the audit record append-only, but for addresses that are forgotten.

Nothing has been released: until it is, a change of the models is a change of this migration. A later batch
migration of `audit_event` on SQLite copies the table without its triggers: make them again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
# The names of constraints and indexes, as the models make them now: later ones are free to change.
_SCHEMA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_SQLITE_TRIGGERS = (
    # An address can be forgotten, and nothing else changed.
    """
    CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
    WHEN NEW.address IS NOT NULL OR (
        NEW.id, NEW.at, NEW.event, NEW.channel, NEW.who, NEW.folded_who, NEW.product_number,
        NEW.license_id, NEW.activation_id, NEW.activation_key_ending, NEW.code, NEW.detail
    ) IS NOT (
        OLD.id, OLD.at, OLD.event, OLD.channel, OLD.who, OLD.folded_who, OLD.product_number,
        OLD.license_id, OLD.activation_id, OLD.activation_key_ending, OLD.code, OLD.detail
    )
    BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
    """,
    """
    CREATE TRIGGER audit_event_is_never_deleted BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
    """,
    # INSERT OR REPLACE deletes a row without asking the trigger above.
    """
    CREATE TRIGGER audit_event_is_never_replaced BEFORE INSERT ON audit_event
    WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
    """,
)
# An activation writes its license anew. Where there is room for that on the same page, no index is written.
_ROOM_FOR_ACTIVATIONS = "ALTER TABLE license SET (fillfactor = 80)"
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_to_change_audit_event() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_event_is_append_only BEFORE DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit_event()
    """,
    # An address can be forgotten, and nothing else changed. JSON has no equality: rows are compared as they
    # are stored, those of later columns, too.
    """
    CREATE FUNCTION refuse_to_change_audit_event_but_its_address() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        OLD.address := NULL;
        IF NEW *<> OLD THEN RAISE EXCEPTION 'audit_event is append-only'; END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_event_but_its_address()
    """,
)


def _ordered_text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


class _LastDay(FunctionElement[Any]):
    name = "last_day"
    inherit_cache = True


@compiles(_LastDay)
def _last_day(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    counted = "first_activated_on + days_from_first_activation"
    return f"CASE WHEN days_from_first_activation IS NOT NULL THEN {counted} ELSE expires_on END"


@compiles(_LastDay, "sqlite")
def _last_day_on_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    counted = "date(first_activated_on, '+' || days_from_first_activation || ' days')"
    return f"CASE WHEN days_from_first_activation IS NOT NULL THEN {counted} ELSE expires_on END"


sa.Table(
    "addresses_forgotten",
    _SCHEMA,
    sa.Column("table", sa.String(30), primary_key=True),
    sa.Column("up_to", sa.BigInteger, nullable=False),
)
sa.Table(
    "attempt",
    _SCHEMA,
    sa.Column("bucket", sa.String(64), primary_key=True),
    sa.Column("window_ends_at", _TIME, nullable=False, index=True),
    sa.Column("count", sa.Integer, nullable=False),
)
sa.Table(
    "audit_repeat",
    _SCHEMA,
    sa.Column("bucket", sa.String(64), primary_key=True),
    sa.Column("window_ends_at", _TIME, nullable=False, index=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("event", sa.JSON, nullable=False),
)
sa.Table(
    "brand_part",
    _SCHEMA,
    sa.Column("name", sa.String(10), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("changed_at", _TIME, nullable=False),
    sa.Column("changed_by", sa.String(254)),
)
sa.Table(
    "customer",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", _ordered_text(254), nullable=False, unique=True),
    sa.Column("name", sa.String(100)),
    sa.Column("folded_name", _ordered_text(200)),
    sa.Column("notes", sa.Text),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Index("ix_customer_name", "folded_name"),
)
sa.Table(
    "kept_figures",
    _SCHEMA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("counted_at", _TIME, nullable=False),
)
sa.Table(
    "mail_delivery",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("looked_at", _TIME),
    sa.Column("trouble", sa.String(200)),
)
sa.Table(
    "mail_template",
    _SCHEMA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("changed_at", _TIME, nullable=False),
    sa.Column("changed_by", sa.String(254)),
)
sa.Table(
    "operator",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("folded_name", sa.String(200), nullable=False, unique=True),
    sa.Column("role", sa.String(13), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("password_set_at", _TIME, nullable=False),
    sa.Column("device_version", sa.Integer, nullable=False),
    sa.Column("disabled_at", _TIME),
    sa.Column("totp_secret", sa.Text),
    sa.Column("totp_since", _TIME),
    sa.Column("totp_last_step", sa.BigInteger),
    sa.Column("license_columns", sa.JSON(none_as_null=True)),
    sa.CheckConstraint("role IN ('administrator', 'manager', 'support', 'viewer')", name="role"),
)
sa.Table(
    "product",
    _SCHEMA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("folded_code", sa.String(40), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("key_style", sa.String(6), nullable=False),
    sa.Column("machine_source", sa.String(4), nullable=False),
    sa.Column("features", sa.JSON, nullable=False),
    sa.Column("fingerprint_key", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.CheckConstraint("key_style IN ('short', 'signed')", name="key_style"),
    sa.CheckConstraint("machine_source IN ('os', 'host')", name="machine_source"),
    sa.CheckConstraint("number BETWEEN 1 AND 1048575", name="number_has_20_bits"),
    sqlite_autoincrement=True,
)
sa.Table(
    "server_property",
    _SCHEMA,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("changed_at", _TIME, nullable=False),
    sa.Column("changed_by", sa.String(254)),
)
sa.Table(
    "batch",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mark", sa.String(60), nullable=False, unique=True),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("product_number", sa.Integer, sa.ForeignKey("product.number"), nullable=False),
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id"), index=True),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("days_from_first_activation", sa.Integer),
    sa.Column("lease_days", sa.Integer),
    sa.Column("features", sa.Integer, nullable=False),
    sa.Column("notes", sa.Text),
    sa.Column("order_reference", _ordered_text(60)),
    sa.Column("mails_keys", sa.Boolean, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
    sa.Index(
        "ix_batch_unfinished",
        "id",
        sqlite_where=sa.text("done < wanted"),
        postgresql_where=sa.text("done < wanted"),
    ),
)
sa.Table(
    "change_of_many",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mark", sa.String(60), nullable=False, unique=True),
    sa.Column("action", sa.String(7), nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("days", sa.Integer),
    sa.Column("numbers", sa.JSON, nullable=False),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
    sa.CheckConstraint("action IN ('renew', 'suspend', 'resume')", name="action"),
)
sa.Table(
    "csv_import",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("head", sa.JSON, nullable=False),
    sa.Column("product_number", sa.Integer, sa.ForeignKey("product.number")),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("licenses", sa.Integer, nullable=False),
    sa.Column("customers", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("begun_at", _TIME),
    sa.Column("kept_until", _TIME, nullable=False, index=True),
    sa.CheckConstraint("done >= 0 AND done <= wanted", name="no_more_than_wanted"),
    sqlite_autoincrement=True,
)
sa.Table(
    "csv_import_row",
    _SCHEMA,
    sa.Column("import_id", sa.Integer, sa.ForeignKey("csv_import.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("cells", sa.JSON, nullable=False),
    sa.Column("code", sa.String(40)),
    sa.Column("reason", sa.JSON),
    sa.Index(
        "ix_csv_import_row_refused",
        "import_id",
        "place",
        sqlite_where=sa.text("code IS NOT NULL"),
        postgresql_where=sa.text("code IS NOT NULL"),
    ),
)
sa.Table(
    "license",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("activation_key", _ordered_text(29), nullable=False, unique=True),
    sa.Column("product_number", sa.Integer, sa.ForeignKey("product.number"), nullable=False),
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id")),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("seats_used", sa.Integer, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("days_from_first_activation", sa.Integer),
    sa.Column("first_activated_on", sa.Date),
    sa.Column("last_day", sa.Date, sa.Computed(_LastDay(), persisted=True)),
    sa.Column("lease_days", sa.Integer),
    sa.Column("features", sa.Integer, nullable=False),
    sa.Column("status", sa.String(9), nullable=False),
    sa.Column("notes", sa.Text),
    sa.Column("order_reference", _ordered_text(60)),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("batch_id", sa.Integer, sa.ForeignKey("batch.id"), index=True),
    sa.Column("key_replaced_at", _TIME),
    sa.Column("demo_fingerprint", sa.BigInteger),
    sa.CheckConstraint("status IN ('active', 'suspended')", name="status"),
    sa.CheckConstraint("expires_on IS NULL OR days_from_first_activation IS NULL", name="one_kind_of_term"),
    sa.CheckConstraint("features BETWEEN 0 AND 1023", name="features_have_10_bits"),
    sa.CheckConstraint("seats >= 1", name="at_least_one_seat"),
    sa.CheckConstraint("seats_used >= 0 AND seats_used <= seats", name="seats_are_not_oversold"),
    sa.Index("ix_license_product", "product_number", "id", "status", "customer_id"),
    sa.Index("ix_license_customer", "customer_id", "id", "product_number"),
    sa.Index("ix_license_seats", "seats", "id"),
    sa.Index("ix_license_last_day", "last_day", "id", "status", "customer_id", "product_number"),
    sa.Index(
        "ix_license_suspended",
        "status",
        "id",
        sqlite_where=sa.text("status = 'suspended'"),
        postgresql_where=sa.text("status = 'suspended'"),
    ),
    sa.Index(
        "ix_license_suspended_last_day",
        "status",
        "last_day",
        "id",
        sqlite_where=sa.text("status = 'suspended'"),
        postgresql_where=sa.text("status = 'suspended'"),
    ),
    sa.Index(
        "ix_license_suspended_seats",
        "status",
        "seats",
        "id",
        sqlite_where=sa.text("status = 'suspended'"),
        postgresql_where=sa.text("status = 'suspended'"),
    ),
    sa.Index(
        "ix_license_order",
        "order_reference",
        "id",
        sqlite_where=sa.text("order_reference IS NOT NULL"),
        postgresql_where=sa.text("order_reference IS NOT NULL"),
    ),
)
sa.Table(
    "operator_session",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("operator_id", sa.Integer, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("token_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("address", sa.String(45)),
    sa.Column("device", sa.String(200)),
    sa.Column("created_at", _TIME, nullable=False, index=True),
    sa.Column("seen_at", _TIME, nullable=False),
    sa.Column("ended_at", _TIME),
    sa.CheckConstraint("channel IN ('portal', 'console')", name="channel"),
)
sa.Table(
    "product_epoch",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("product_number", sa.Integer, sa.ForeignKey("product.number"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("application_secret", sa.Text, nullable=False),
    sa.Column("typed_key_private", sa.Text, nullable=False),
    sa.Column("license_file_private", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("retired_at", _TIME),
    sa.CheckConstraint("number BETWEEN 1 AND 31", name="number_fits_one_symbol"),
    sa.UniqueConstraint("product_number", "number"),
)
sa.Table(
    "kept_form",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("operator_id", sa.Integer, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed_form", sa.Text, nullable=False),
    sa.Column("kept_until", _TIME, nullable=False, index=True),
)
sa.Table(
    "saved_view",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("operator_id", sa.Integer, sa.ForeignKey("operator.id"), nullable=False),
    sa.Column("listing", sa.String(20), nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("query", sa.String(600), nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.CheckConstraint("listing IN ('licenses', 'computers', 'customers', 'audit')", name="listing"),
    sa.UniqueConstraint("operator_id", "listing", "name"),
)
sa.Table(
    "recovery_code",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("operator_id", sa.Integer, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("used_at", _TIME),
)
sa.Table(
    "activation",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.BigInteger, nullable=False),
    sa.Column("commitment", sa.BigInteger, nullable=False),
    sa.Column("computer_id", sa.String(29), nullable=False),
    sa.Column("computer_name", sa.String(40)),
    sa.Column("folded_computer_name", _ordered_text(200)),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("features", sa.Integer, nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("who", sa.String(254)),
    sa.Column("notes", sa.Text),
    sa.Column("activated_at", _TIME, nullable=False, index=True),
    sa.Column("refreshed_at", _TIME, nullable=False),
    sa.Column("continued_at", _TIME),
    sa.Column("ended_at", _TIME),
    sa.Column("ended_how", sa.String(10)),
    sa.Column("ended_by", sa.String(254)),
    sa.Column("reason", sa.Text),
    sa.Column("replaced_by", sa.Integer, sa.ForeignKey("activation.id")),
    sa.Column("unproven_before", sa.Boolean, nullable=False),
    sa.Column("is_claim", sa.Boolean),
    sa.Column("reopens", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint(
        "channel IN ('phone', 'self_help', 'portal', 'console', 'command_line')", name="channel"
    ),
    sa.CheckConstraint(
        "ended_how IS NULL OR ended_how IN ('proven', 'claimed', 'forced', 'superseded')", name="ended_how"
    ),
    sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="an_end_has_a_how"),
    sa.UniqueConstraint("license_id", "computer_id", "reopens"),
    sa.Index("ix_activation_machine", "fingerprint", "license_id", "epoch"),
    sa.Index("ix_activation_computer_name", "folded_computer_name", "license_id", postgresql_include=["id"]),
    sa.Index(
        "ix_activation_ended",
        "ended_how",
        "id",
        sqlite_where=sa.text("ended_how IS NOT NULL"),
        postgresql_where=sa.text("ended_how IS NOT NULL"),
    ),
    sa.Index(
        "uq_activation_live_machine",
        "license_id",
        "fingerprint",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)
sa.Table(
    "former_computer_id",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), nullable=False),
    sa.Column("fingerprint", sa.BigInteger, nullable=False),
    sa.Column("commitment", sa.BigInteger, nullable=False),
    sa.Column("computer_id", sa.String(29)),
    sa.Column("activation_id", sa.Integer, sa.ForeignKey("activation.id"), index=True),
    sa.Column("how", sa.String(9), nullable=False),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("frees", sa.Boolean, nullable=False),
    sa.Column("settles", sa.Boolean, nullable=False),
    sa.Column("was_unproven", sa.Boolean, nullable=False),
    sa.Column("counted", sa.Boolean, nullable=False),
    sa.CheckConstraint("how IN ('proven', 'stale', 'unproven', 'companion', 'burnt')", name="how"),
    sa.UniqueConstraint("license_id", "fingerprint", "commitment"),
    sa.Index(
        "ix_former_computer_id_copies",
        "id",
        sqlite_where=sa.text("how IN ('stale', 'unproven')"),
        postgresql_where=sa.text("how IN ('stale', 'unproven')"),
    ),
)
sa.Table(
    "demo_machine",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), nullable=False, unique=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("computer_id", sa.String(29), nullable=False),
    sa.Column("sealed_secret", sa.Text, nullable=False),
    sa.Column("begun_at", _TIME, nullable=False),
    sa.Column("activated_at", _TIME),
    sa.Column("ended_at", _TIME),
)
sa.Table(
    "former_activation_key",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("activation_key", _ordered_text(29), nullable=False, unique=True),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), nullable=False, index=True),
    sa.Column("replaced_at", _TIME, nullable=False),
)
sa.Table(
    "release_link",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), nullable=False, index=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("computer_id", sa.String(29)),
    sa.Column("computer_name", sa.String(40)),
    sa.Column("valid_until", _TIME, nullable=False, index=True),
)
sa.Table(
    "audit_event",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _TIME, nullable=False, index=True),
    sa.Column("event", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("who", sa.String(254)),
    sa.Column("folded_who", sa.String(200)),
    sa.Column("address", sa.String(45)),
    sa.Column("product_number", sa.Integer),
    sa.Column("license_id", sa.Integer),
    sa.Column("activation_id", sa.Integer),
    sa.Column("activation_key_ending", sa.String(5)),
    sa.Column("code", sa.String(40)),
    sa.Column("detail", sa.JSON(none_as_null=True)),
    sa.Index(
        "ix_audit_event_code",
        "code",
        sqlite_where=sa.text("code IS NOT NULL"),
        postgresql_where=sa.text("code IS NOT NULL"),
    ),
    sa.Index("ix_audit_event_license", "license_id", "id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "outbox_mail",
    _SCHEMA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("created_at", _TIME, nullable=False, index=True),
    sa.Column("due_at", _TIME, nullable=False),
    sa.Column("template", sa.String(40), nullable=False),
    sa.Column("recipient", sa.String(254), nullable=False, index=True),
    sa.Column("sealed_text", sa.Text),
    sa.Column("license_id", sa.Integer, sa.ForeignKey("license.id"), index=True),
    sa.Column("activation_id", sa.Integer, sa.ForeignKey("activation.id")),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("who", sa.String(254)),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", _TIME, index=True),
    sa.Column("delivered_at", _TIME),
    sa.Column("kept_until", _TIME, index=True),
    sa.Column("trouble", sa.String(200)),
)


def upgrade() -> None:
    _SCHEMA.create_all(op.get_bind(), checkfirst=False)
    # One row, which the worker keeps up to date.
    op.bulk_insert(_SCHEMA.tables["mail_delivery"], [{"id": 1}])
    # How far the worker has come, too.
    op.bulk_insert(
        _SCHEMA.tables["addresses_forgotten"],
        [{"table": name, "up_to": 0} for name in ("audit_event", "operator_session")],
    )
    is_postgresql = op.get_context().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(_ROOM_FOR_ACTIVATIONS)
    for trigger in _POSTGRESQL_TRIGGERS if is_postgresql else _SQLITE_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    _SCHEMA.drop_all(op.get_bind(), checkfirst=False)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_audit_event()")
        op.execute("DROP FUNCTION refuse_to_change_audit_event_but_its_address()")

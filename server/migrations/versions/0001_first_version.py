"""Every table, and the triggers that keep the audit record append-only.

Nothing has been released: until it is, a change of the models is a change of this migration. A later batch
migration of `audit_event` on SQLite copies the table without its triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
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
_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_to_change_audit_event() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit_event()
    """,
)


_TABLES = (
    "attempt",
    "audit_repeat",
    "batch",
    "brand_part",
    "customer",
    "mail_delivery",
    "mail_template",
    "operator",
    "product",
    "server_property",
    "license",
    "operator_session",
    "product_epoch",
    "recovery_code",
    "activation",
    "former_activation_key",
    "release_link",
    "audit_event",
    "outbox_mail",
)


def upgrade() -> None:
    _attempt()
    _audit_repeat()
    _batch()
    _brand_part()
    _customer()
    _mail_delivery()
    _mail_template()
    _operator()
    _product()
    _server_property()
    _license()
    _operator_session()
    _product_epoch()
    _recovery_code()
    _activation()
    _former_activation_key()
    _release_link()
    _audit_event()
    _outbox_mail()
    # One row, which the worker keeps up to date.
    op.bulk_insert(sa.table("mail_delivery", sa.column("id", sa.Integer())), [{"id": 1}])
    is_postgresql = op.get_context().dialect.name == "postgresql"
    for trigger in _POSTGRESQL_TRIGGERS if is_postgresql else _SQLITE_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_audit_event()")


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("window_ends_at", _TIME, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_window_ends_at"), "attempt", ["window_ends_at"])


def _audit_repeat() -> None:
    op.create_table(
        "audit_repeat",
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("window_ends_at", _TIME, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_audit_repeat")),
    )
    op.create_index(op.f("ix_audit_repeat_window_ends_at"), "audit_repeat", ["window_ends_at"])


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("form", name=op.f("uq_batch_form")),
    )


def _brand_part() -> None:
    op.create_table(
        "brand_part",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_brand_part")),
    )


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("email", name=op.f("uq_customer_email")),
    )


def _mail_delivery() -> None:
    op.create_table(
        "mail_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("looked_at", _TIME, nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_delivery")),
    )


def _mail_template() -> None:
    op.create_table(
        "mail_template",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("name", "language", name=op.f("pk_mail_template")),
    )


def _operator() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded_name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=13), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("password_set_at", _TIME, nullable=False),
        sa.Column("device_version", sa.Integer(), nullable=False),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_since", _TIME, nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'manager', 'support', 'viewer')", name=op.f("ck_operator_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("folded_name", name=op.f("uq_operator_folded_name")),
    )


def _product() -> None:
    op.create_table(
        "product",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("folded_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_style", sa.String(length=6), nullable=False),
        sa.Column("machine_source", sa.String(length=4), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("fingerprint_key", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("key_style IN ('short', 'signed')", name=op.f("ck_product_key_style")),
        sa.CheckConstraint("machine_source IN ('os', 'host')", name=op.f("ck_product_machine_source")),
        sa.CheckConstraint("number BETWEEN 1 AND 1048575", name=op.f("ck_product_number_has_20_bits")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_product")),
        sa.UniqueConstraint("folded_code", name=op.f("uq_product_folded_code")),
        sqlite_autoincrement=True,
    )


def _server_property() -> None:
    op.create_table(
        "server_property",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_property")),
    )


def _license() -> None:
    op.create_table(
        "license",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activation_key", sa.String(length=29), nullable=False),
        sa.Column("product_number", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seats_used", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("days_from_first_activation", sa.Integer(), nullable=True),
        sa.Column("first_activated_on", sa.Date(), nullable=True),
        sa.Column("lease_days", sa.Integer(), nullable=True),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("key_replaced_at", _TIME, nullable=True),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_license_status")),
        sa.CheckConstraint(
            "expires_on IS NULL OR days_from_first_activation IS NULL",
            name=op.f("ck_license_one_kind_of_term"),
        ),
        sa.CheckConstraint("features BETWEEN 0 AND 1023", name=op.f("ck_license_features_have_10_bits")),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_license_at_least_one_seat")),
        sa.CheckConstraint(
            "seats_used >= 0 AND seats_used <= seats", name=op.f("ck_license_seats_are_not_oversold")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_license_batch_id_batch")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_license_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["product_number"], ["product.number"], name=op.f("fk_license_product_number_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license")),
        sa.UniqueConstraint("activation_key", name=op.f("uq_license_activation_key")),
    )
    op.create_index(op.f("ix_license_batch_id"), "license", ["batch_id"])
    op.create_index(op.f("ix_license_expires_on"), "license", ["expires_on"])
    op.create_index(op.f("ix_license_product_number"), "license", ["product_number"])
    op.create_index("ix_license_search", "license", ["customer_id", "activation_key"])


def _operator_session() -> None:
    op.create_table(
        "operator_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint("channel IN ('portal', 'console')", name=op.f("ck_operator_session_channel")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_operator_session_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_operator_session_token_digest")),
    )
    op.create_index(op.f("ix_operator_session_operator_id"), "operator_session", ["operator_id"])


def _product_epoch() -> None:
    op.create_table(
        "product_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("application_secret", sa.Text(), nullable=False),
        sa.Column("typed_key_private", sa.Text(), nullable=False),
        sa.Column("license_file_private", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("retired_at", _TIME, nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 31", name=op.f("ck_product_epoch_number_fits_one_symbol")),
        sa.ForeignKeyConstraint(
            ["product_number"], ["product.number"], name=op.f("fk_product_epoch_product_number_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_epoch")),
        sa.UniqueConstraint("product_number", "number", name=op.f("uq_product_epoch_product_number_number")),
    )


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_recovery_code_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_operator_id"), "recovery_code", ["operator_id"])


def _activation() -> None:
    op.create_table(
        "activation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.BigInteger(), nullable=False),
        sa.Column("computer_id", sa.String(length=29), nullable=False),
        sa.Column("computer_name", sa.String(length=40), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("activated_at", _TIME, nullable=False),
        sa.Column("refreshed_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("ended_how", sa.String(length=10), nullable=True),
        sa.Column("ended_by", sa.String(length=254), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("unproven_before", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'self_help', 'portal', 'console', 'command_line')",
            name=op.f("ck_activation_channel"),
        ),
        sa.CheckConstraint(
            "ended_how IS NULL OR ended_how IN ('proven', 'claimed', 'forced', 'superseded')",
            name=op.f("ck_activation_ended_how"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_activation_an_end_has_a_how")
        ),
        sa.ForeignKeyConstraint(
            ["license_id"], ["license.id"], name=op.f("fk_activation_license_id_license")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["activation.id"], name=op.f("fk_activation_replaced_by_activation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation")),
        sa.UniqueConstraint("license_id", "computer_id", name=op.f("uq_activation_license_id_computer_id")),
    )
    op.create_index(op.f("ix_activation_activated_at"), "activation", ["activated_at"])
    op.create_index(op.f("ix_activation_fingerprint"), "activation", ["fingerprint"])
    op.create_index("ix_activation_search", "activation", ["license_id", "computer_name", "computer_id"])
    op.create_index(
        "uq_activation_live_machine",
        "activation",
        ["license_id", "fingerprint"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _former_activation_key() -> None:
    op.create_table(
        "former_activation_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activation_key", sa.String(length=29), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["license_id"], ["license.id"], name=op.f("fk_former_activation_key_license_id_license")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_activation_key")),
        sa.UniqueConstraint("activation_key", name=op.f("uq_former_activation_key_activation_key")),
    )
    op.create_index(op.f("ix_former_activation_key_license_id"), "former_activation_key", ["license_id"])


def _release_link() -> None:
    op.create_table(
        "release_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("computer_id", sa.String(length=29), nullable=True),
        sa.Column("computer_name", sa.String(length=40), nullable=True),
        sa.Column("valid_until", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["license_id"], ["license.id"], name=op.f("fk_release_link_license_id_license")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_release_link_customer_id_customer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_release_link_digest")),
    )
    for column in ("license_id", "customer_id", "valid_until"):
        op.create_index(op.f(f"ix_release_link_{column}"), "release_link", [column])


def _audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("product_number", sa.Integer(), nullable=True),
        sa.Column("license_id", sa.Integer(), nullable=True),
        sa.Column("activation_id", sa.Integer(), nullable=True),
        sa.Column("activation_key_ending", sa.String(length=5), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activation_id"], ["activation.id"], name=op.f("fk_audit_event_activation_id_activation")
        ),
        sa.ForeignKeyConstraint(
            ["license_id"], ["license.id"], name=op.f("fk_audit_event_license_id_license")
        ),
        sa.ForeignKeyConstraint(
            ["product_number"], ["product.number"], name=op.f("fk_audit_event_product_number_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"])
    op.create_index(op.f("ix_audit_event_code"), "audit_event", ["code"])
    op.create_index(op.f("ix_audit_event_license_id"), "audit_event", ["license_id"])


def _outbox_mail() -> None:
    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("sealed_text", sa.Text(), nullable=True),
        sa.Column("license_id", sa.Integer(), nullable=True),
        sa.Column("activation_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _TIME, nullable=True),
        sa.Column("delivered_at", _TIME, nullable=True),
        sa.Column("kept_until", _TIME, nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["activation_id"], ["activation.id"], name=op.f("fk_outbox_mail_activation_id_activation")
        ),
        sa.ForeignKeyConstraint(
            ["license_id"], ["license.id"], name=op.f("fk_outbox_mail_license_id_license")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
    )
    op.create_index(op.f("ix_outbox_mail_created_at"), "outbox_mail", ["created_at"])
    op.create_index(op.f("ix_outbox_mail_kept_until"), "outbox_mail", ["kept_until"])
    op.create_index(op.f("ix_outbox_mail_license_id"), "outbox_mail", ["license_id"])
    op.create_index(op.f("ix_outbox_mail_next_try_at"), "outbox_mail", ["next_try_at"])
    op.create_index(op.f("ix_outbox_mail_recipient"), "outbox_mail", ["recipient"])

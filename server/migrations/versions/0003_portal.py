"""Second factors, replaced activation keys, customers' notes, mail templates, and indexes for figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_INDEXES = (("activation", "activated_at"), ("license", "expires_on"), ("audit_event", "code"))


def upgrade() -> None:
    op.add_column("customer", sa.Column("notes", sa.Text(), nullable=True))
    op.add_column("license", sa.Column("key_replaced_at", _TIME, nullable=True))
    op.add_column("operator", sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column("operator", sa.Column("totp_since", _TIME, nullable=True))
    op.add_column("operator", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    _former_activation_key()
    _recovery_code()
    _mail_template()
    for table, column in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in _INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    for table in ("mail_template", "recovery_code", "former_activation_key"):
        op.drop_table(table)
    for column in ("totp_last_step", "totp_since", "totp_secret"):
        op.drop_column("operator", column)
    op.drop_column("license", "key_replaced_at")
    op.drop_column("customer", "notes")


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

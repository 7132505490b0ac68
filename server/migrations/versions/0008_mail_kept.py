"""How the delivery of mail goes, since when a mail is due, and how long one that was given up is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("outbox_mail", sa.Column("due_at", _TIME, nullable=True))
    op.add_column("outbox_mail", sa.Column("kept_until", _TIME, nullable=True))
    op.execute("UPDATE outbox_mail SET due_at = created_at")
    with op.batch_alter_table("outbox_mail") as table:
        table.alter_column("due_at", existing_type=_TIME, nullable=False)
    op.create_index(op.f("ix_outbox_mail_kept_until"), "outbox_mail", ["kept_until"])
    delivery = op.create_table(
        "mail_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("looked_at", _TIME, nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_delivery")),
    )
    op.bulk_insert(delivery, [{"id": 1}])


def downgrade() -> None:
    op.drop_table("mail_delivery")
    op.drop_index(op.f("ix_outbox_mail_kept_until"), "outbox_mail")
    with op.batch_alter_table("outbox_mail") as table:
        table.drop_column("kept_until")
        table.drop_column("due_at")

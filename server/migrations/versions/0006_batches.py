"""Which licenses were issued together, and by which form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("form", name=op.f("uq_batch_form")),
    )
    # In words of our own: for SQLite, Alembic would make the whole table anew, to which activations refer.
    op.execute(
        "ALTER TABLE license ADD COLUMN batch_id INTEGER "
        "CONSTRAINT fk_license_batch_id_batch REFERENCES batch (id)"
    )
    op.create_index(op.f("ix_license_batch_id"), "license", ["batch_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_license_batch_id"), "license")
    op.drop_column("license", "batch_id")
    op.drop_table("batch")

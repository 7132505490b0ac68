"""How the vendor looks: name, privacy notice, color and logo, as staff have set them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand_part",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_brand_part")),
    )


def downgrade() -> None:
    op.drop_table("brand_part")

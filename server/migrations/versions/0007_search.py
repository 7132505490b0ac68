"""Indexes that hold all that a search looks through, in the place of those by customer and by license."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_license_customer_id"), "license")
    op.create_index("ix_license_search", "license", ["customer_id", "activation_key"])
    op.drop_index(op.f("ix_activation_license_id"), "activation")
    op.create_index("ix_activation_search", "activation", ["license_id", "computer_name", "computer_id"])


def downgrade() -> None:
    op.drop_index("ix_activation_search", "activation")
    op.create_index(op.f("ix_activation_license_id"), "activation", ["license_id"])
    op.drop_index("ix_license_search", "license")
    op.create_index(op.f("ix_license_customer_id"), "license", ["customer_id"])

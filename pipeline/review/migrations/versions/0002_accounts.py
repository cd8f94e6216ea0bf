"""Accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a database of decisions alone goes on as before, without accounts."""
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("token", sa.String(64), nullable=True, unique=True),
        sa.Column("added_at", sa.String(40), nullable=False),
        sa.Column("removed_at", sa.String(40), nullable=True),
    )


def downgrade() -> None:
    """Drop it: then nobody signs in any more."""
    op.drop_table("accounts")

"""Decisions and snapshots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXTS = {"reason": 60, "queue": 40, "model_digest": 100, "codebook": 100, "text_digest": 64}


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "decisions",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("measure_id", sa.String(240), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reviewer", sa.String(80), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("target", _ID, nullable=True),
        sa.Column("labels", sa.JSON, nullable=True),
        sa.Column("primary_category", sa.String(60), nullable=True),
        sa.Column("before", sa.JSON, nullable=True),
        sa.Column("comment", sa.Text, nullable=False, server_default=""),
        sa.Column("batch", sa.String(120), nullable=True),
        *(sa.Column(name, sa.String(size), nullable=False, server_default="") for name, size in _TEXTS.items()),
        sa.UniqueConstraint("measure_id", "version", name="one_decision_per_version"),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("model_digest", sa.String(100), nullable=False),
        sa.Column("codebook", sa.String(100), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop both tables, and with them every decision: export first."""
    op.drop_table("snapshots")
    op.drop_table("decisions")

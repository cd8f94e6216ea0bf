"""What is kept in the database: decisions, which are only ever added, and snapshots of what the model said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

Action = Literal["accept", "correct", "skip", "flag", "adjudicate", "import", "undo", "redo", "comment"]
DOING = frozenset({"accept", "correct", "skip", "flag", "adjudicate", "import"})
"""Actions that take a position, and that undo takes back."""
LABELLING = frozenset({"accept", "correct", "adjudicate", "import"})

FLAG_REASONS = ("not_a_measure", "cut_wrongly", "damaged", "no_category", "ambiguous", "other")
CAUSES = ("codebook_unclear", "overlooked", "misread", "boundary", "primary", "other")

metadata = sa.MetaData()
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(120), nullable=False, unique=True),
    sa.Column("measure_id", sa.String(240), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reviewer", sa.String(80), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("target", _ID, nullable=True),
    sa.Column("labels", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("primary_category", sa.String(60), nullable=True),
    sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("reason", sa.String(60), nullable=False, server_default=""),
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
    sa.Column("queue", sa.String(40), nullable=False, server_default=""),
    sa.Column("batch", sa.String(120), nullable=True),
    sa.Column("model_digest", sa.String(100), nullable=False, server_default=""),
    sa.Column("codebook", sa.String(100), nullable=False, server_default=""),
    sa.Column("text_digest", sa.String(64), nullable=False, server_default=""),
    sa.UniqueConstraint("measure_id", "version", name="one_decision_per_version"),
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("model_digest", sa.String(100), nullable=False),
    sa.Column("codebook", sa.String(100), nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("token", sa.String(64), nullable=True, unique=True),
    sa.Column("added_at", sa.String(40), nullable=False),
    sa.Column("removed_at", sa.String(40), nullable=True),
)
"""Who may sign in. A removed account keeps its row: decisions name it, and nobody else may take the name unnoticed."""

NAME = re.compile(r"[\w][\w .@-]{0,59}")
"""Names people review under."""


@dataclass(frozen=True)
class Labels:
    """All categories of a measure, in the order given, and the primary among them (None when there are none)."""

    labels: tuple[str, ...] = ()
    primary: str | None = None

    def same(self, other: Labels) -> bool:
        """Whether both say the same; the order of the other categories does not matter."""
        return self.primary == other.primary and set(self.labels) == set(other.labels)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"labels": list(self.labels), "primary": self.primary}


@dataclass(frozen=True)
class Draft:
    """A decision somebody wants to record.

    `key` is made by the client, once for each decision: sent twice, it is recorded once. `base` is the version of
    the measure the person saw; None records on top of whatever there is (undo, redo, comments).
    """

    key: str
    measure_id: str
    reviewer: str
    action: Action
    base: int | None
    labels: Labels | None = None
    before: dict[str, Any] | None = None
    target: int | None = None
    reason: str = ""
    comment: str = ""
    queue: str = ""
    batch: str | None = None
    model_digest: str = ""
    codebook: str = ""
    text_digest: str = ""


@dataclass(frozen=True)
class Decision:
    """A recorded decision; `version` counts the records about its measure from 1."""

    id: int
    key: str
    measure_id: str
    version: int
    reviewer: str
    at: str
    action: Action
    labels: Labels | None = None
    before: dict[str, Any] | None = None
    target: int | None = None
    reason: str = ""
    comment: str = ""
    queue: str = ""
    batch: str | None = None
    model_digest: str = ""
    codebook: str = ""
    text_digest: str = ""

    @property
    def step(self) -> str:
        """What one undo takes back: the whole batch, or this decision alone."""
        return self.batch or self.key


@dataclass(frozen=True)
class Snapshot:
    """What the model said when labels were last exported: measure id to its labels."""

    at: str
    model_digest: str
    codebook: str
    labels: dict[str, Labels] = field(default_factory=dict)


def decision_of(row: Any) -> Decision:
    """A database row as a decision."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a mapping
    labels, primary = values.pop("labels"), values.pop("primary_category")
    return Decision(**values, labels=None if labels is None else Labels(tuple(labels), primary))

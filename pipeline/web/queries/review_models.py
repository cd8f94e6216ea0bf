"""What `/api/review` takes and gives."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.review.models import NAME, Decision
from pipeline.web.queries.models import MeasureItem

Reviewer = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=60,
        pattern=f"^{NAME.pattern}$",
        description="needed where nobody has an account; else who sent it, and no other name is taken",
    ),
]
Key = Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class DecisionIn(BaseModel):
    """A decision to record. `key` is made by the client once; sent again, it is not recorded again."""

    model_config = ConfigDict(extra="forbid")

    measure_id: Annotated[str, Field(max_length=240)]
    reviewer: Reviewer = None
    action: Literal["accept", "correct", "skip", "flag", "adjudicate", "comment"]
    key: Key
    base: Annotated[int, Field(ge=0, le=2**31 - 1, description="version of the measure the decision is made on")]
    labels: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=100)] = []
    primary: Annotated[str, Field(max_length=60)] = ""
    reason: Annotated[str, Field(max_length=60, description="of a flag or an adjudication")] = ""
    comment: Annotated[str, Field(max_length=4000)] = ""
    queue: Annotated[str, Field(max_length=40)] = ""


class TurnIn(BaseModel):
    """Whose last step to undo or redo."""

    model_config = ConfigDict(extra="forbid")

    reviewer: Reviewer = None
    key: Key


class DecisionOut(BaseModel):
    """A recorded decision."""

    id: int
    key: str
    measure_id: str
    version: int
    reviewer: str
    at: str
    action: str
    labels: list[str] | None
    primary: str | None
    before: dict[str, Any] | None
    target: int | None
    reason: str
    comment: str
    queue: str
    batch: str | None
    model_digest: str
    codebook: str

    @classmethod
    def of(cls, decision: Decision) -> DecisionOut:
        """A decision for the API."""
        values = asdict(decision)
        labels = decision.labels
        values["labels"] = None if labels is None else list(labels.labels)
        return cls(
            **{k: v for k, v in values.items() if k in cls.model_fields}, primary=labels.primary if labels else None
        )


class QueueItem(BaseModel):
    """A measure that waits, and the version a decision about it must name."""

    measure: MeasureItem
    version: int
    status: str
    suggested: list[str] | None
    primary: str | None


class QueuePage(BaseModel):
    """The head of a queue; in the blind sample `suggested` is null."""

    queue: str
    total: int
    items: list[QueueItem]


class DecisionPage(BaseModel):
    """Decisions in the order of recording."""

    decisions: list[DecisionOut]
    after: int | None


class Me(BaseModel):
    """Who asks: `way` is local, token or account; `name` the account's."""

    way: str
    name: str

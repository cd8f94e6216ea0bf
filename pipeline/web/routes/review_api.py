"""`/api/review`: queues, decisions, progress, agreement."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline.errors import JucuoError
from pipeline.review import agreement
from pipeline.review.models import NAME, Decision
from pipeline.review.queues import Queue
from pipeline.review.store import ConflictError
from pipeline.web.problems import WebError
from pipeline.web.queries.items import by_ids
from pipeline.web.queries.models import MeasureItem
from pipeline.web.rendering import Page
from pipeline.web.reviewing import Asked, ReviewDesk
from pipeline.web.routes.api import PROBLEMS, Values, Years
from pipeline.web.routes.common import DeskDep, LibraryDep, PageDep
from pipeline.web.routes.review import filters_of

_PROBLEM = {k: v for k, v in PROBLEMS[404].items() if k != "description"}
router = APIRouter(
    prefix="/api/review",
    tags=["review"],
    responses=PROBLEMS
    | {
        409: _PROBLEM | {"description": "Somebody decided in the meantime; `mine` and `theirs` hold both versions"},
        403: _PROBLEM | {"description": "Sent from another site, or not by whom it names"},
        415: _PROBLEM | {"description": "Not JSON"},
    },
)

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


def _json_only(request: Request) -> None:
    """A form of another site cannot send JSON without asking first, and we never say yes."""
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise WebError(415, "send application/json")


def reviewer_of(page: Page, given: str | None) -> str:
    """Who decides: the account, or where nobody has one the name given; raises WebError otherwise."""
    visitor = page.visitor
    if not visitor.accounts:
        if not given:
            raise WebError(422, "reviewer: who decides?", "Give a name.", "value")
        return given
    if visitor.way != "account":
        raise WebError(403, "the shared token does not say who you are", "Send the token of an account.", "no-account")
    if given not in (None, visitor.name):
        raise WebError(403, f"you are {visitor.name}, not {given}", "Leave `reviewer` out.", "not-you")
    return visitor.name


class Me(BaseModel):
    """Who asks: `way` is local, token or account; `name` the account's."""

    way: str
    name: str


@router.get("/me")
def get_me(page: PageDep) -> Me:
    """Who the server takes you for."""
    return Me(way=page.visitor.way, name=page.visitor.name)


@router.get("/progress")
def get_progress(review: DeskDep) -> dict[str, Any]:
    """Measures by status, the audit sample, decisions a reviewer."""
    return review.progress()


@router.get("/agreement")
def get_agreement(review: DeskDep) -> dict[str, Any]:
    """Agreement between reviewers, and of the model with the blind sample."""
    fold = review.fold
    return {
        "reviewers": [asdict(a) for a in agreement.between_reviewers(fold)],
        "model": asdict(agreement.with_model(fold, review.desk.suggested)),
    }


def _queue_item(review: ReviewDesk, item: MeasureItem, reviewer: str) -> QueueItem:
    state, suggestion = review.fold.of(item.measure_id), review.desk.suggestion(item.measure_id)
    blind = review.blind(item.measure_id, reviewer)
    return QueueItem(
        measure=item.model_copy(update={"categories": [], "primary": None}) if blind else item,
        version=state.version,
        status=state.status,
        suggested=None if blind else list(suggestion.labels),
        primary=None if blind else suggestion.primary,
    )


@router.get("/queue/{queue}")
def get_queue(
    page: PageDep,
    library: LibraryDep,
    review: DeskDep,
    queue: Queue,
    reviewer: Annotated[str, Query(max_length=60)] = "",
    size: Annotated[int, Query(ge=1, le=200)] = 20,
    issuer: Values = [],  # noqa: B006 - FastAPI copies defaults
    year: Years = [],  # noqa: B006
    category: Values = [],  # noqa: B006
) -> QueuePage:
    """The head of a queue for a reviewer."""
    del issuer, year, category
    reviewer = reviewer_of(page, None) if page.visitor.way == "account" else reviewer
    ids = review.listing(queue, filters_of(page), reviewer)
    items = [_queue_item(review, item, reviewer) for item in by_ids(library.wide, ids[:size])]
    return QueuePage(queue=queue, total=len(ids), items=items)


@router.get("/decisions")
def get_decisions(
    review: DeskDep, after: Annotated[int, Query(ge=0, le=2**62)] = 0, size: Annotated[int, Query(ge=1, le=1000)] = 200
) -> DecisionPage:
    """All records in order; go on with `after` until it is null."""
    rows = review.store.after(after, size + 1)
    more = len(rows) > size
    return DecisionPage(decisions=[DecisionOut.of(d) for d in rows[:size]], after=rows[size - 1].id if more else None)


@router.post("/decisions")
def post_decision(page: PageDep, review: DeskDep, body: DecisionIn) -> DecisionOut:
    """Record a decision; 409 with both versions when somebody was faster."""
    _json_only(page.request)
    reviewer = reviewer_of(page, body.reviewer)
    values = body.model_dump(exclude={"reviewer"}) | {"labels": tuple(body.labels)}
    try:
        return DecisionOut.of(review.decide(Asked(**values), reviewer))
    except ConflictError as conflict:
        theirs = [DecisionOut.of(d).model_dump() for d in conflict.state.positions]
        mine = body.model_dump(mode="json") | {"reviewer": reviewer}
        raise WebError(
            409,
            str(conflict),
            "Decide again with `base` set to `version`.",
            "conflict",
            version=conflict.state.version,
            mine=mine,
            theirs=theirs,
        ) from conflict
    except JucuoError as error:
        raise WebError(422, error.cause, error.remedy, "decision") from error


def _turn(page: Page, review: DeskDep, action: str, body: TurnIn) -> DecisionPage:
    _json_only(page.request)
    turned = review.store.turn(action, reviewer_of(page, body.reviewer), body.key)
    return DecisionPage(decisions=[DecisionOut.of(d) for d in turned], after=None)


@router.post("/undo")
def post_undo(page: PageDep, review: DeskDep, body: TurnIn) -> DecisionPage:
    """Take back the reviewer's last step; an empty list when there is none."""
    return _turn(page, review, "undo", body)


@router.post("/redo")
def post_redo(page: PageDep, review: DeskDep, body: TurnIn) -> DecisionPage:
    """Bring back what was taken back last."""
    return _turn(page, review, "redo", body)

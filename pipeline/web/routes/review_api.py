"""`/api/review`: queues, decisions, progress, agreement."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pipeline.errors import JucuoError
from pipeline.review import agreement
from pipeline.review.queues import Queue
from pipeline.review.store import ConflictError
from pipeline.web.problems import WebError
from pipeline.web.queries.items import by_ids
from pipeline.web.queries.models import MeasureItem
from pipeline.web.queries.review_models import DecisionIn, DecisionOut, DecisionPage, Me, QueueItem, QueuePage, TurnIn
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

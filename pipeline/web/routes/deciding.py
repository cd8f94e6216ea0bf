"""What reviewers send: decisions, undo and redo, bulk decisions."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import JucuoError
from pipeline.review.models import Decision, Labels
from pipeline.review.store import ConflictError
from pipeline.web import bulk, finding
from pipeline.web.problems import WebError
from pipeline.web.queries.filters import NAMES
from pipeline.web.queries.items import by_ids
from pipeline.web.rendering import Page, path_of
from pipeline.web.reviewing import Asked
from pipeline.web.routes.common import DeskDep, LibraryDep, PageDep, lists
from pipeline.web.routes.review import need_name, new_key
from pipeline.web.security import require_csrf

router = APIRouter(prefix="/review", include_in_schema=False)

Csrf = Annotated[str, Form(max_length=200)]
Key = Annotated[str, Form(min_length=8, max_length=100, pattern=r"^[\w-]+$")]
Back = Annotated[str, Form(max_length=4000)]
ActionName = Literal["accept", "correct", "skip", "flag", "adjudicate", "comment"]


def back_query(back: str) -> str:
    """The queue and filters of the page a form came from, and nothing else."""
    known = {name: values for name, values in parse_qs(back).items() if name in (*NAMES, "queue")}
    return urlencode(known, doseq=True)


@router.post("/decide")
def decide(
    page: PageDep,
    review: DeskDep,
    measure_id: Annotated[str, Form(max_length=240)],
    action: Annotated[ActionName, Form()],
    base: Annotated[int, Form(ge=0)],
    key: Key,
    csrf: Csrf = "",
    labels: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006 - FastAPI copies defaults
    primary: Annotated[str, Form(max_length=60)] = "",
    reason: Annotated[str, Form(max_length=60)] = "",
    cause: Annotated[str, Form(max_length=60)] = "",
    comment: Annotated[str, Form(max_length=4000)] = "",
    queue: Annotated[str, Form(max_length=40)] = "",
    back: Back = "",
) -> Response:
    """Record a decision and go on to the next measure."""
    require_csrf(page.request, csrf)
    reviewer = need_name(page)
    why = cause if action == "adjudicate" else reason if action == "flag" else ""
    asked = Asked(measure_id, action, key, base, tuple(labels), primary, why, comment.strip(), queue)
    try:
        decision = review.decide(asked, reviewer)
    except ConflictError as conflict:
        return _conflict(page, conflict, asked, back)
    except JucuoError as error:
        raise WebError(422, error.cause, error.remedy, "decision") from error
    if action == "comment":
        return RedirectResponse(f"{path_of('review/measure', measure_id)}?{back_query(back)}", status_code=303)
    return RedirectResponse(f"/review/next?{back_query(back)}&done={decision.id}&skip={measure_id}", status_code=303)


def _conflict(page: Page, conflict: ConflictError, asked: Asked, back: str) -> HTMLResponse:
    """Both versions side by side; what was about to be recorded stays in the form."""
    mine = conflict.draft.labels
    others = [d for d in conflict.state.positions if d.reviewer != conflict.draft.reviewer] or conflict.state.holding
    item = finding.named(page.library, asked.measure_id)
    return page.render(
        "review_conflict.html.j2",
        http_status=409,
        item=item,
        asked=asked,
        mine=mine,
        others=others,
        version=conflict.state.version,
        csrf=page.csrf,
        keys=[new_key() for _ in range(len(others) + 1)],
        back=back_query(back),
    )


def _turn(page: Page, review: DeskDep, action: str, key: str, csrf: str, back: str) -> Response:
    require_csrf(page.request, csrf)
    turned: list[Decision] = review.store.turn(action, need_name(page), key)
    query = back_query(back)
    if len(turned) == 1:
        return RedirectResponse(
            f"{path_of('review/measure', turned[0].measure_id)}?{query}&done={turned[0].id}", status_code=303
        )
    return RedirectResponse(f"/review?{query}", status_code=303)


@router.post("/undo")
def undo(page: PageDep, review: DeskDep, key: Key, csrf: Csrf = "", back: Back = "") -> Response:
    """Take back the last step, and show what it was about."""
    return _turn(page, review, "undo", key, csrf, back)


@router.post("/redo")
def redo(page: PageDep, review: DeskDep, key: Key, csrf: Csrf = "", back: Back = "") -> Response:
    """Bring back the step that was taken back last."""
    return _turn(page, review, "redo", key, csrf, back)


def _bulk_labels(review: DeskDep, category: str) -> Labels | None:
    """The one category to set, or None to accept what is suggested for each."""
    if not category:
        return None
    review.library.codebook.category(category)
    return Labels((category,), category)


@router.get("/bulk")
def show_bulk(
    page: PageDep, library: LibraryDep, review: DeskDep, set_to: Annotated[str, Query(max_length=60)] = ""
) -> HTMLResponse:
    """What a bulk decision over a search would do."""
    request = finding.read(lists(page.request.query_params), library)
    found = bulk.preview(review, request)
    sample = by_ids(library.wide, found.ids[: bulk.SAMPLE])
    return page.render(
        "review_bulk.html.j2",
        request=request,
        found=found,
        sample=sample,
        set_to=set_to if set_to in library.codebook.index else "",
        codebook_ids=library.codebook.ids,
        csrf=page.csrf,
        key=new_key(),
    )


@router.post("/bulk")
def apply_bulk(
    page: PageDep,
    library: LibraryDep,
    review: DeskDep,
    key: Key,
    expected: Annotated[str, Form(max_length=64)],
    query: Annotated[str, Form(max_length=8000)] = "",
    set_to: Annotated[str, Form(max_length=60)] = "",
    csrf: Csrf = "",
) -> Response:
    """Decide about exactly what was previewed, as one step."""
    require_csrf(page.request, csrf)
    reviewer = need_name(page)
    request = finding.read(parse_qs(query), library)
    try:
        count = bulk.apply(review, request, reviewer, key, expected, _bulk_labels(review, set_to))
    except ConflictError as conflict:
        raise WebError(409, str(conflict), "Look at the new preview.", "bulk-changed") from conflict
    return RedirectResponse(f"/review?bulk={count}", status_code=303)

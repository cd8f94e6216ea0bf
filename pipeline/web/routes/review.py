"""`/review`: the queues, and one measure at a time by keyboard."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import JucuoError
from pipeline.review import agreement
from pipeline.review.models import CAUSES, FLAG_REASONS, NAME, Labels
from pipeline.review.queues import QUEUES, Queue
from pipeline.review.state import MeasureState
from pipeline.web import finding
from pipeline.web.people import write_name
from pipeline.web.problems import WebError
from pipeline.web.queries.filters import Filters, parse
from pipeline.web.queries.items import by_ids
from pipeline.web.queries.measure import category_scores, cues_in
from pipeline.web.queries.models import MeasureItem
from pipeline.web.rendering import REVIEWER, Page, path_of
from pipeline.web.reviewing import ReviewDesk
from pipeline.web.routes.common import DeskDep, LibraryDep, PageDep, lists
from pipeline.web.security import require_csrf, set_cookie

router = APIRouter(prefix="/review", include_in_schema=False)

QueueParam = Annotated[Queue, Query()]
EXAMPLES = 3
LOOKED_AT = 8


def new_key() -> str:
    """A key for one decision, made with its form."""
    return secrets.token_urlsafe(18)


def filters_of(page: Page) -> Filters:
    """The filters in the page's address."""
    return parse(lists(page.request.query_params), page.library.codebook.ids)


def need_name(page: Page) -> str:
    """The reviewer's name; raises WebError where none has been given."""
    name = page.reviewer
    if not name and page.visitor.accounts:
        raise WebError(
            403,
            page.t("复核须用自己的账号登录", "sign in with an account of your own to review"),
            "/login",
            "no-account",
        )
    if not name:
        raise WebError(403, page.t("先填写姓名再复核", "give your name before you review"), "/review", "no-name")
    return name


@router.get("")
def home(page: PageDep, review: DeskDep) -> HTMLResponse:
    """Progress, queues, agreement, exchange."""
    fold = review.fold
    return page.render(
        "review_home.html.j2",
        progress=review.progress(),
        sizes=review.sizes(page.reviewer),
        queues=QUEUES,
        filters=filters_of(page),
        between=[asdict(a) for a in agreement.between_reviewers(fold)],
        model=asdict(agreement.with_model(fold, review.desk.suggested)),
        undoable=fold.undoable(page.reviewer),
        redoable=fold.redoable(page.reviewer),
        csrf=page.csrf,
        key=new_key(),
        codebook_name=page.library.codebook.name,
    )


@router.post("/name")
def name(
    page: PageDep, name: Annotated[str, Form(max_length=60)] = "", csrf: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Remember who reviews in this browser."""
    require_csrf(page.request, csrf)
    if page.visitor.accounts:
        raise WebError(409, page.t("这里以账号的名字复核", "people review under their account's name here"), "/account")
    if not NAME.fullmatch(name.strip()):
        raise WebError(422, page.t("姓名须为 1 至 60 个字母、汉字或数字", "a name has 1 to 60 letters or digits"))
    response = RedirectResponse("/review", status_code=303)
    value = write_name(page.config, name.strip())
    set_cookie(page.request, response, REVIEWER, value, 365 * 86400)
    return response


@router.get("/next")
def following(
    page: PageDep, review: DeskDep, queue: QueueParam = "doubtful", done: str = "", skip: str = ""
) -> Response:
    """Go to the next measure of a queue."""
    filters = filters_of(page)
    found = review.next_of(queue, need_name(page), filters, skip)
    tail = "&".join(
        part for part in (f"queue={queue}", filters.urlencode(), f"done={done}" if done.isdigit() else "") if part
    )
    if found is None:
        return page.render(
            "review_done.html.j2",
            queue=queue,
            filters=filters,
            progress=review.progress(),
            csrf=page.csrf,
            key=new_key(),
        )
    return RedirectResponse(f"{path_of('review/measure', found)}?{tail}", status_code=303)


def initials(text: str) -> str:
    """First letters of the readings, so that 师德师风 is found by typing sdsf."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore"))


def choices(page: Page) -> list[dict[str, Any]]:
    """The codebook as the page shows it: names, initials, definitions, what belongs and what does not."""
    codebook = page.library.codebook
    return page.library.kept(
        f"choices {codebook.digest}",
        (),
        lambda: [
            {
                **c.model_dump(include={"id", "zh", "en", "definition", "includes", "excludes"}),
                "initials": initials(c.zh),
            }
            for c in codebook.categories
        ],
    )


def examples(page: Page, review: ReviewDesk, measure_id: str) -> list[dict[str, Any]]:
    """The nearest measures that people have labelled."""
    if not page.library.has_vectors:
        return []
    try:
        hits = finding.nearest(page.library, measure_id, LOOKED_AT)
    except JucuoError:
        return []  # without an index the page does without examples
    fold, gold, found = review.fold, page.library.gold, []
    for hit in hits:
        held = fold.of(hit.measure.measure_id).verdict[1]
        label = gold.get(hit.measure.measure_id)
        labels = held.labels if held is not None else tuple(label.labels) if label else None
        if labels is not None:
            main = held.primary if held is not None else label.primary if label else None
            found.append({"measure": hit.measure, "labels": labels, "primary": main})
    return found[:EXAMPLES]


def former(review: ReviewDesk, measure_id: str) -> Labels | None:
    """What the model said before it was retrained."""
    snapshot = review.snapshot
    return snapshot.labels.get(measure_id, Labels()) if snapshot is not None else None


def _chosen(
    state: MeasureState, reviewer: str, review: ReviewDesk, *, blind: bool
) -> tuple[tuple[str, ...], str | None]:
    """What the form starts with: one's own position, else the suggestion, else nothing (blind)."""
    own = state.of(reviewer)
    if own is not None and own.labels is not None:
        return own.labels.labels, own.labels.primary
    suggestion = review.desk.suggestion(state.measure_id)
    return ((), None) if blind else (suggestion.labels, suggestion.primary)


def context_of(library: LibraryDep, item: MeasureItem) -> tuple[MeasureItem | None, MeasureItem | None]:
    """The measures before and after, for reading in context."""
    from pipeline.web.queries.items import MEASURE_ID, row_of
    from pipeline.web.queries.measure import neighbours

    row = row_of(library.wide, "measure_id", item.measure_id, "measure", MEASURE_ID)
    around = {m.measure_id: m for m in by_ids(library.wide, [n for n in neighbours(library.wide, row) if n])}
    before, after = neighbours(library.wide, row)
    return around.get(before or ""), around.get(after or "")


@router.get("/measure/{measure_id:path}")
def show(
    page: PageDep, library: LibraryDep, review: DeskDep, measure_id: str, queue: QueueParam = "all", done: str = ""
) -> HTMLResponse:
    """One measure to decide about."""
    import polars as pl

    reviewer = page.reviewer
    item = finding.named(library, measure_id)
    state = review.fold.of(measure_id)
    # The blind sample stays blind for whoever has not decided yet, whichever way they came here.
    blind = review.blind(measure_id, reviewer)
    text = "\n".join([*item.heading_path, item.headline, item.text])
    own = library.table("assignments").filter(pl.col("measure_id") == measure_id)
    scores = [] if blind else category_scores(own, library.codebook, text)
    rank = {s.category: s.rank for s in scores}
    labels, primary = _chosen(state, reviewer, review, blind=blind)
    decided = review.fold.by_id.get(int(done)) if done.isdigit() else None
    review.claim(measure_id, reviewer)
    return page.render(
        "review_measure.html.j2",
        item=item,
        around=context_of(library, item),
        state=state,
        status=state.status,
        positions=[] if blind else list(state.verdict[2]),
        scores={s.category: s for s in scores},
        cues={c["id"]: cues_in(library.codebook, c["id"], text) for c in choices(page)},
        suggestion=None if blind else review.desk.suggestion(measure_id),
        # What the model thinks likely stands first, the rest in the codebook's order.
        choices=sorted(choices(page), key=lambda c: rank.get(c["id"], len(choices(page)) + 1)),
        labels=labels,
        primary=primary,
        former=former(review, measure_id) if queue == "changed" else None,
        examples=examples(page, review, measure_id),
        blind=blind,
        queue=queue,
        filters=filters_of(page),
        decided=decided,
        undoable=review.fold.undoable(reviewer),
        redoable=review.fold.redoable(reviewer),
        flag_reasons=FLAG_REASONS,
        causes=CAUSES,
        csrf=page.csrf,
        key=new_key(),
        progress=review.progress(),
    )

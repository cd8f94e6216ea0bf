"""`/reasons/ID`: why a measure has its categories, as a page of its own and as the part other pages load."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.errors import JucuoError
from pipeline.web import finding
from pipeline.web.explaining import MAX_CATEGORIES, Explainer
from pipeline.web.problems import WebError
from pipeline.web.queries.reasons import MeasureReasons, shaded
from pipeline.web.rendering import Page
from pipeline.web.routes.api import PROBLEMS
from pipeline.web.routes.common import LibraryDep, PageDep

router = APIRouter()

Categories = Annotated[
    list[Annotated[str, Query(max_length=60)]],
    Query(max_length=MAX_CATEGORIES, description="of these categories, instead of the assigned ones; may be repeated"),
]


def explainer_of(page: Page) -> Explainer:
    """Where reasons come from."""
    found: Explainer = page.request.app.state.explainer
    return found


def reasons_of(page: Page, measure_id: str, category: list[str]) -> MeasureReasons:
    """The reasons; raises WebError 422 for an unknown category."""
    for name in category:
        if name not in page.library.codebook.index:
            raise WebError(422, f"category: the codebook has no “{name}”", kind="filter")
    return explainer_of(page).of(measure_id, category)


@router.get("/reasons/{measure_id:path}", include_in_schema=False)
def show(
    page: PageDep,
    library: LibraryDep,
    measure_id: str,
    part: Annotated[str, Query(max_length=5)] = "",
    category: Categories = [],  # noqa: B006 - FastAPI copies defaults
) -> HTMLResponse:
    """The page, or with `part` what stands between its heading and its end."""
    item = finding.named(library, measure_id)
    found, trouble = None, None
    try:
        found = reasons_of(page, measure_id, category)
    except JucuoError as error:
        trouble = error
    template = "reasons_part.html.j2" if part else "reasons.html.j2"
    # A part that cannot be had is no failure of the page around it.
    status = 503 if trouble is not None and not part else 200
    return page.render(
        template,
        http_status=status,
        item=item,
        found=found,
        trouble=trouble,
        shaded=shaded,
        asked=category,
        level="h3" if part else "h2",
    )


@router.get("/api/reasons/{measure_id:path}", tags=["api"], responses=PROBLEMS)
def get_reasons(
    page: PageDep,
    measure_id: str,
    category: Categories = [],  # noqa: B006 - FastAPI copies defaults
) -> MeasureReasons:
    """Why a measure has its categories: parts that sum to the log-odds, words, sentences, nearest labelled measures."""
    return reasons_of(page, measure_id, category)

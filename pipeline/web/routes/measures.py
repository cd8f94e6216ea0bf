"""`/measure/ID`: everything about one measure."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from pipeline.errors import JucuoError
from pipeline.report.differences import differences
from pipeline.web import finding
from pipeline.web.library import Library
from pipeline.web.queries.marking import Mark, Run, runs
from pipeline.web.queries.measure import measure_view
from pipeline.web.queries.models import Hit
from pipeline.web.queries.page_models import MeasureView
from pipeline.web.queries.reuse_models import PassageSide
from pipeline.web.rendering import Page
from pipeline.web.routes.common import LibraryDep, PageDep, frames

router = APIRouter(include_in_schema=False)

SIMILAR = 8


def view_of(page: Page, library: Library, measure_id: str) -> MeasureView:
    """The measure with everything about it; raises NotFoundError."""
    today = datetime.now(tz=UTC).date()
    permalink = page.permalink("measure", measure_id)
    return measure_view(frames(library), library.codebook, measure_id, permalink, today, library.encoder_card)


def similar_to(library: Library, measure_id: str, top: int = SIMILAR) -> list[Hit]:
    """Measures like this one; none where the workspace has no vectors yet."""
    if not library.has_vectors:
        return []
    try:
        return finding.nearest(library, measure_id, top)
    except JucuoError:
        # An index that cannot be read costs this page one of its ten sections, not the other nine.
        return []


def text_runs(view: MeasureView) -> list[Run]:
    """The measure's text with its targets, citations and shared passages marked."""
    start = view.start
    marks = [Mark(t["start"] - start, t["end"] - start, "target", t["text"]) for t in view.targets]
    marks += [Mark(c["start"] - start, c["end"] - start, "cited", f"《{c['title']}》") for c in view.citations]
    marks += [
        Mark(
            p.mine.start - start,
            p.mine.end - start,
            "shared",
            f"{p.other.issuer or ''} {p.other.plan_year or ''}".strip(),
        )
        for p in view.passages
    ]
    return runs(view.measure.text, marks)


def side_runs(reference: PassageSide, side: PassageSide) -> list[Run]:
    """A passage's words with what differs from the other side marked."""
    return [Run(piece.text, ("differs",) if piece.changed else ()) for piece in differences(reference.text, side.text)]


@router.get("/measure/{measure_id:path}")
def show(page: PageDep, library: LibraryDep, measure_id: str) -> HTMLResponse:
    """The measure's page."""
    view = view_of(page, library, measure_id)
    return page.render(
        "measure.html.j2",
        view=view,
        runs=text_runs(view),
        side_runs=side_runs,
        similar=similar_to(library, measure_id),
        has_vectors=library.has_vectors,
        permalink=page.permalink("measure", measure_id),
    )

"""`/compare`: two bureaus side by side, or one over the years."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.schemas import TABLES
from pipeline.web.library import Library, MissingTableError
from pipeline.web.queries.compare import changes, comparison, issuers
from pipeline.web.queries.reuse_models import ComparisonView
from pipeline.web.routes.common import LibraryDep, PageDep
from pipeline.web.routes.measures import side_runs

router = APIRouter(include_in_schema=False)

SHOWN = 25


def names_of(library: Library) -> list[str]:
    """All issuers."""
    files = tuple(TABLES[name].path for name in ("documents", "measures"))
    return library.kept("issuers", files, lambda: issuers(library.wide))


def view_of(library: Library, a: str, b: str) -> ComparisonView:
    """The comparison; raises NotFoundError for an unknown bureau."""
    if not library.workspace.has("passages"):
        raise MissingTableError("passages", library.workspace)
    documents = library.table("documents")
    view = comparison(library.wide, documents, library.table("passages"), library.codebook, a, b)
    if a != b:
        return view
    return view.model_copy(update={"changes": changes(library.wide, documents, library.optional("reuse_pairs"), a)})


@router.get("/compare")
def show(
    page: PageDep,
    library: LibraryDep,
    a: Annotated[str, Query(max_length=300)] = "",
    b: Annotated[str, Query(max_length=300)] = "",
    top: Annotated[int, Query(ge=1, le=5000)] = SHOWN,
) -> HTMLResponse:
    """The comparison page, or the choice of two bureaus."""
    view = view_of(library, a, b) if a and b else None
    return page.render("compare.html.j2", a=a, b=b, top=top, issuers=names_of(library), view=view, side_runs=side_runs)

"""`/families`, `/family/ID`: near-identical measures over bureaus and years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.report.differences import Piece, differences
from pipeline.schemas import TABLES
from pipeline.web.library import Library, MissingTableError
from pipeline.web.queries.families import family_view, listing
from pipeline.web.queries.paging import Page as Rows
from pipeline.web.queries.paging import page as page_of_rows
from pipeline.web.queries.reuse_models import FamilyItem, FamilyView
from pipeline.web.routes.common import LibraryDep, PageDep

router = APIRouter(include_in_schema=False)

PER_PAGE = 40


@dataclass(frozen=True)
class Selection:
    """Which families to list."""

    issuer: str = ""
    other: str = ""
    q: str = ""
    min_issuers: int = 1

    def takes(self, family: FamilyItem) -> bool:
        """Whether a family passes."""
        named = [name for name in (self.issuer, self.other) if name]
        return (
            family.n_issuers >= self.min_issuers
            and all(name in family.issuers for name in named)
            and self.q.lower() in family.headline.lower()
        )


def need(library: Library) -> None:
    """Raise MissingTableError where the pipe has not looked for shared wording yet."""
    if not library.workspace.has("families"):
        raise MissingTableError("families", library.workspace)


def chosen(library: Library, selection: Selection, after: str | None, size: int) -> Rows[FamilyItem]:
    """A page of the families that pass, those in most bureaus first."""
    need(library)
    files = tuple(TABLES[name].path for name in ("documents", "measures", "families"))
    every = library.kept("families listing", files, lambda: listing(library.table("families"), library.wide))
    rows = [family for family in every if selection.takes(family)]
    return page_of_rows(rows, lambda f: (-f.n_issuers, -f.n_members, f.family_id), after, (int, int, str), size)


def view_of(library: Library, family_id: str) -> FamilyView:
    """One family; raises NotFoundError."""
    need(library)
    return family_view(library.table("families"), library.wide, family_id)


@router.get("/families")
def show_all(
    page: PageDep,
    library: LibraryDep,
    issuer: Annotated[str, Query(max_length=300)] = "",
    other: Annotated[str, Query(max_length=300)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    min_issuers: Annotated[int, Query(ge=1, le=100_000)] = 1,
    after: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """The list of families."""
    selection = Selection(issuer, other, q.strip(), min_issuers)
    names = sorted({family for item in chosen(library, Selection(), None, 100_000).rows for family in item.issuers})
    return page.render(
        "families.html.j2",
        rows=chosen(library, selection, after, PER_PAGE),
        selection=selection,
        issuers=names,
        after=after,
    )


def _pieces(view: FamilyView) -> dict[str, list[Piece]]:
    """Each member's words with what the medoid does not have marked."""
    medoid = next((m.measure.text for m in view.members if m.is_medoid), view.members[0].measure.text)
    return {m.measure.measure_id: differences(medoid, m.measure.text) for m in view.members}


@router.get("/family/{family_id}")
def show(page: PageDep, library: LibraryDep, family_id: str) -> HTMLResponse:
    """One family over time."""
    view = view_of(library, family_id)
    years: dict[int | None, list[str]] = {}
    for member in view.members:
        years.setdefault(member.measure.plan_year, []).append(member.measure.issuer or "")
    return page.render("family.html.j2", view=view, pieces=_pieces(view), years=years)

"""`/`: what the workspace holds."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse

from pipeline.report.figures import HeatMap, categories_by_issuer
from pipeline.schemas import TABLES
from pipeline.web.library import Library
from pipeline.web.queries.filters import NONE
from pipeline.web.queries.overview import overview
from pipeline.web.queries.page_models import OverviewView
from pipeline.web.routes.common import LibraryDep, PageDep

router = APIRouter(include_in_schema=False)

FEW_ROWS = 20
"""Bureaus in the heat map of the first page: 30 linked columns each weigh about 3 KB, and the page stays under 150."""

MANY_ROWS = 2000


def _files() -> tuple[str, ...]:
    return (*(table.path for table in TABLES.values()), "interim/rejected.jsonl", "features/vectors.json")


def versions(library: Library) -> dict[str, str]:
    """Which models and codebook the categories come from."""
    assignments = library.optional("assignments")
    found = {
        "codebook": library.codebook.name,
        "model": ", ".join(assignments["model_digest"].unique().sort().to_list()),
        "encoder": str(library.encoder_card.get("model", "")),
    }
    return {name: value for name, value in found.items() if value}


def overview_of(library: Library) -> OverviewView:
    """The overview, remembered until a table changes."""
    return library.kept(
        "overview",
        _files(),
        lambda: overview(
            library.wide,
            library.table("documents"),
            library.optional("passages"),
            library.optional("families"),
            library.rejected,
            versions(library),
        ),
    )


def _heat(library: Library, rows: int) -> HeatMap:
    names = {category.id: category.zh for category in library.codebook.categories}
    return library.kept(
        f"heat{rows}",
        _files(),
        lambda: categories_by_issuer(
            library.table("documents"), library.table("measures"), library.optional("assignments"), names, rows
        ),
    )


def _heat_rows(heat: HeatMap) -> list[tuple[str, str, list[Any]]]:
    """(issuer, total, cells): the figure prints both in one label."""
    found = []
    for label, cells in heat.rows:
        match = re.fullmatch(r"(.*)（(\d+)）", label)
        issuer, total = match.groups() if match else (label, "")
        found.append((issuer, total, cells))
    return found


@router.get("/")
def show(page: PageDep, library: LibraryDep, bureaus: Annotated[str, Query(max_length=10)] = "") -> HTMLResponse:
    """The overview page."""
    heat = _heat(library, MANY_ROWS if bureaus == "all" else FEW_ROWS)
    columns = [*library.codebook.ids, NONE]
    view = overview_of(library)
    return page.render(
        "overview.html.j2",
        view=view,
        heat=heat,
        heat_rows=_heat_rows(heat),
        columns=columns,
        most=max((year["n_measures"] for year in view.years), default=1) or 1,
    )


@router.get("/health")
def health() -> PlainTextResponse:
    """Whether the server answers."""
    return PlainTextResponse("ok")

"""`/search`: measures by words, meaning, example and facets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from pipeline.web import finding
from pipeline.web.queries.filters import FACETS
from pipeline.web.queries.marking import Mark, Run, runs
from pipeline.web.queries.models import Hit, SearchResults
from pipeline.web.rendering import Page
from pipeline.web.routes.common import LibraryDep, PageDep, lists

router = APIRouter(include_in_schema=False)

SHOWN_OPTIONS = 12


def marked(hit: Hit) -> list[Run]:
    """A hit's text with what it shares with the query marked."""
    return runs(hit.measure.text, [Mark(span.start, span.end, "hit") for span in hit.shared])


def option_name(page: Page, facet: str, value: str) -> str:
    """What people call a facet's value."""
    if facet == "category":
        return page.category_name(page.library.codebook, value)
    return page.t.name(facet, value)


def _chosen(page: Page, request: finding.Request) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it back."""
    return [
        {
            "facet": page.t.name("facet", name),
            "label": option_name(page, name, value),
            "without": request.with_filters(request.filters.toggled(name, value)).urlencode(),
        }
        for name, value in request.filters.pairs()
    ]


def _facets(page: Page, request: finding.Request, results: SearchResults, all_of: str) -> list[dict[str, Any]]:
    """Facets that can narrow, or do, with their first options and the chosen ones; all of the one that was opened."""
    found = []
    for name in FACETS:
        every = results.facets[name]
        if len(every) <= 1 and not any(option.chosen for option in every):
            continue
        options = [
            {
                "label": option_name(page, name, option.value),
                "count": option.count,
                "chosen": option.chosen,
                "query": request.with_filters(request.filters.toggled(name, option.value)).urlencode(),
            }
            for place, option in enumerate(every)
            if place < SHOWN_OPTIONS or option.chosen or all_of == name
        ]
        found.append({"name": name, "label": page.t.name("facet", name), "options": options, "n": len(every)})
    return found


@router.get("/search")
def search(
    page: PageDep,
    library: LibraryDep,
    after: Annotated[str | None, Query(max_length=400)] = None,
    all_of: Annotated[str, Query(alias="all", max_length=20)] = "",
) -> HTMLResponse:
    """The search page."""
    request = finding.read(lists(page.request.query_params), library)
    results = finding.results(library, request, after)
    like = finding.named(library, request.like) if request.like else None
    return page.render(
        "search.html.j2",
        request=request,
        results=results,
        like=like,
        marked=marked,
        facets=_facets(page, request, results, all_of),
        chosen=_chosen(page, request),
        after=after,
    )

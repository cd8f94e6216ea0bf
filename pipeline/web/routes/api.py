"""`/api`: the data of every page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.web import finding
from pipeline.web.problems import PROBLEM_TYPE, Problem
from pipeline.web.queries.document import document_view
from pipeline.web.queries.models import Hit, SearchResults
from pipeline.web.queries.page_models import DocumentItem, DocumentView, MeasureView, OverviewView
from pipeline.web.queries.reuse_models import ComparisonView, FamilyItem, FamilyView
from pipeline.web.routes import compare, documents, families, measures
from pipeline.web.routes.common import LibraryDep, PageDep, lists
from pipeline.web.routes.overview import overview_of

_PROBLEM: dict[str, Any] = {"model": Problem, "content": {PROBLEM_TYPE: {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: _PROBLEM | {"description": text}
    for status, text in (
        (401, "Nobody knows who you are: a token is missing"),
        (404, "There is no such thing"),
        (413, "Too much was sent"),
        (421, "Unknown host name"),
        (422, "A value cannot be used"),
        (429, "Too many failed attempts; `Retry-After` says how long to wait"),
        (503, "The pipe has not made a table this needs"),
    )
}

router = APIRouter(prefix="/api", tags=["api"], responses=PROBLEMS)

After = Annotated[str | None, Query(max_length=400, description="cursor of the last page's `after`")]
Size = Annotated[int, Query(ge=1, le=finding.MAX_PAGE, description="rows a page")]
Values = Annotated[list[str], Query(max_length=60, description="may be repeated: alternatives")]
Year = Annotated[int, Field(ge=1000, le=9999)]
Years = Annotated[list[Year], Query(max_length=60, description="may be repeated: alternatives")]
Issuer = Annotated[str, Query(min_length=1, max_length=300)]


class FamilyPage(BaseModel):
    """A page of families."""

    total: int
    after: str | None
    families: list[FamilyItem]


class DocumentPage(BaseModel):
    """A page of documents."""

    total: int
    after: str | None
    documents: list[DocumentItem]


class SimilarMeasures(BaseModel):
    """Measures like a given one, best first."""

    measure_id: str
    hits: list[Hit]


@router.get("/overview")
def get_overview(library: LibraryDep) -> OverviewView:
    """Counts, coverage by year and bureau, what was set aside."""
    return overview_of(library)


@router.get("/search")
def get_search(
    page: PageDep,
    library: LibraryDep,
    q: Annotated[str, Query(max_length=2000, description='terms; "…" keeps a phrase, -term excludes')] = "",
    mode: Annotated[str, Query(pattern="^(words|meaning)$")] = "words",
    like: Annotated[str, Query(max_length=200, description="a measure id: find measures like it")] = "",
    others: Annotated[bool, Query(description="only other issuers than that of `like`")] = False,  # noqa: FBT002
    depth: Annotated[
        int, Query(ge=0, le=finding.MAX_DEPTH, description="how far each ranking goes down; 0 as the parameters say")
    ] = 0,
    issuer: Values = [],  # noqa: B006 - FastAPI copies defaults
    province: Values = [],  # noqa: B006
    year: Years = [],  # noqa: B006
    category: Values = [],  # noqa: B006
    kind: Values = [],  # noqa: B006
    level: Values = [],  # noqa: B006
    flag: Values = [],  # noqa: B006
    cites: Values = [],  # noqa: B006
    document: Values = [],  # noqa: B006
    after: After = None,
    size: Size = finding.PAGE_SIZE,
) -> SearchResults:
    """Measures with reasons, shared characters and facets; without `q` and `like` all that pass the filters."""
    del q, mode, like, others, depth, issuer, province, year, category, kind, level, flag, cites, document
    request = finding.read(lists(page.request.query_params), library)
    return finding.results(library, request, after, size)


@router.get("/documents")
def get_documents(library: LibraryDep, after: After = None, size: Size = 100) -> DocumentPage:
    """All documents."""
    rows = documents.listing(library, after, size)
    return DocumentPage(total=rows.total, after=rows.after, documents=rows.rows)


@router.get("/document/{doc_id}")
def get_document(library: LibraryDep, doc_id: str) -> DocumentView:
    """One document: outline, measures, clean text, source, what cleaning changed."""
    return document_view(library.table("documents"), library.wide, library.outlines, doc_id)


@router.get("/families")
def get_families(
    library: LibraryDep,
    issuer: Annotated[str, Query(max_length=300)] = "",
    other: Annotated[str, Query(max_length=300)] = "",
    min_issuers: Annotated[int, Query(ge=1, le=100_000)] = 1,
    after: After = None,
    size: Size = 100,
) -> FamilyPage:
    """Families, those in most bureaus first."""
    rows = families.chosen(library, families.Selection(issuer, other, "", min_issuers), after, size)
    return FamilyPage(total=rows.total, after=rows.after, families=rows.rows)


@router.get("/family/{family_id}")
def get_family(library: LibraryDep, family_id: str) -> FamilyView:
    """One family with its members, earliest first."""
    return families.view_of(library, family_id)


@router.get("/compare")
def get_compare(library: LibraryDep, a: Issuer, b: Issuer) -> ComparisonView:
    """What two bureaus share."""
    return compare.view_of(library, a, b)


@router.get("/similar/{measure_id:path}")
def get_similar(library: LibraryDep, measure_id: str, top: Annotated[int, Query(ge=1, le=200)] = 10) -> SimilarMeasures:
    """Measures like this one."""
    found = finding.named(library, measure_id)
    return SimilarMeasures(measure_id=found.measure_id, hits=measures.similar_to(library, measure_id, top))


@router.get("/measure/{measure_id:path}")
def get_measure(page: PageDep, library: LibraryDep, measure_id: str) -> MeasureView:
    """Everything about one measure."""
    return measures.view_of(page, library, measure_id)

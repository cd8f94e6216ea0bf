"""What the pages of one measure, one document and the whole workspace show and the API returns."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.web.queries.models import MeasureItem, View
from pipeline.web.queries.reuse_models import FamilyView, PassageView, RelatedView


class CategoryScore(View):
    """A category of a measure; `cues` are the codebook's cue words that stand in the text or its headings."""

    category: str
    zh: str
    en: str
    probability: float
    assigned: bool
    primary: bool
    rank: int
    source: str
    cues: list[str]


class CitedAs(View):
    """Ready-made references to a measure."""

    gbt7714: str
    plain: str
    bibtex: str


class MeasureView(View):
    """Everything about one measure."""

    measure: MeasureItem
    start: int
    end: int
    source_start: int
    source_end: int
    previous: str | None
    following: str | None
    published: date | None
    posted: date | None
    targets: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    categories: list[CategoryScore]
    related: list[RelatedView]
    passages: list[PassageView]
    family: FamilyView | None
    cited_as: CitedAs
    versions: dict[str, str]


class DocumentItem(View):
    """A document as lists show it."""

    doc_id: str
    title: str
    issuer: str | None
    province: str | None
    city: str | None
    county: str | None
    level: str | None
    doc_type: str
    plan_year: int | None
    published: date | None
    posted: date | None
    source_path: str
    n_measures: int
    n_removed_chars: int
    n_repaired: int
    n_damaged: int


class DocumentView(View):
    """A document with its outline, measures and texts."""

    document: DocumentItem
    sha256: str
    encoding: str
    media_type: str
    script: str
    evidence: dict[str, Any]
    headings: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    measures: list[MeasureItem]
    text: str
    source_text: str
    changes: list[dict[str, Any]]


class OverviewView(View):
    """What the workspace holds."""

    n_documents: int
    n_issuers: int
    n_measures: int
    n_without_category: int
    n_passages: int
    n_families: int
    years: list[dict[str, Any]]
    kinds: dict[str, int]
    issuers: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    versions: dict[str, str]

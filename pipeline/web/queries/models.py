"""What pages show and the API returns: one definition for both."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """Plain values that never change after they are made."""

    model_config = ConfigDict(frozen=True)


class Span(View):
    """Half-open interval of code points."""

    start: int
    end: int


class MeasureItem(View):
    """A measure as lists show it."""

    measure_id: str
    doc_id: str
    ordinal: int
    number: str
    headline: str
    text: str
    kind: str
    heading_path: list[str]
    flags: list[str]
    title: str
    issuer: str | None
    province: str | None
    city: str | None
    county: str | None
    level: str | None
    plan_year: int | None
    categories: list[str]
    primary: str | None
    family_id: str | None


class Reason(View):
    """Why a measure was found: `kind` is a stable word, `value` its strength, `words` what it rests on."""

    kind: str
    value: float | None = None
    words: list[str] = Field(default_factory=list)


class Hit(View):
    """A measure found, with why, and the characters of its text that the query shares."""

    rank: int
    score: float
    measure: MeasureItem
    reasons: list[Reason]
    shared: list[Span]


class FacetOption(View):
    """One value of a facet and how many measures it selects."""

    value: str
    count: int
    chosen: bool


class Reach(View):
    """How far a ranking went down: each single ranking to its `depth` best of `candidates` measures the filters leave.

    `deeper` is the depth to ask for next, None where all candidates are ranked.
    """

    depth: int
    candidates: int
    deeper: int | None


class SearchResults(View):
    """One page of a search; `after` is the cursor of the next page, `reach` null where all that matches is listed."""

    total: int
    mode: str
    note: str = ""
    reach: Reach | None = None
    after: str | None
    hits: list[Hit]
    facets: dict[str, list[FacetOption]]


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


class PassageSide(View):
    """One side of a shared passage: where it stands and the words."""

    doc_id: str
    measure_id: str | None
    issuer: str | None
    plan_year: int | None
    title: str
    start: int
    end: int
    text: str


class PassageView(View):
    """A shared passage; `mine` is the side that was asked for."""

    passage_id: str
    mine: PassageSide
    other: PassageSide
    n_chars: int
    identity: float
    information: float
    origin: str
    direction: str


class RelatedView(View):
    """A related measure, seen from the one that was asked for; `covered` is the share of mine found in it."""

    measure: MeasureItem
    relation: str
    edit_similarity: float
    covered: float
    covers: float
    cosine: float


class FamilyItem(View):
    """A family as lists show it."""

    family_id: str
    headline: str
    n_members: int
    n_issuers: int
    first_year: int | None
    first_issuer: str | None
    years: list[int]
    issuers: list[str]


class FamilyMember(View):
    """A member; `similarity` is to the medoid."""

    measure: MeasureItem
    is_medoid: bool
    similarity: float
    relation: str


class FamilyView(View):
    """A family with all its members, earliest first."""

    family_id: str
    n_members: int
    n_issuers: int
    first_year: int | None
    first_issuer: str | None
    members: list[FamilyMember]


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


class SharedTotals(View):
    """How much of one bureau's text stands in another's, overlaps counted once."""

    issuer: str
    n_chars: int
    shared_chars: int
    share: float


class YearChange(View):
    """What became of a measure from one year's plan to the next; either side is null where there is none."""

    year_from: int
    year_to: int
    status: str
    measure_from: str | None
    measure_to: str | None
    headline_from: str | None
    headline_to: str | None
    relation: str | None
    edit_similarity: float | None


class ComparisonView(View):
    """Two bureaus side by side, or one over the years."""

    a: SharedTotals
    b: SharedTotals
    n_passages: int
    passages: list[PassageView]
    categories: list[dict[str, Any]]
    years_a: list[int]
    years_b: list[int]
    changes: list[YearChange] = Field(
        default=[], description="where both sides are one bureau: what it kept, changed, dropped and added each year"
    )


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

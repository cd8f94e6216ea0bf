"""What pages show and the API returns of shared wording: passages, related measures, families, two bureaus."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pipeline.web.queries.models import MeasureItem, View


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

"""What pages show and the API returns, one definition for both: a measure in a list, and the hits of a search."""

from __future__ import annotations

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

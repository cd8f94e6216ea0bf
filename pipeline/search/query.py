"""What is asked and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.errors import JucuoError

Values = str | Sequence[str] | None
"""One accepted value or several; None accepts all."""


@dataclass(frozen=True)
class Filters:
    """Which measures may be hits; all given conditions must hold.

    Attributes:
        issuer: part of the issuer's name; of a joint document any of its issuers.
        province: part of the province's name; `city` and `county` likewise.
        level: national, province, city or county.
        year: one plan year or several.
        category: a category assigned to the measure.
        kind: plan, achievement or principle.
        doc_type: kind of document.
        cites: part of the title of a document the measure cites.
    """

    issuer: Values = None
    province: Values = None
    city: Values = None
    county: Values = None
    level: Values = None
    year: int | Sequence[int] | None = None
    category: Values = None
    kind: Values = None
    doc_type: Values = None
    cites: Values = None


@dataclass(frozen=True)
class Query:
    """A question: exactly one of `text`, `measure_id` and `examples`.

    Attributes:
        text: a measure, a sentence, a few words; a term in quotation marks must stand in every hit.
        measure_id: a measure of the index; it is never among its own hits.
        examples: measure ids or texts that the hits shall be like.
        not_like: measure ids or texts that the hits shall not be like.
        filters: which measures may be hits.
        other_documents: leave out the documents of the measures asked by.
        other_issuers: leave out all documents of their issuers.
        top: how many hits.
        collapse: show near-duplicates once, with a count.
    """

    text: str | None = None
    measure_id: str | None = None
    examples: Sequence[str] = ()
    not_like: Sequence[str] = ()
    filters: Filters = field(default_factory=Filters)
    other_documents: bool = False
    other_issuers: bool = False
    top: int = 10
    collapse: bool = True

    def __post_init__(self) -> None:
        """Refuse a query that asks for nothing or for several things."""
        given = [name for name in ("text", "measure_id", "examples") if getattr(self, name)]
        if len(given) != 1:
            raise JucuoError(
                f"a query needs a text, a measure or examples, got {' and '.join(given) or 'nothing'}",
                "Give exactly one of them.",
            )
        if self.text is not None and not self.text.strip():
            raise JucuoError("the query's text is blank", "Give the words or the measure to look for.")
        if self.top < 1:
            raise JucuoError(f"top is {self.top}", "Ask for at least one hit.")


@dataclass(frozen=True)
class Shared:
    """A stretch of a hit's text that the query has too.

    Attributes:
        start: offset in the hit's text, code points, half-open to `end`.
        end: offset after it.
        query_start: where the query has it; for examples, in the example the hit is most like.
        query_end: offset after it.
        text: the shared words.
        weight: how telling it is: the sum of its words' idf.
    """

    start: int
    end: int
    query_start: int
    query_end: int
    text: str
    weight: float


@dataclass(frozen=True)
class Reasons:
    """Why a measure is a hit. Cosines and probabilities are comparable between queries; ranks are of this one.

    Attributes:
        meaning: centred cosine of the vectors, -1 to 1.
        wording: cosine of the jieba words' TF-IDF vectors, 0 to 1.
        characters: cosine of the character pairs' TF-IDF vectors, 0 to 1.
        coverage: share of the query's words, weighted by idf, that the measure has, 0 to 1.
        in_one_sentence: share of the query's character pairs, weighted by idf, that a single sentence of the measure
            has, 0 to 1; `Hit.sentence` says which.
        same_measure: calibrated probability that a judge finds it to be the same measure or, for a phrase, to treat
            just what it asks (see `scale`).
        same_topic: calibrated probability that a judge finds it to be of the query's topic at least.
        relatedness: a word for these: `same_measure` (for a phrase `answers`) or `same_topic` from 0.5 each,
            `related` from 0.1 for the topic, else `unrelated`.
        ranks: place in each single ranking that has it, from 1.
        share_of_meaning: part of the score that came from meaning, the rest is from wording.
        share_of_sentence: part of the score that came from the wording of that sentence; 0 for measures that came too
            far down to be looked at sentence by sentence (`search.closest`).
        terms: quoted terms it contains.
    """

    meaning: float
    wording: float
    characters: float
    coverage: float
    in_one_sentence: float
    same_measure: float
    same_topic: float
    relatedness: str
    ranks: dict[str, int]
    share_of_meaning: float
    share_of_sentence: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """One measure found.

    Attributes:
        rank: from 1.
        measure_id: the measure.
        doc_id: its document.
        score: 1 if it were first in every ranking, falling toward 0; orders the hits of one query only.
        reasons: why.
        shared: stretches of its text that the query has too, in reading order.
        sentence: offsets in its text of the sentence that has most of the query.
        like: what it is compared with: the text, measure or example nearest to it.
        duplicates: ids of near-duplicates collapsed into this hit.
        text, headline, issuer, province, year, kind, heading_path: of the measure and its document.
    """

    rank: int
    measure_id: str
    doc_id: str
    score: float
    reasons: Reasons
    shared: tuple[Shared, ...]
    sentence: tuple[int, int]
    like: str
    duplicates: tuple[str, ...]
    text: str
    headline: str
    heading_path: tuple[str, ...]
    kind: str
    title: str
    issuer: str | None
    province: str | None
    year: int | None

    @property
    def n_duplicates(self) -> int:
        """How many near-duplicates this hit stands for, besides itself."""
        return len(self.duplicates)


@dataclass(frozen=True)
class SearchResult:
    """Hits, best first, and what was searched.

    Attributes:
        hits: at most `top`.
        n_candidates: measures that the filters left.
        terms: terms that every hit contains exactly.
        explanation: why there are no hits, empty if there are some.
        notes: what else the asker should know.
    """

    hits: list[Hit]
    n_candidates: int
    terms: tuple[str, ...] = ()
    explanation: str = ""
    notes: tuple[str, ...] = ()

"""What `/search`, its API and its export have in common: a request from the URL, the measures that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import polars as pl

from pipeline.web.library import Library
from pipeline.web.queries.filters import MAX_QUERY, FilterError, Filters, facets, parse, select
from pipeline.web.queries.items import MEASURE_ID, items, row_of
from pipeline.web.queries.marking import occurrences
from pipeline.web.queries.models import FacetOption, Hit, MeasureItem, Reach, Reason, SearchResults, Span
from pipeline.web.queries.paging import decode, encode
from pipeline.web.queries.words import Words, matching
from pipeline.web.queries.words import parse as parse_words

if TYPE_CHECKING:
    from collections.abc import Callable

Why = tuple[list[Reason], list[Span]]
"""Reasons of one row, and the characters of its text that the query shares."""

Mode = Literal["words", "meaning", "like", "browse"]
PAGE_SIZE = 20
SENTENCE = 10
"""A query so long without a space or a quotation mark is a sentence: nobody expects it word for word in a measure."""
MAX_PAGE = 200
MAX_DEPTH = 1_000_000
QUOTES = '"“”「」『』'


@dataclass(frozen=True)
class Request:
    """A search as the URL states it; `depth` is how far each ranking goes down, 0 as the parameters say."""

    filters: Filters
    q: str = ""
    mode: Mode = "browse"
    like: str = ""
    others: bool = False
    depth: int = 0

    def urlencode(self, **extra: str) -> str:
        """The query string that brings this search back."""
        own = [("q", self.q)] if self.q else []
        own += [("mode", self.mode)] if self.q else []
        own += [("like", self.like)] if self.like else []
        own += [("others", "1")] if self.others else []
        own += [("depth", str(self.depth))] if self.depth else []
        return urlencode([*own, *self.filters.pairs(), *extra.items()])

    def with_filters(self, filters: Filters) -> Request:
        """The same search under other filters."""
        return replace(self, filters=filters)

    def deeper(self, depth: int) -> Request:
        """The same search with rankings of another depth."""
        return replace(self, depth=depth)


@dataclass(frozen=True)
class Found:
    """All measures that answer a request, in order, with `score`, and why each is there.

    `rows` may have only the columns that filters and cursors need: `whole` gives all of them.

    `scope` are the rows among which facets are counted: what answers the query, whatever the filters. `why` gives
    the reasons of some of the rows. `reach` says how far a ranking went, None where everything that matches is there.
    """

    rows: pl.DataFrame
    scope: pl.DataFrame
    note: str
    why: Callable[[pl.DataFrame], list[Why]]
    reach: Reach | None = None
    measured: Callable[[pl.DataFrame], pl.DataFrame] | None = None


def _single(params: Mapping[str, Sequence[str]], name: str, limit: int) -> str:
    values = params.get(name, ())
    value = values[-1].strip() if values else ""
    if len(value) > limit:
        raise FilterError(f"{name}: {len(value)} characters, at most {limit} are taken")
    return value


def _depth(params: Mapping[str, Sequence[str]]) -> int:
    value = _single(params, "depth", 10) or "0"
    if not value.isascii() or not value.isdigit() or int(value) > MAX_DEPTH:
        raise FilterError(f"depth: “{value}” is no number from 1 to {MAX_DEPTH}")
    return int(value)


def _usual_mode(q: str) -> str:
    return "words" if len(q) < SENTENCE or any(c.isspace() or c in QUOTES for c in q) else "meaning"


def read(params: Mapping[str, Sequence[str]], library: Library) -> Request:
    """The request in a query string; raises FilterError for values that cannot be one."""
    q, like = _single(params, "q", MAX_QUERY), _single(params, "like", 200)
    asked = _single(params, "mode", 20) or _usual_mode(q)
    if asked not in ("words", "meaning"):
        raise FilterError(f"mode: “{asked}” is neither words nor meaning")
    if like and not MEASURE_ID.fullmatch(like):
        raise FilterError("like: this is no measure id")
    mode: Mode = "like" if like else ("browse" if not q else ("meaning" if asked == "meaning" else "words"))
    filters = parse(params, library.codebook.ids)
    others = _single(params, "others", 5) in ("1", "true", "on")
    depth = _depth(params) if mode in ("meaning", "like") else 0
    return Request(filters, "" if like else q, mode, like, others, depth)


def _browse(wide: pl.DataFrame, request: Request) -> Found:
    rows = select(wide, request.filters)
    return Found(rows.with_columns(score=pl.lit(0.0)), wide, "", lambda shown: [([], [])] * shown.height)


def _by_words(wide: pl.DataFrame, request: Request, words: Words) -> Found:
    scope = matching(wide, words)
    found = select(scope, request.filters)

    def why(text: str) -> Why:
        marks = occurrences(text, words.wanted)
        reason = Reason(kind="phrase", value=float(len(marks)), words=list(words.wanted))
        return [reason], [Span(start=m.start, end=m.end) for m in marks]

    return Found(found, scope, "", lambda shown: [why(text) for text in shown["text"]])


def whole(library: Library, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows found with every column of the wide frame, in their order."""
    if "text" in rows.columns:
        return rows
    return library.wide[rows["position"]].with_columns(rows["score"])


def find(library: Library, request: Request) -> Found:
    """The measures that answer a request, best first (browsing: in reading order)."""
    wide = library.wide
    if request.mode in ("meaning", "like"):
        from pipeline.web.ranking import by_meaning

        if request.like:
            row_of(wide, "measure_id", request.like, "measure", MEASURE_ID)
        return by_meaning(library, request)
    if request.mode == "browse":
        return _browse(wide, request)
    return _by_words(wide, request, parse_words(request.q))


def facet_options(scope: pl.DataFrame, filters: Filters) -> dict[str, list[FacetOption]]:
    """Facets as views."""
    return {
        name: [FacetOption(value=o.value, count=o.count, chosen=o.chosen) for o in options]
        for name, options in facets(scope, filters).items()
    }


def _skip(rows: pl.DataFrame, after: str | None) -> int:
    """How many of the sorted rows come up to and including the one a cursor names.

    The row itself is looked for first: a document added in between shifts the scores of a ranking, not its place.
    """
    if not after:
        return 0
    score, doc_id, ordinal = decode(after, (float, str, int))
    itself = (pl.col("doc_id") == doc_id) & (pl.col("ordinal") == ordinal)
    place = rows.select(itself.arg_true()).to_series()
    if len(place):
        return int(place[0]) + 1
    same = pl.col("score") == score
    earlier = (pl.col("doc_id") < doc_id) | ((pl.col("doc_id") == doc_id) & (pl.col("ordinal") <= ordinal))
    return int(rows.select(((pl.col("score") > score) | (same & earlier)).sum()).item())


def _cursor(row: pl.DataFrame) -> str:
    """The cursor of a row: (score, document, ordinal), not its position, which shifts when a document is added."""
    return encode(row.select("score", "doc_id", "ordinal").row(0))


def _hits(found: Found, shown: pl.DataFrame, skipped: int) -> list[Hit]:
    ranked = enumerate(zip(items(shown), shown["score"].to_list(), found.why(shown), strict=True), skipped + 1)
    return [
        Hit(rank=rank, score=score, measure=item, reasons=reasons, shared=shared)
        for rank, (item, score, (reasons, shared)) in ranked
    ]


def results(library: Library, request: Request, after: str | None, size: int = PAGE_SIZE) -> SearchResults:
    """One page of a search with its facets; rows are sorted by falling score, then document and ordinal."""
    found = find(library, request)
    skipped = _skip(found.rows, after)
    shown = whole(library, found.rows.slice(skipped, size))
    more = skipped + size < found.rows.height
    hits = _hits(found, shown, skipped)
    options = facet_options(found.scope, request.filters)
    after = _cursor(shown.tail(1)) if more and shown.height else None
    return SearchResults(
        total=found.rows.height,
        mode=request.mode,
        note=found.note,
        reach=found.reach,
        after=after,
        hits=hits,
        facets=options,
    )


def named(library: Library, measure_id: str) -> MeasureItem:
    """The measure a search starts from; raises NotFoundError."""
    row = row_of(library.wide, "measure_id", measure_id, "measure", MEASURE_ID)
    return items(library.wide.slice(row["position"], 1))[0]


def nearest(library: Library, measure_id: str, top: int) -> list[Hit]:
    """The measures most like a given one; raises NotFoundError for an unknown id."""
    found = find(library, Request(Filters(), mode="like", like=measure_id))
    return _hits(found, found.rows.head(top), 0)

"""Search by the words themselves: every term must stand in the measure, quoted ones as they are."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import polars as pl

from pipeline.web.queries.filters import FilterError

MAX_TERMS = 24
SLIM = (
    *("position", "measure_id", "doc_id", "ordinal", "issuer", "joint_issuers", "province", "level", "plan_year"),
    *("kind", "flags", "cites", "categories"),
)
"""What filters, facets and cursors look at: a common word is found 30,000 times, and texts, targets and headings of
all those rows need not be moved about to show twenty of them."""

_TERM = re.compile(r'(-?)(?:"([^"]*)"|“([^”]*)”|「([^」]*)」|(\S+))')


@dataclass(frozen=True)
class Words:
    """Terms that must stand in a text and terms that must not."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


def parse(query: str) -> Words:
    """Split a query at spaces, quotation marks keeping phrases together; a leading `-` excludes a term."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for match in _TERM.finditer(query):
        term = next(part for part in match.groups()[1:] if part is not None).strip()
        if term:
            (unwanted if match.group(1) else wanted).append(term)
    if len(wanted) + len(unwanted) > MAX_TERMS:
        raise FilterError(f"q: {len(wanted) + len(unwanted)} terms, at most {MAX_TERMS} are taken")
    return Words(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def _haystack(words: Words) -> pl.Expr:
    """The text, lower-cased only where a term has letters with case: that costs 10 ms per 100,000 measures."""
    cased = any(term.lower() != term.upper() for term in (*words.wanted, *words.unwanted))
    return pl.col("text").str.to_lowercase() if cased else pl.col("text")


def matching(rows: pl.DataFrame, words: Words) -> pl.DataFrame:
    """Rows with all wanted and no unwanted terms, with `score`, best first; of their columns only SLIM.

    The score adds, for each term, its idf times 1 + log(occurrences), damped by the square root of the length:
    short measures that are about a term come before long ones that mention it.
    """
    haystack = _haystack(words)
    conditions = [haystack.str.contains(term.lower(), literal=True) for term in words.wanted]
    conditions += [~haystack.str.contains(term.lower(), literal=True) for term in words.unwanted]
    slim = rows.select(*SLIM, "text", "n_chars")
    found = slim.filter(*conditions) if conditions else slim
    rarity = 1.0 + math.log((1 + rows.height) / (1 + found.height))
    counts = [haystack.str.count_matches(term.lower(), literal=True) for term in words.wanted]
    strength = sum(((1.0 + count.cast(pl.Float64).log()) for count in counts), start=pl.lit(0.0))
    scored = found.with_columns(score=(rarity * strength / pl.col("n_chars").cast(pl.Float64).sqrt()).round(6))
    return scored.drop("text", "n_chars").sort("score", "position", descending=[True, False])

"""What the corpus knows about each run of eight characters: how many issuers use it, since when, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.classes import any_digit
from pipeline.reuse.grams import RUN, gram_table
from pipeline.reuse.origin import (
    ALWAYS,
    CENTRAL,
    COMMON,
    NEVER,
    bursts,
    central_codes,
    central_since,
    days,
    is_central,
)
from pipeline.reuse.seeds import hubs
from pipeline.reuse.text import Codes, Corpus, Ints, normalise
from pipeline.reuse.weights import issuer_keys, runs_of, usage

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from pipeline.settings import ReuseParams


@dataclass(frozen=True)
class Evidence:
    """Documents in the order of their ids, with facts about every run of eight.

    Attributes:
        documents: the documents, sorted by id.
        corpus: their normalised text.
        codes: the same with every digit alike, (n_codes,).
        slots: (n_codes,) slot of the run that begins at each code, or -1.
        grams: (n_codes,) the runs themselves.
        idf: (n_slots,) weight of each run.
        kinds: (n_slots,) 0 own, 1 common, 2 central at any time.
        common: (n_slots,) runs that many issuers use.
        since: (n_slots,) day from which a run stands in a central document; `NEVER` if in none.
        hub: (n_slots,) hub document of each common run, or -1.
        burst: (n_slots,) common runs that spread within a short time.
        issuers: (n_docs,) number of each issuer.
    """

    documents: pl.DataFrame
    corpus: Corpus
    codes: Codes
    slots: Ints
    grams: NDArray[np.uint64]
    idf: NDArray[np.float64]
    kinds: NDArray[np.int8]
    common: NDArray[np.bool_]
    since: Ints
    hub: NDArray[np.int32]
    burst: NDArray[np.bool_]
    issuers: NDArray[np.int32]


def _rank(documents: pl.DataFrame) -> Ints:
    """(n_docs,) central documents first, then by date and id: the lowest that has a common run becomes its hub."""
    day = days(documents, 12, 31, NEVER)
    order = np.lexsort((np.arange(len(day)), day, ~is_central(documents)))
    rank = np.empty(len(day), np.int64)
    rank[order] = np.arange(len(day))
    return rank


def gather(documents: pl.DataFrame, params: ReuseParams, central: pl.DataFrame | None) -> Evidence:
    """Count and date every run of the corpus."""
    ordered = documents.sort("doc_id")
    corpus = normalise(ordered["text"].to_list())
    codes, issuers = any_digit(corpus.codes), issuer_keys(ordered, ordered)
    grams, valid = runs_of(codes, corpus.starts, RUN)
    table = gram_table(grams[valid])
    uses = usage(codes, corpus.starts, issuers, RUN, table)
    common = uses.issuers >= params.boilerplate_issuers
    national = is_central(ordered)
    outside, outside_since = central_codes(central)
    texts = [codes[corpus.starts[row] : corpus.starts[row + 1]] for row in np.flatnonzero(national)]
    since = central_since(
        table,
        [*texts, *(any_digit(text) for text in outside)],
        np.concatenate([days(ordered, 1, 1, ALWAYS)[national], outside_since]),
    )
    doc_of = np.repeat(np.arange(len(ordered), dtype=np.int32), corpus.lengths)
    typical = days(ordered, 2, 15, NEVER)[doc_of]
    return Evidence(
        documents=ordered,
        corpus=corpus,
        codes=codes,
        slots=uses.slots,
        grams=grams,
        idf=uses.idf,
        kinds=np.where(since < NEVER, CENTRAL, np.where(common, COMMON, 0)).astype(np.int8),
        common=common,
        since=since,
        hub=hubs(uses.slots, doc_of, _rank(ordered), common),
        burst=bursts(uses.slots, issuers[doc_of].astype(np.int64), typical, common, params.boilerplate_issuers),
        issuers=issuers,
    )

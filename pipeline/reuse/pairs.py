"""Related pairs of measures: the reuse_pairs table, from scratch or from the pairs known before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse import dates, verify
from pipeline.reuse.candidates import EXACT, Candidates, candidates
from pipeline.reuse.classes import tokenise
from pipeline.reuse.grams import GRAM, RUN, gram_table
from pipeline.reuse.text import Corpus, normalise
from pipeline.reuse.vectors import centred, cosines, similar_pairs
from pipeline.reuse.weights import boilerplate, central_slots, issuer_keys, runs_of, usage, weighted_jaccard
from pipeline.reuse.wording import Wording, wording
from pipeline.schemas import REUSE_PAIRS

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from pipeline.settings import ReuseParams

_FACTS = (
    "left", "right", "a", "b", "relation", "containment_a", "containment_b", "edit_similarity", "template_similarity"
)  # fmt: skip
"""Columns of a pair that follow from its two texts alone."""


@dataclass(frozen=True)
class Related:
    """Related pairs, and what is needed to add documents to them or take some away.

    Attributes:
        pairs: the reuse_pairs table.
        sought: `measure_id` and, as `digest`, by which shingles the measure was sought (see `candidates`).
    """

    pairs: pl.DataFrame
    sought: pl.DataFrame


def _ordered(pairs: NDArray[np.int32], words: Wording) -> pl.DataFrame:
    """Rows of each pair as `left`, `right`, the earlier one first (the smaller id where that is unknown)."""
    ids = words.measures.select("measure_id", "doc_id")
    sides = {"a": ids[pairs[:, 0]], "b": ids[pairs[:, 1]]}
    frame = pl.DataFrame(
        {
            **{side: rows["measure_id"] for side, rows in sides.items()},
            **{f"{side}_doc": rows["doc_id"] for side, rows in sides.items()},
        }
    )
    swapped = dates.is_swapped(frame, dates.ordering(words.documents), ("a", "b")).to_numpy()
    left, right = np.where(swapped[:, None], pairs[:, ::-1], pairs).T
    return pl.DataFrame(
        {"left": left, "right": right, "a": ids["measure_id"][left], "b": ids["measure_id"][right]},
        schema_overrides={"left": pl.Int32, "right": pl.Int32},
    )


def _related(rows: pl.DataFrame, words: Wording) -> pl.DataFrame:
    """Rows with `relation` and containment, from the two texts alone; unrelated pairs have relation `none`."""
    left, right = rows["left"].to_numpy(), rows["right"].to_numpy()
    edit = verify.edit_similarity(words.corpus, left, right, words.params.near)
    shared = verify.overlap(words.tokens, left, right)
    names = np.array(verify.NAMES, dtype=object)[verify.relations(edit, shared, words.params)]
    return rows.with_columns(
        relation=pl.Series(names, dtype=pl.String),
        containment_a=pl.Series(shared.containment_a),
        containment_b=pl.Series(shared.containment_b),
    )


def _with_edit(rows: pl.DataFrame, words: Wording) -> pl.DataFrame:
    left, right = rows["left"].to_numpy(), rows["right"].to_numpy()
    template = Corpus(words.tokens.codes, words.tokens.starts, words.corpus.positions)
    return rows.with_columns(
        edit_similarity=pl.Series(verify.edit_similarity(words.corpus, left, right)),
        template_similarity=pl.Series(verify.edit_similarity(template, left, right)),
    )


def _lexical(found: Candidates, words: Wording) -> pl.DataFrame:
    """Pairs with a relation that their wording alone shows."""
    related = _related(_ordered(found.pairs, words), words)
    return _with_edit(related.filter(pl.col("relation") != "none"), words)


def _paraphrases(words: Wording, new: NDArray[np.bool_]) -> pl.DataFrame:
    """Pairs of different documents near in meaning that no other relation holds for."""
    pairs = np.empty((0, 2), np.int32)
    if words.vectors is not None:
        pairs = similar_pairs(words.vectors, words.params.paraphrase, new)
    doc = words.measures["doc_id"].rank("dense").to_numpy()
    long = words.tokens.lengths >= words.params.min_contained
    kept = (doc[pairs[:, 0]] != doc[pairs[:, 1]]) & long[pairs[:, 0]] & long[pairs[:, 1]]
    related = _related(_ordered(pairs[kept], words), words)
    return _with_edit(related.filter(pl.col("relation") == "none"), words).with_columns(relation=pl.lit("paraphrase"))


def _kept(previous: pl.DataFrame, words: Wording, new: NDArray[np.bool_], stale: NDArray[np.bool_]) -> pl.DataFrame:
    """What is known of pairs whose measures are both still there and unchanged.

    A pair related by its wording is known only while both measures are sought as before; a paraphrase is found by its
    vectors.
    """
    rows = words.measures.select("measure_id", row=pl.int_range(pl.len(), dtype=pl.Int32), stale=pl.Series(stale))
    rows = rows.filter(~pl.Series(new))
    kept = previous.join(rows.rename({"measure_id": "a", "row": "left"}), on="a").join(
        rows.rename({"measure_id": "b", "row": "right"}), on="b", suffix="_b"
    )
    known = (pl.col("relation") == "paraphrase") | ~(pl.col("stale") | pl.col("stale_b"))
    return kept.filter(known).select(_FACTS)


def _sought(before: Related, words: Wording) -> NDArray[np.uint64]:
    """(n_measures,) by which shingles each measure was sought."""
    known = words.measures.select("measure_id").join(before.sought, on="measure_id", how="left", maintain_order="left")
    return known["digest"].fill_null(EXACT).to_numpy()


def _finished(facts: list[pl.DataFrame], found: Candidates, words: Wording, central: pl.DataFrame | None) -> Related:
    sought = words.measures.select("measure_id", digest=pl.Series(found.sought))
    return Related(_scored(pl.concat(facts), words, central), sought.sort("measure_id"))


def _boilerplate(words: Wording, issuers: NDArray[np.int32], central: pl.DataFrame | None) -> NDArray[np.bool_]:
    tokens = words.tokens
    grams, valid = runs_of(tokens.codes, tokens.starts, RUN)
    table = gram_table(grams[valid])
    texts = [] if central is None else central["text"].to_list()
    known = tokenise(normalise(texts), [(None, None, None)] * len(texts))
    bounds = zip(known.starts[:-1], known.starts[1:], strict=True)
    slots = central_slots([known.codes[start:end] for start, end in bounds], table)
    uses = usage(tokens.codes, tokens.starts, issuers, RUN, table)
    return boilerplate(uses, words.params.boilerplate_issuers, slots)


def _scored(facts: pl.DataFrame, words: Wording, central: pl.DataFrame | None) -> pl.DataFrame:
    """Add the figures that depend on the whole corpus, in the table's columns and order."""
    left, right = facts["left"].to_numpy(), facts["right"].to_numpy()
    tokens, issuers = words.tokens, issuer_keys(words.measures, words.documents)
    uses = usage(tokens.codes, tokens.starts, issuers, GRAM)
    shared = verify.overlap(tokens, left, right, _boilerplate(words, issuers, central))
    plan_year = words.documents.select("doc_id", "plan_year")
    years = words.measures.select("doc_id").join(plan_year, on="doc_id", how="left", maintain_order="left")["plan_year"]
    cosine = np.zeros(len(left)) if words.vectors is None else cosines(words.vectors, left, right)
    scored = facts.with_columns(
        weighted_jaccard=pl.Series(weighted_jaccard(tokens.codes, tokens.starts, uses, left, right)),
        cosine=pl.Series(cosine),
        distinctive=pl.Series(shared.distinctive_share),
        same_issuer=pl.Series(issuers[left] == issuers[right], dtype=pl.Boolean),
        years_apart=(years[right] - years[left]).cast(pl.Int64),
    )
    return scored.select([*REUSE_PAIRS.columns, "template_similarity"]).sort("a", "b")


def detect_pairs(
    measures: pl.DataFrame,
    documents: pl.DataFrame,
    vectors: NDArray[np.float32] | None,
    mean: NDArray[np.float32] | None,
    params: ReuseParams,
    *,
    central: pl.DataFrame | None = None,
) -> Related:
    """All related pairs of measures, with by what they were sought.

    Args:
        measures: the measures table.
        documents: the documents table (`doc_id`, `issuer`, places and dates are used).
        vectors: (n_measures, dim) raw unit vectors; without them there are no paraphrases and `cosine` is 0.
        mean: (dim,) in-domain mean that belongs to the vectors; their own if None.
        params: thresholds.
        central: documents whose wording counts as boilerplate (`text` is used).

    Returns:
        The reuse_pairs table, with `template_similarity` added: the edit similarity with every number and every
        own place name as one class token. Sorted by a, b.
    """
    words = wording(measures, documents, None if vectors is None else centred(vectors, mean), params)
    every = np.ones(len(measures), bool)
    found = candidates(words.corpus, words.tokens, params, every)
    return _finished([_lexical(found, words), _paraphrases(words, every)], found, words, central)


def find_pairs(
    measures: pl.DataFrame,
    documents: pl.DataFrame,
    vectors: NDArray[np.float32] | None,
    mean: NDArray[np.float32] | None,
    params: ReuseParams,
    *,
    central: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The reuse_pairs table alone; arguments as for `detect_pairs`."""
    return detect_pairs(measures, documents, vectors, mean, params, central=central).pairs


def update_pairs(
    before: Related,
    measures: pl.DataFrame,
    documents: pl.DataFrame,
    vectors: NDArray[np.float32] | None,
    mean: NDArray[np.float32] | None,
    *,
    params: ReuseParams,
    added: Collection[str],
    central: pl.DataFrame | None = None,
) -> Related:
    """What `detect_pairs` would find, from the pairs known before documents came or went.

    Only pairs with a measure of an added document are looked for and verified, and, beyond `exact_up_to` measures,
    pairs with a measure that is sought by other shingles now. Figures that depend on the whole corpus (idf,
    boilerplate) are computed anew for all pairs, which costs no comparison of unrelated texts.

    Args:
        before: what was found with the same parameters and, if there were vectors, the same mean.
        measures: the measures table now; pairs of measures that are gone are dropped.
        documents: the documents table now.
        vectors: as for `detect_pairs`.
        mean: as for `detect_pairs`; must be given if vectors are.
        params: as for `detect_pairs`.
        added: ids of documents that are new or changed.
        central: as for `detect_pairs`.
    """
    words = wording(measures, documents, None if vectors is None else centred(vectors, mean), params)
    new = measures["doc_id"].is_in(list(added)).to_numpy()
    found = candidates(words.corpus, words.tokens, params, new, _sought(before, words))
    facts = [_kept(before.pairs, words, new, found.stale), _lexical(found, words), _paraphrases(words, new)]
    return _finished(facts, found, words, central)

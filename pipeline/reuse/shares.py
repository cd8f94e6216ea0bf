"""How much of one bureau's text stands in another's: raw and distinctive, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse.evidence import gather
from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Ints
    from pipeline.settings import ReuseParams

DISTINCTIVE = ("horizontal", "series")
"""Origins that are not explained by central or common wording."""

SCHEMA = {
    "issuer_a": pl.String,
    "issuer_b": pl.String,
    "raw_share": pl.Float64,
    "distinctive_share": pl.Float64,
    "n_passages": pl.Int64,
    "n_chars": pl.Int64,
}


@kernel
def _raw(
    starts: Ints, slots: Ints, owner: NDArray[np.int32], bounds: Ints, users: NDArray[np.int32], out: Ints
) -> None:
    """Add to out[a, b] the characters of issuer a that stand in runs which issuer b uses too."""
    until = np.zeros(len(out), np.int64)
    for doc in range(len(starts) - 1):
        until[:] = 0
        a = owner[doc]
        for p in range(starts[doc], starts[doc + 1]):
            slot = slots[p]
            if slot < 0:
                continue
            for k in range(bounds[slot], bounds[slot + 1]):
                b = users[k]
                out[a, b] += p + RUN - max(until[b], p)
                until[b] = p + RUN


def _covered(spans: pl.DataFrame) -> pl.DataFrame:
    """Characters of each (issuer, other) that the spans `doc`, `start`, `end` cover, counted once."""
    keys = ["issuer", "other", "doc"]
    before = pl.col("end").cum_max().shift(1).over(keys).fill_null(0)
    fresh = (pl.col("end") - pl.max_horizontal("start", before)).clip(0)
    return (
        spans.sort(*keys, "start", "end")
        .with_columns(fresh=fresh)
        .group_by("issuer", "other")
        .agg(n_chars=pl.col("fresh").sum())
    )


def _named(documents: pl.DataFrame) -> pl.DataFrame:
    return documents.filter(pl.col("issuer").is_not_null()).sort("doc_id")


def _sides(passages: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Each distinctive passage twice: seen from either issuer."""
    issuer = documents.select("doc_id", "issuer")
    both = (
        passages.filter(pl.col("origin").is_in(DISTINCTIVE))
        .join(issuer.rename({"doc_id": "a_doc", "issuer": "a_issuer"}), on="a_doc")
        .join(issuer.rename({"doc_id": "b_doc", "issuer": "b_issuer"}), on="b_doc")
        .filter(pl.col("a_issuer") != pl.col("b_issuer"))
    )
    return pl.concat(
        both.select(
            "passage_id",
            issuer=f"{side}_issuer",
            other=f"{other}_issuer",
            doc=f"{side}_doc",
            start=f"{side}_start",
            end=f"{side}_end",
        )
        for side, other in (("a", "b"), ("b", "a"))
    )


def share_matrix(documents: pl.DataFrame, passages: pl.DataFrame, params: ReuseParams) -> pl.DataFrame:
    """Shares of every two issuers, one row for each direction, sorted; documents without an issuer are left out.

    Args:
        documents: the documents table.
        passages: the passages table of these documents.
        params: thresholds.

    Returns:
        `issuer_a`, `issuer_b`; `raw_share`: share of a's letters and digits in runs of eight that b uses too;
        `distinctive_share`: share of a's characters in passages with b that are horizontal; `n_passages` and
        `n_chars` of these.
    """
    named = _named(documents)
    if named.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    known = gather(named, params, None)
    names = named["issuer"].to_numpy()[np.unique(known.issuers, return_index=True)[1]]
    owner = np.repeat(known.issuers, known.corpus.lengths).astype(np.int64)
    valid = known.slots >= 0
    users = np.unique(np.stack([known.slots[valid], owner[valid]], axis=1), axis=0)
    bounds = np.searchsorted(users[:, 0], np.arange(len(known.kinds) + 1)).astype(np.int64)
    raw = np.zeros((len(names), len(names)), np.int64)
    _raw(known.corpus.starts, known.slots, known.issuers, bounds, users[:, 1].astype(np.int32), raw)
    letters = np.bincount(known.issuers, weights=known.corpus.lengths, minlength=len(names))
    a, b = (side.ravel() for side in np.meshgrid(names, names, indexing="ij"))
    frame = pl.DataFrame(
        {"issuer_a": a.tolist(), "issuer_b": b.tolist(), "raw_share": (raw / np.maximum(letters, 1)[:, None]).ravel()}
    )
    return _with_distinctive(frame.filter(pl.col("issuer_a") != pl.col("issuer_b")), named, passages)


def _with_distinctive(frame: pl.DataFrame, named: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    sides = _sides(passages, named)
    length = named.group_by("issuer").agg(total=pl.col("text").str.len_chars().sum())
    counts = sides.group_by("issuer", "other").agg(n_passages=pl.col("passage_id").n_unique())
    found = (
        _covered(sides)
        .join(counts, on=["issuer", "other"])
        .join(length, on="issuer")
        .select(
            issuer_a="issuer",
            issuer_b="other",
            distinctive_share=pl.col("n_chars") / pl.col("total"),
            n_passages=pl.col("n_passages").cast(pl.Int64),
            n_chars="n_chars",
        )
    )
    joined = frame.join(found, on=["issuer_a", "issuer_b"], how="left")
    return (
        joined.with_columns(pl.col("distinctive_share", "n_passages", "n_chars").fill_null(0))
        .select(list(SCHEMA))
        .sort("issuer_a", "issuer_b")
    )

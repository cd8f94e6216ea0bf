"""What a later search must remember of the corpus to tell which documents it has to compare again.

A passage follows from its two documents and from the standing of their runs of eight: common, central, or their own,
and which document is the hub. Whoever keeps both can add a document without comparing the others anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.evidence import Evidence

META = ("text", "issuer", "level", "plan_year", "published")
"""What a document's passages depend on; a document whose values differ counts as another one."""


@dataclass(frozen=True)
class Standing:
    """The corpus as it was.

    Attributes:
        documents: `doc_id` and a `digest` of what its passages depend on.
        runs: `gram`, `kind` and `hub` (a doc_id, or null) of every run that is not a document's own.
    """

    documents: pl.DataFrame
    runs: pl.DataFrame


def _digest(row: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def digests(documents: pl.DataFrame) -> pl.DataFrame:
    """`doc_id` and `digest` of each document."""
    values = [_digest(row) for row in documents.select(META).iter_rows()]
    return documents.select("doc_id", digest=pl.Series(values, dtype=pl.String))


def _runs(known: Evidence) -> pl.DataFrame:
    slots, first = np.unique(known.slots[known.slots >= 0], return_index=True)
    hub = known.hub[slots]
    ids = known.documents["doc_id"].gather(pl.Series(np.maximum(hub, 0)))
    runs = pl.DataFrame({"gram": known.grams[known.slots >= 0][first], "kind": known.kinds[slots]}).with_columns(
        hub=pl.select(pl.when(pl.Series(hub) >= 0).then(ids)).to_series().cast(pl.String)
    )
    return runs.filter((pl.col("kind") > 0) | pl.col("hub").is_not_null()).sort("gram")


def standing(known: Evidence) -> Standing:
    """What is to be kept of this corpus."""
    return Standing(digests(known.documents), _runs(known))


def unchanged(before: Standing, documents: pl.DataFrame) -> list[str]:
    """Ids of the documents that are as they were."""
    return digests(documents).join(before.documents, on=["doc_id", "digest"], how="semi")["doc_id"].to_list()


def flipped(before: Standing, now: Standing, known: Evidence) -> NDArray[np.bool_]:
    """(n_docs,) documents with a run that became common or central, or no longer is, or has another hub.

    A run that nobody had before stands in no pair of unchanged documents; that it counts here as well costs nothing.
    """
    both = before.runs.join(now.runs, on="gram", how="full", suffix="_now", coalesce=True)
    same = pl.col("kind").eq_missing(pl.col("kind_now")) & pl.col("hub").eq_missing(pl.col("hub_now"))
    grams = both.filter(~same)["gram"].to_numpy()
    has = np.isin(known.grams, grams) & (known.slots >= 0)
    doc_of = np.repeat(np.arange(len(known.corpus)), known.corpus.lengths)
    return np.bincount(doc_of[has], minlength=len(known.corpus)) > 0

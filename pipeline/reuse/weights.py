"""What a shared run of characters is worth: little if many issuers use it.

Weights count issuers, not documents: a bureau that repeats itself every year does not make a phrase common.
Set phrases weigh less; they never vanish, since a pair may share nothing else and a reader must see that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse.grams import GRAM, RUN, GramTable, gram_table, grams_of, owners_per_slot
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.reuse.text import Codes, Ints


@dataclass(frozen=True)
class Usage:
    """How many issuers use each run of `q` codes.

    Attributes:
        q: codes of a run.
        slots: (n_codes,) slot of the run that begins at each code; -1 where none does.
        issuers: (n_slots,) issuers that use the run.
        n_issuers: issuers altogether.
    """

    q: int
    slots: Ints
    issuers: NDArray[np.int32]
    n_issuers: int

    @property
    def idf(self) -> NDArray[np.float64]:
        """(n_slots,) ln(1 + N / n): Robertson and Zaragoza 2009 without its negative range."""
        return np.log1p(self.n_issuers / np.maximum(self.issuers, 1))


def issuer_keys(measures: pl.DataFrame, documents: pl.DataFrame) -> NDArray[np.int32]:
    """A number for each row's issuer; documents without one count as an issuer each."""
    named = documents.select("doc_id", issuer=pl.coalesce("issuer", pl.concat_str(pl.lit("?"), "doc_id")))
    joined = measures.select("doc_id").join(named, on="doc_id", how="left", maintain_order="left")
    return joined["issuer"].fill_null("?").rank("dense").cast(pl.Int32).to_numpy() - 1


@kernel
def _ends(starts: Ints, q: int, valid: NDArray[np.bool_]) -> None:
    for t in range(len(starts) - 1):
        for i in range(max(starts[t], starts[t + 1] - q + 1), starts[t + 1]):
            valid[i] = False


def runs_of(codes: Codes, starts: Ints, q: int) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """The run of `q` codes that begins at each code, and whether it ends inside its text; (n_codes,) each."""
    grams = np.zeros(len(codes), np.uint64)
    inside = grams_of(codes, q)
    grams[: len(inside)] = inside
    valid = np.ones(len(codes), np.bool_)
    _ends(starts, q, valid)
    return grams, valid


def usage(codes: Codes, starts: Ints, issuers: NDArray[np.int32], q: int, table: GramTable | None = None) -> Usage:
    """Count the issuers of every run of `q` codes, or of those in `table`.

    Args:
        codes: (n_codes,) all texts.
        starts: (n_texts + 1,) where each begins.
        issuers: (n_texts,) number of each text's issuer.
        q: codes of a run.
        table: runs to count; all that occur if None.
    """
    grams, valid = runs_of(codes, starts, q)
    known = table or gram_table(grams[valid])
    slots = known.slots(grams)
    slots[~valid] = -1
    by_issuer = np.argsort(issuers, kind="stable")
    lengths = np.diff(starts)[by_issuer]
    order = np.repeat(starts[by_issuer] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(
        len(codes)
    )
    counts = owners_per_slot(slots[order], np.repeat(issuers[by_issuer], lengths), known.size)
    return Usage(q, slots, counts, len(np.unique(issuers)))


@kernel
def _cover(marked: NDArray[np.bool_], q: int) -> NDArray[np.bool_]:
    out = np.zeros(len(marked), np.bool_)
    until = 0
    for i in range(len(marked)):
        if marked[i]:
            until = i + q
        out[i] = i < until
    return out


def boilerplate(uses: Usage, n_issuers: int, central: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """(n_codes,) whether a code stands in a run that `n_issuers` or more use, or that central documents use.

    Args:
        uses: usage of runs of `RUN` codes.
        n_issuers: issuers from which a run counts as boilerplate.
        central: (n_slots,) runs that stand in central documents.
    """
    common = uses.issuers >= n_issuers
    if central is not None:
        common |= central
    return _cover((uses.slots >= 0) & common[uses.slots], uses.q)


@kernel
def _weighted(
    grams: NDArray[np.uint64],
    weights: NDArray[np.float64],
    starts: Ints,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
) -> NDArray[np.float64]:
    out = np.zeros(len(left))
    for p in range(len(left)):
        i, i_end = starts[left[p]], starts[left[p] + 1]
        j, j_end = starts[right[p]], starts[right[p] + 1]
        shared, total = 0.0, 0.0
        while i < i_end or j < j_end:
            if j >= j_end or (i < i_end and grams[i] < grams[j]):
                total += weights[i]
                i += 1
            elif i >= i_end or grams[j] < grams[i]:
                total += weights[j]
                j += 1
            else:
                total += weights[i]
                shared += weights[i]
                i += 1
                j += 1
        out[p] = shared / total if total > 0.0 else 0.0
    return out


def weighted_jaccard(
    codes: Codes, starts: Ints, uses: Usage, left: NDArray[np.int32], right: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Weight of the shingles a pair shares over the weight of all its shingles, (n,) in [0, 1]."""
    grams, valid = runs_of(codes, starts, GRAM)
    text = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[valid]
    grams, slots = grams[valid], uses.slots[valid]
    order = np.lexsort((grams, text))
    text, grams, slots = text[order], grams[order], slots[order]
    first = np.ones(len(grams), bool)
    first[1:] = (text[1:] != text[:-1]) | (grams[1:] != grams[:-1])
    bounds = np.searchsorted(text[first], np.arange(len(starts))).astype(np.int64)
    return _weighted(grams[first], uses.idf[slots[first]], bounds, left, right)


def central_slots(central: Sequence[Codes], table: GramTable) -> NDArray[np.bool_]:
    """(n_slots,) which runs of the table stand in any of the central texts."""
    found = np.zeros(table.size, bool)
    for codes in central:
        slots = table.slots(grams_of(codes, RUN))
        found[slots[slots >= 0]] = True
    return found

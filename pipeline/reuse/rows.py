"""Detected passages as rows of the passages table: offsets, measures, information, origin, direction, ids."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse import dates
from pipeline.reuse.grams import RUN
from pipeline.reuse.jit import kernel
from pipeline.reuse.origin import NEVER, Shared, days, is_central, origins
from pipeline.reuse.pieces import MIN_OWN
from pipeline.schemas import PASSAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.cleaning import OffsetMap
    from pipeline.reuse.evidence import Evidence
    from pipeline.reuse.text import Ints

SPAN = ("i", "j", "a0", "a1", "b0", "b1", "n_chars", "identity")
"""A detected passage: document rows, spans in the corpus's codes, aligned length, share of matches."""

OWN, COMMON, BURST, CENTRAL = range(4)
_SIDED = ("doc", "measure", "start", "end", "source_start", "source_end")


@kernel
def _matched(
    spans: Ints,
    until: Ints,
    slots: Ints,
    idf: NDArray[np.float64],
    common: NDArray[np.bool_],
    since: Ints,
    burst: NDArray[np.bool_],
    counts: Ints,
) -> NDArray[np.float64]:
    """For each span the idf of its characters in runs that the other side has too; fills `counts` by their kind."""
    out = np.zeros(len(spans))
    for k in range(len(spans)):
        other = np.sort(slots[spans[k, 2] : max(spans[k, 2], spans[k, 3] - RUN + 1)])
        # Per character: -1 unmatched, else the highest kind of the runs over it. A run across the seam of two set
        # phrases is unique, but its characters are not for that of their own.
        kinds = np.full(spans[k, 1] - spans[k, 0], -1, np.int8)
        end = 0
        for p in range(len(kinds) - RUN + 1):
            slot = slots[spans[k, 0] + p]
            at = np.searchsorted(other, slot)
            if slot < 0 or at == len(other) or other[at] != slot:
                continue
            out[k] += idf[slot] * (p + RUN - max(end, p))
            end = p + RUN
            kind = CENTRAL if since[slot] <= until[k] else BURST if burst[slot] else COMMON if common[slot] else OWN
            for o in range(p, p + RUN):
                kinds[o] = max(kinds[o], kind)
        for kind in kinds:
            if kind >= 0:
                counts[k, kind] += 1
    return out


@kernel
def _holders(spans: Ints, bounds: Ints, m_start: Ints, m_end: Ints) -> Ints:
    """For each (document, start, end) the measure (row) that overlaps it most, the first of equals; -1 if none."""
    out = np.full(len(spans), -1, np.int64)
    for k in range(len(spans)):
        most = 0
        for m in range(bounds[spans[k, 0]], bounds[spans[k, 0] + 1]):
            shared = min(spans[k, 2], m_end[m]) - max(spans[k, 1], m_start[m])
            if shared > most:
                most, out[k] = shared, m
    return out


def located(known: Evidence, passages: pl.DataFrame) -> pl.DataFrame:
    """Rows of a passages table as detected passages: document rows in id order, spans in the corpus's codes."""
    docs = known.documents.select("doc_id", row=pl.int_range(pl.len(), dtype=pl.Int64))
    frame = passages
    for side in "ab":
        frame = frame.join(docs.rename({"doc_id": f"{side}_doc", "row": f"{side}_row"}), on=f"{side}_doc")
    # Within the corpus, document and offset together ascend: one search places all rows.
    doc_of = np.repeat(np.arange(len(known.corpus), dtype=np.int64), known.corpus.lengths)
    places = (doc_of << np.int64(32)) + known.corpus.positions
    columns: dict[str, Ints] = {}
    for side in "ab":
        base = frame[f"{side}_row"].to_numpy() << np.int64(32)
        columns[f"{side}0"] = np.searchsorted(places, base + frame[f"{side}_start"].to_numpy())
        columns[f"{side}1"] = np.searchsorted(places, base + frame[f"{side}_end"].to_numpy())
    swapped = (frame["a_row"] > frame["b_row"]).to_numpy()
    turned = {
        f"{side}{edge}": np.where(swapped, columns[f"{other}{edge}"], columns[f"{side}{edge}"])
        for side, other in (("a", "b"), ("b", "a"))
        for edge in (0, 1)
    }
    placed = frame.with_columns(
        pl.min_horizontal("a_row", "b_row").alias("i"),
        pl.max_horizontal("a_row", "b_row").alias("j"),
        *(pl.Series(name, values, dtype=pl.Int64) for name, values in turned.items()),
    )
    return placed.select(SPAN)


def _offsets(known: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """Spans in the clean text and in the source text of both documents."""
    from pipeline.cleaning import OffsetMap

    columns: dict[str, Ints] = {}
    maps: dict[int, OffsetMap] = {}
    arrays = known.documents.select("map_clean", "map_source", "map_length")
    for side, row in (("a", "i"), ("b", "j")):
        start = known.corpus.positions[found[f"{side}0"].to_numpy()].astype(np.int64)
        end = known.corpus.positions[found[f"{side}1"].to_numpy() - 1].astype(np.int64) + 1
        source = np.empty((len(found), 2), np.int64)
        for k, doc in enumerate(found[row]):
            if doc not in maps:
                maps[doc] = OffsetMap(*(np.asarray(column, np.int64) for column in arrays.row(doc)))
            source[k] = maps[doc].to_source(int(start[k]), int(end[k]))
        columns |= {f"{side}_start": start, f"{side}_end": end}
        columns |= {f"{side}_source_start": source[:, 0], f"{side}_source_end": source[:, 1]}
    return found.with_columns(pl.Series(name, values, dtype=pl.Int64) for name, values in columns.items())


def _measures(known: Evidence, found: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    """Add the measure that holds most of each side."""
    docs = known.documents.select("doc_id", doc=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = measures.join(docs, on="doc_id").sort("doc", "start", "measure_id")
    bounds = np.searchsorted(rows["doc"].to_numpy(), np.arange(len(docs) + 1)).astype(np.int64)
    starts, ends = rows["start"].to_numpy(), rows["end"].to_numpy()
    held = []
    for side, doc in (("a", "i"), ("b", "j")):
        spans = found.select(doc, f"{side}_start", f"{side}_end").to_numpy().astype(np.int64)
        holder = pl.Series(_holders(spans, bounds, starts, ends), dtype=pl.Int64)
        held.append(rows["measure_id"].gather(holder.replace(-1, None)).alias(f"{side}_measure"))
    return found.with_columns(held)


def _origins(known: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """Add information and origin."""
    spans = np.ascontiguousarray(found.select("a0", "a1", "b0", "b1").to_numpy().astype(np.int64))
    i, j = found["i"].to_numpy(), found["j"].to_numpy()
    until = days(known.documents, 12, 31, NEVER - 1)
    counts = np.zeros((len(found), 4), np.int64)
    later = np.maximum(until[i], until[j])
    information = _matched(spans, later, known.slots, known.idf, known.common, known.since, known.burst, counts)
    named, national = known.documents["issuer"].is_not_null().to_numpy(), is_central(known.documents)
    shared = Shared(
        known=named[i] & named[j],
        same_issuer=named[i] & (known.issuers[i] == known.issuers[j]),
        national=national[i] | national[j],
        own=counts[:, OWN],
        common=counts[:, COMMON] + counts[:, BURST],
        central=counts[:, CENTRAL],
        burst=counts[:, BURST] >= counts[:, COMMON],
    )
    return found.with_columns(
        information=pl.Series(information), origin=pl.Series(origins(shared, MIN_OWN), dtype=pl.String)
    )


def _identity(row: tuple[object, ...]) -> str:
    return "p-" + hashlib.sha256("|".join(map(str, row)).encode()).hexdigest()[:16]


def _turned(known: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """The earlier document as a, with what is known about the direction, and stable ids."""
    ids = known.documents["doc_id"]
    frame = found.with_columns(ids.gather(found["i"]).alias("a_doc"), ids.gather(found["j"]).alias("b_doc"))
    order = dates.ordering(known.documents)
    swapped = dates.is_swapped(frame, order, ("a_doc", "b_doc"))
    straight = frame.with_columns(
        pl.when(swapped).then(pl.col(f"{other}_{name}")).otherwise(pl.col(f"{side}_{name}")).alias(f"{side}_{name}")
        for side, other in (("a", "b"), ("b", "a"))
        for name in _SIDED
    )
    ordered = dates.dated(straight, order).with_columns(
        direction=pl.when(pl.col("sign") < 0).then(pl.lit("a_first")).otherwise(pl.lit("unknown"))
    )
    keys = ordered.select("a_doc", "a_start", "a_end", "b_doc", "b_start", "b_end").iter_rows()
    return ordered.with_columns(passage_id=pl.Series([_identity(row) for row in keys], dtype=pl.String))


def finish(known: Evidence, found: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    """Detected passages as the passages table, sorted by documents and offsets."""
    if found.is_empty():
        return PASSAGES.empty()
    whole = _turned(known, _origins(known, _measures(known, _offsets(known, found), measures)))
    return whole.select(list(PASSAGES.columns)).sort("a_doc", "b_doc", "a_start", "b_start", "a_end", "b_end")

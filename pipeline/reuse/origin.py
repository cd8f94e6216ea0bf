"""What kind of sharing a passage is: central wording, a common upstream, a series of one bureau, or horizontal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse.grams import RUN, GramTable, grams_of
from pipeline.reuse.jit import kernel
from pipeline.reuse.text import Codes, Ints, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

OWN, COMMON, CENTRAL = 0, 1, 2
WINDOW_DAYS = 120
"""Plans for one year are issued between December and April: what many issuers write within it may have one source."""
NEVER = np.iinfo(np.int64).max
ALWAYS = -NEVER


def _day(published: date | None, year: int | None, month: int, day: int) -> int | None:
    if published is not None:
        return published.toordinal()
    return date(year, month, day).toordinal() if year is not None else None


def days(documents: pl.DataFrame, month: int, day: int, missing: int) -> Ints:
    """(n_docs,) ordinal day of each document: its own date, else this day of its plan year, else `missing`."""
    rows = documents.select("published", "plan_year").iter_rows()
    known = [_day(published, year, month, day) for published, year in rows]
    return np.array([missing if value is None else value for value in known], np.int64)


def is_central(documents: pl.DataFrame) -> NDArray[np.bool_]:
    """(n_docs,) whether a document was issued at the national level."""
    return (documents["level"] == "national").fill_null(value=False).to_numpy()


def central_since(table: GramTable, texts: Sequence[Codes], since: Ints) -> Ints:
    """(n_slots,) the day from which each run stands in a central document; `NEVER` if in none.

    Args:
        table: the runs of the corpus.
        texts: codes of each central document.
        since: (n_texts,) day of each; `ALWAYS` where unknown.
    """
    found = np.full(table.size, NEVER, np.int64)
    for codes, day in zip(texts, since, strict=True):
        slots = np.unique(table.slots(grams_of(codes, RUN)))
        slots = slots[slots >= 0]
        found[slots] = np.minimum(found[slots], day)
    return found


def central_codes(central: pl.DataFrame | None) -> tuple[list[Codes], Ints]:
    """Codes and days of a set of central documents (`text`, and `published` or `plan_year` if it has them)."""
    if central is None or central.is_empty():
        return [], np.empty(0, np.int64)
    corpus = normalise(central["text"].to_list())
    missing = [name for name in ("published", "plan_year") if name not in central.columns]
    dated = central.with_columns(pl.lit(None).alias(name) for name in missing)
    return [corpus.of(row) for row in range(len(corpus))], days(dated, 1, 1, ALWAYS)


@kernel
def _bursts(slots: Ints, issuers: Ints, when: Ints, n_issuers: int, out: NDArray[np.bool_]) -> None:
    """Rows are sorted by slot and day; marks slots that enough issuers use within the window."""
    first = 0
    for last in range(len(slots)):
        while slots[first] != slots[last] or when[last] - when[first] > WINDOW_DAYS:
            first += 1
        distinct = 0
        for k in range(first, last + 1):
            seen = False
            for m in range(first, k):
                if issuers[m] == issuers[k]:
                    seen = True
                    break
            distinct += 0 if seen else 1
        if distinct >= n_issuers:
            out[slots[last]] = True


def bursts(slots: Ints, issuers: Ints, when: Ints, common: NDArray[np.bool_], n_issuers: int) -> NDArray[np.bool_]:
    """(n_slots,) common runs that many issuers wrote within `WINDOW_DAYS`: they probably have one source.

    Args:
        slots: (n,) slot of each occurrence, or -1.
        issuers: (n,) issuer of each.
        when: (n,) day of each; `NEVER` where unknown.
        common: (n_slots,) runs to look at.
        n_issuers: how many issuers are many.
    """
    out = np.zeros(len(common), bool)
    kept = (slots >= 0) & common[slots] & (when != NEVER)
    rows = np.unique(np.stack([slots[kept], when[kept], issuers[kept]], axis=1), axis=0)
    _bursts(rows[:, 0].copy(), rows[:, 2].copy(), rows[:, 1].copy(), n_issuers, out)
    return out


@dataclass(frozen=True)
class Shared:
    """Facts about each passage, (n,) each.

    Attributes:
        known: both issuers are known.
        same_issuer: and they are one.
        national: one of the documents is central itself.
        own: matched characters outside runs that are common or central.
        common: matched characters in common runs.
        central: matched characters in runs of central documents.
        burst: most of the common runs spread within a short time.
    """

    known: NDArray[np.bool_]
    same_issuer: NDArray[np.bool_]
    national: NDArray[np.bool_]
    own: Ints
    common: Ints
    central: Ints
    burst: NDArray[np.bool_]


def origins(shared: Shared, min_own: int) -> list[str]:
    """The origin of each passage; less than `min_own` characters of its own, or a fifth, make it a set phrase."""
    own, matched = shared.own, shared.own + shared.common + shared.central
    explained = (own < min_own) | (5 * own < matched)
    choices = [
        (shared.national & shared.same_issuer, "series"),
        (shared.national, "central"),
        (explained & (shared.central >= shared.common), "central"),
        (explained & shared.burst, "common_upstream"),
        (explained | ~shared.known, "unknown"),
        (shared.same_issuer, "series"),
    ]
    names = np.select([condition for condition, _ in choices], np.arange(len(choices)).tolist(), len(choices))
    labels = [*(name for _, name in choices), "horizontal"]
    return [labels[int(name)] for name in names]

"""Reciprocal rank fusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Fused:
    """Fused ranking, best first: rows int64 (m,), scores float64 (m,) in (0, 1], rank of each in every ranking."""

    rows: np.ndarray
    scores: np.ndarray
    ranks: dict[str, np.ndarray]
    parts: dict[str, np.ndarray]


def fuse(rankings: Mapping[str, np.ndarray], weights: Mapping[str, float], k: int, tie: np.ndarray) -> Fused:
    """Fuse rankings by the sum of weight / (k + rank) (Cormack, Clarke and Buettcher, SIGIR 2009).

    Args:
        rankings: name -> rows best first; a row absent from a ranking gets nothing from it.
        weights: name -> weight.
        k: the constant; 60 in the paper.
        tie: (n,) decides between equal scores, smaller first; a position in a fixed order, so ties never wander.

    Returns:
        Scores divided by the best attainable, so that 1 is first in every ranking; ranks from 1, 0 where absent.
    """
    rows = np.unique(np.concatenate([*rankings.values(), np.zeros(0, np.int64)])).astype(np.int64)
    best = sum(weights[name] for name in rankings) / (k + 1) or 1.0
    ranks, parts = {}, {}
    for name, ranking in rankings.items():
        rank = np.zeros(len(rows), np.int64)
        rank[np.searchsorted(rows, ranking)] = np.arange(1, len(ranking) + 1)
        ranks[name] = rank
        parts[name] = np.where(rank > 0, weights[name] / (k + rank), 0.0) / best
    # rounded: the same addends in another order differ in the 16th digit, and a tie must stay one
    scores = sum(parts.values(), np.zeros(len(rows))).round(12)
    order = np.lexsort((tie[rows], -scores))
    return Fused(
        rows[order],
        scores[order],
        {name: rank[order] for name, rank in ranks.items()},
        {name: part[order] for name, part in parts.items()},
    )


def best_rows(scores: np.ndarray, k: int, tie: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    """Rows of the `k` largest positive scores, best first, ties by `tie`; int64."""
    candidates = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(candidates) > k:
        values = scores[candidates]
        kth = np.partition(values, len(values) - k)[len(values) - k]
        candidates = candidates[values >= kth]
    return candidates[np.lexsort((tie[candidates], -scores[candidates]))][:k]

"""Which measures to label next: doubtful ones, unlike each other and unlike what is labelled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NONE = 1.0
"""Doubt, in bits, about a measure no category of which reaches 5%: that it has none is likely, not sure."""


@dataclass(frozen=True)
class Useful:
    """A measure worth labelling: `doubt` in bits, `novelty` in [0, 1] when it was chosen, `score` their product."""

    measure_id: str
    doubt: float
    novelty: float

    @property
    def score(self) -> float:
        """What the order is by."""
        return self.doubt * self.novelty


def doubt(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) summed entropy of the categories in bits, from (n, k) probabilities; never 0 for a measure without any."""
    p = np.clip(probabilities, 1e-9, 1 - 1e-9)
    entropy = np.where(probabilities > 0, -(p * np.log2(p) + (1 - p) * np.log2(1 - p)), 0.0).sum(axis=1)
    return np.asarray(np.where((probabilities > 0).any(axis=1), entropy, _NONE))


def most_useful(
    measure_ids: Sequence[str],
    doubts: NDArray[np.float64],
    vectors: NDArray[np.float32],
    labelled: NDArray[np.float32],
    top: int,
) -> list[Useful]:
    """The `top` measures to label, one after the other by doubt times novelty.

    Novelty is half of one minus the largest cosine to anything labelled (`labelled` (m, dim)) or chosen before; so of a
    family of measures with the same wording only one is asked. `vectors` (n, dim) and `labelled` are centred and of
    unit length. Work: n * (m + top) cosines.
    """
    closest = (vectors @ labelled.T).max(axis=1) if len(labelled) else np.full(len(vectors), -1.0)
    open_, found = np.ones(len(vectors), dtype=np.bool_), []
    for _ in range(min(top, len(vectors))):
        novelty = np.clip((1.0 - closest) / 2, 0.0, 1.0)
        best = int(np.where(open_, doubts * novelty, -1.0).argmax())
        found.append(Useful(measure_ids[best], float(doubts[best]), float(novelty[best])))
        open_[best] = False
        closest = np.maximum(closest, vectors @ vectors[best])
    return found

"""What a score means: from cosines to the probability that two measures are about the same thing.

The coefficients come from judged queries (`experiments/benchmarks/calibrate_search.py` writes `calibration.json`): of
all pairs of a query and a measure with such scores, this share was judged to be of the same topic. Of pairs graded
`same`, 50 to 75% are even the same measure.

The cosine is taken relative to the query's own neighbourhood: against a corpus of many fields, two measures about
schools look alike merely for being about schools (it does not improve the ranking, which therefore goes without).
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from dataclasses import dataclass

import numpy as np

NEIGHBOURS = 200
"""Measures nearest to the query that make its neighbourhood."""

SHRINKAGE = 40
"""Neighbours the corpus mean counts as: a handful of measures must not be centred on themselves."""

PHRASE = 40
"""Characters below which a query is a phrase; phrases share few words with anything and have their own scale."""

GRADES = ((0.75, "same"), (0.4, "similar"), (0.1, "related"), (0.0, "unrelated"))
"""Names of the probabilities, by their least value."""


@dataclass(frozen=True)
class Calibration:
    """A logistic function of the neighbourhood cosine and the square root of the word cosine."""

    meaning: float
    wording: float
    intercept: float

    def probability(self, meaning: np.ndarray, wording: np.ndarray) -> np.ndarray:
        """Probabilities, float64 (k,), for cosines (k,)."""
        logit = self.meaning * meaning + self.wording * np.sqrt(np.maximum(wording, 0)) + self.intercept
        found: np.ndarray = 1 / (1 + np.exp(-logit))
        return found


@functools.cache
def calibration(*, phrase: bool) -> Calibration:
    """The calibration for phrases or for whole measures."""
    text = (importlib.resources.files("pipeline.search") / "calibration.json").read_text("utf-8")
    entry = json.loads(text)["phrase" if phrase else "measure"]
    return Calibration(entry["meaning"], entry["wording"], entry["intercept"])


def is_phrase(text: str) -> bool:
    """Whether a query text is judged on the scale for phrases."""
    return len(text) < PHRASE


def neighbourhood_cosines(query: np.ndarray, vectors: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Cosines of the query with vectors relative to the mean of its neighbourhood, float32 (k,).

    Args:
        query: centred vector (dim,).
        vectors: centred vectors (k, dim).
        neighbours: centred vectors of the measures nearest to the query (m, dim).
    """
    mean = neighbours.sum(axis=0) / np.float32(len(neighbours) + SHRINKAGE)
    shifted, base = vectors - mean, query - mean
    norms = np.linalg.norm(shifted, axis=1) * np.linalg.norm(base)
    found: np.ndarray = shifted @ base / np.where(norms > 0, norms, np.float32(1))
    return found


def grade(probability: float) -> str:
    """The name of a probability."""
    return next(name for least, name in GRADES if probability >= least)

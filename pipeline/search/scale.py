"""What a score means: from cosines to the probabilities that judges see the same measure, or the same topic.

The coefficients come from judged queries (`experiments/benchmarks/calibrate_search.py` writes `calibration.json`): of
all pairs of a query and a measure with such scores, this share was judged to be of the same topic (grade 2 or more),
and this share to be the same measure or, for a phrase, to treat just what it asks (grade 3).

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
"""Characters below which a query text is a phrase; these share few words with anything and have their own scale."""

LIKELY = 0.5
"""Least probability at which a hit is called the same measure, or of the same topic."""

POSSIBLE = 0.1
"""Least probability of the same topic at which a hit is called related."""


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


@dataclass(frozen=True)
class Likeness:
    """Probabilities of the same measure and of the same topic, float64 (k,) each; the first is never the larger."""

    same_measure: np.ndarray
    same_topic: np.ndarray


@dataclass(frozen=True)
class Scale:
    """The calibrations for one kind of query; `same_name` is what a hit is called that is likely of grade 3."""

    same_measure: Calibration
    same_topic: Calibration
    same_name: str

    def likeness(self, meaning: np.ndarray, wording: np.ndarray) -> Likeness:
        """Both probabilities for cosines (k,); the same measure is of the same topic, whatever two fits say."""
        same_topic = self.same_topic.probability(meaning, wording)
        return Likeness(np.minimum(self.same_measure.probability(meaning, wording), same_topic), same_topic)

    def name(self, same_measure: float, same_topic: float) -> str:
        """A word for a pair of probabilities: `same_name`, `same_topic`, `related` or `unrelated`."""
        if same_measure >= LIKELY:
            return self.same_name
        if same_topic >= LIKELY:
            return "same_topic"
        return "related" if same_topic >= POSSIBLE else "unrelated"


@functools.cache
def scale_of(*, phrase: bool) -> Scale:
    """The scale for phrases or for whole measures."""
    text = (importlib.resources.files("pipeline.search") / "calibration.json").read_text("utf-8")
    entry = json.loads(text)["phrase" if phrase else "measure"]
    same_measure, same_topic = (
        Calibration(*(entry[name][part] for part in ("meaning", "wording", "intercept")))
        for name in ("same_measure", "same_topic")
    )
    return Scale(same_measure, same_topic, "answers" if phrase else "same_measure")


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

"""Where the cue words of a measure stand: in its headline, its headings, and sentence by sentence in its text.

A further category counts when a sentence of its own is about it (taxonomy, labelling rules), so what matters is not
how many cue words a text has but which categories lead in which sentences, and how much of the text they cover.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.cues import CueTable
from pipeline.classification.inputs import Inputs
from pipeline.classification.sentences import Sentences


@dataclass(frozen=True)
class CueEvidence:
    """Cue words by category, every array (n, k).

    `text`, `headline`, `section`: summed weights of distinct cues there. `coverage`: share of the text's characters
    that the category's sentences cover, a sentence divided by its cue weights. `sentence`: the largest share it has in
    any one sentence.
    """

    text: NDArray[np.float64]
    headline: NDArray[np.float64]
    section: NDArray[np.float64]
    coverage: NDArray[np.float64]
    sentence: NDArray[np.float64]


def _sentence_shares(table: CueTable, found: Sentences) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and largest sentence share, each (n, k)."""
    mass = table.mass(found.texts)
    share = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1.0)
    lengths = np.array([len(piece) for piece in found.texts], dtype=np.float64)
    totals = np.maximum(np.add.reduceat(lengths, found.starts), 1.0)
    coverage = np.add.reduceat(share * lengths[:, None], found.starts, axis=0) / totals[:, None]
    return coverage, np.maximum.reduceat(share, found.starts, axis=0)


def cue_evidence(table: CueTable, inputs: Inputs) -> CueEvidence:
    """Find all cue words of the inputs; no inputs give empty arrays."""
    empty = np.zeros((0, table.weights.shape[1]))
    if not len(inputs):
        return CueEvidence(empty, empty, empty, empty, empty)
    coverage, sentence = _sentence_shares(table, inputs.sentences)
    return CueEvidence(
        text=table.mass(inputs.texts),
        headline=table.mass(inputs.headlines),
        section=table.mass(inputs.sections),
        coverage=coverage,
        sentence=sentence,
    )

"""Two readings of a measure made one: what the whole text says, and what the sentence says that speaks most.

All of it enters linear stacks with weights shared by all categories, so that what a category owes to the whole text,
to one sentence and to its rivals can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.calibration import Stack
from pipeline.classification.scorer import Decisions, Reading

SCORES = ("prior", "heads", "near")
"""The three scores of a text (scorer.Reading)."""
LABEL_EVIDENCE = (*SCORES, "best sentence", "behind the leader", "lead in a sentence", "outside the field")
"""`best sentence`: the largest log-odds any sentence has on its own. `behind the leader`: how far the whole text's
log-odds are below those of the best category. `lead in a sentence`: the same in the sentence where it is least.
`outside the field`: the log-odds that the measure, or a sentence of it, belongs to any category at all where they are
below 0, else 0; so measures about other fields lose every category, and all others none of their calibration."""
MAIN_EVIDENCE = ("prior", "primary heads", "near", "coverage")
"""`coverage`: share of the characters, each sentence shared out among categories by their odds in it."""


@dataclass(frozen=True)
class Evidence:
    """`labels` (n, k, 7) and `main` (n, k, 4), in the order of the names above."""

    labels: NDArray[np.float64]
    main: NDArray[np.float64]


def scores_of(reading: Reading) -> NDArray[np.float64]:
    """(m, k, 3) of m texts."""
    return np.stack(reading.parts, axis=2)


def behind(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each category is behind the best of its row; 0 for the best."""
    return np.asarray(log_odds - log_odds.max(axis=1, keepdims=True))


def _coverage(log_odds: NDArray[np.float64], decisions: Decisions) -> NDArray[np.float64]:
    share = np.exp(behind(log_odds))
    share /= share.sum(axis=1, keepdims=True)
    weighted = np.add.reduceat(share * decisions.lengths[:, None], decisions.starts, axis=0)
    return np.asarray(weighted / np.maximum(np.add.reduceat(decisions.lengths, decisions.starts), 1.0)[:, None])


def gather_evidence(reading: Stack, field: Stack, decisions: Decisions) -> Evidence:
    """The evidence about n measures; `reading` weighs the scores of one text, `field` those of any."""
    whole = scores_of(decisions.whole)
    if not len(whole):
        k = whole.shape[1]
        return Evidence(np.zeros((0, k, len(LABEL_EVIDENCE))), np.zeros((0, k, len(MAIN_EVIDENCE))))
    sentence = reading.log_odds(scores_of(decisions.sentences))
    further = [
        np.maximum.reduceat(sentence, decisions.starts, axis=0),
        behind(reading.log_odds(whole)),
        np.maximum.reduceat(behind(sentence), decisions.starts, axis=0),
        np.repeat(np.minimum(field.log_odds(decisions.belonging), 0.0), whole.shape[1], axis=1),
    ]
    main = [decisions.whole.prior, decisions.primary, decisions.whole.near, _coverage(sentence, decisions)]
    return Evidence(np.concatenate([whole, np.stack(further, axis=2)], axis=2), np.stack(main, axis=2))

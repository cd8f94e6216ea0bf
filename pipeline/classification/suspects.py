"""Labels that are probably wrong: confident learning on what models say that had not seen them.

Northcutt, Jiang, Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels", category by category,
as cleanlab does it for labels of which several may hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Suspect:
    """A category that a measure has (`given`) or lacks, against what models that had not seen it expect.

    `probability`: what they give the category; `quality`: how much they believe the label, in [0, 1].
    """

    measure_id: str
    category: str
    given: bool
    probability: float
    quality: float

    @property
    def reason(self) -> str:
        """In one sentence."""
        has = "has" if self.given else "lacks"
        return f"{has} {self.category}; models that had not seen the measure give it {self.probability:.0%}"


def suspects(
    probabilities: NDArray[np.float64], labels: NDArray[np.bool_], measure_ids: Sequence[str], categories: Sequence[str]
) -> list[Suspect]:
    """Suspicious (measure, category) pairs, the least believable first.

    `probabilities` (n, k) out of fold and `labels` (n, k), rows in the order of `measure_ids`, columns in that of
    `categories`. Categories that all or no measures have are left out: there is nothing to compare with.
    """
    known = np.flatnonzero(labels.any(axis=0) & ~labels.all(axis=0))
    if not len(known):
        return []
    from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class
    from cleanlab.multilabel_classification.rank import get_label_quality_scores_per_class

    said = np.clip(probabilities[:, known], 1e-6, 1 - 1e-6)
    given = [np.flatnonzero(row).tolist() for row in labels[:, known]]
    issues = np.asarray(find_multilabel_issues_per_class(given, said, filter_by="prune_by_noise_rate", n_jobs=1))
    quality = get_label_quality_scores_per_class(given, said)
    found = [
        Suspect(
            measure_ids[row],
            categories[known[column]],
            bool(labels[row, known[column]]),
            float(said[row, column]),
            float(quality[row, column]),
        )
        for row, column in np.argwhere(issues)
    ]
    return sorted(found, key=lambda suspect: (suspect.quality, suspect.measure_id, suspect.category))

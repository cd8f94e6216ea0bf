"""What a score means."""

from __future__ import annotations

SAME = "same"
SIMILAR = "similar"
RELATED = "related"
UNRELATED = "unrelated"


def relatedness(meaning: float, wording: float) -> str:
    """The grade of a pair from the mean of its centred cosine and word cosine.

    Thresholds are provisional until judged pairs are in the repository.
    """
    score = (max(meaning, 0.0) + wording) / 2
    if score >= 0.75:
        return SAME
    if score >= 0.45:
        return SIMILAR
    return RELATED if score >= 0.25 else UNRELATED

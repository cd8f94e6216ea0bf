"""How far reviewers agree, with each other and with the model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.review.models import LABELLING, Labels
from pipeline.review.queues import in_audit
from pipeline.review.state import Fold

NO_CATEGORY = "(none)"


@dataclass(frozen=True)
class Agreement:
    """Two labellings of the same `n` measures.

    `primary` and `exact` are shares (same primary; same set and primary), `f1` the micro-F1 of the label sets,
    `kappa` Cohen's kappa of the primary category, None where chance alone would explain full agreement.
    """

    first: str
    second: str
    n: int
    primary: float
    exact: float
    f1: float
    kappa: float | None
    low: float
    high: float


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960): (observed - expected agreement) / (1 - expected)."""
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[name] * second[name] for name in first) / (n * n) if n else 1.0
    observed = sum(a == b for a, b in pairs) / n if n else 0.0
    return None if expected >= 1.0 else (observed - expected) / (1.0 - expected)


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95% interval of a share (1927); (0, 1) when nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (centre - half) / (1 + z * z / n)), min(1.0, (centre + half) / (1 + z * z / n))


def compare(first: str, second: str, pairs: Sequence[tuple[Labels, Labels]]) -> Agreement:
    """Agreement of two labellings, pair by pair."""
    n = len(pairs)
    mains = [(a.primary or NO_CATEGORY, b.primary or NO_CATEGORY) for a, b in pairs]
    same = sum(a == b for a, b in mains)
    shared = sum(len(set(a.labels) & set(b.labels)) for a, b in pairs)
    total = sum(len(set(a.labels)) + len(set(b.labels)) for a, b in pairs)
    low, high = wilson(same, n)
    return Agreement(
        first=first,
        second=second,
        n=n,
        primary=same / n if n else 0.0,
        exact=sum(a.same(b) for a, b in pairs) / n if n else 0.0,
        f1=2 * shared / total if total else 1.0,
        kappa=kappa(mains),
        low=low,
        high=high,
    )


def _opinions(fold: Fold) -> dict[str, dict[str, Labels]]:
    """Measure to reviewer to labels, measures in order."""
    found: dict[str, dict[str, Labels]] = {}
    for name in sorted(fold.measures):
        positions = fold.measures[name].positions
        labels = {p.reviewer: p.labels for p in positions if p.action in LABELLING and p.labels is not None}
        if labels:
            found[name] = labels
    return found


def between_reviewers(fold: Fold) -> list[Agreement]:
    """Agreement of every two reviewers who have labelled the same measures, those with most in common first."""
    common: dict[tuple[str, str], list[tuple[Labels, Labels]]] = {}
    for labels in _opinions(fold).values():
        for first, second in combinations(sorted(labels), 2):
            common.setdefault((first, second), []).append((labels[first], labels[second]))
    found = [compare(first, second, pairs) for (first, second), pairs in common.items()]
    return sorted(found, key=lambda a: (-a.n, a.first, a.second))


def with_model(fold: Fold, suggested: Mapping[str, Labels], names: Iterable[str] | None = None) -> Agreement:
    """The model against what holds, over the settled measures of the blind audit sample.

    Only this sample is random: over the doubtful queue the model would look worse than it is. What the model said
    is taken from the decision (`before`), not from today's table, where analysts' labels replace the model's.
    """
    pairs = []
    for name in names if names is not None else sorted(fold.measures):
        if not in_audit(name):
            continue
        _, labels, reasons = fold.of(name).verdict
        if labels is None:
            continue
        before = next((r.before for r in reasons if r.before is not None), None)
        said = Labels(tuple(before["labels"]), before["primary"]) if before else suggested.get(name, Labels())
        pairs.append((labels, said))
    return compare("audit", "model", pairs)

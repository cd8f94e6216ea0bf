"""Short ways to make decisions."""

from __future__ import annotations

import itertools
from typing import Any

from pipeline.classification.codebook import Codebook, load
from pipeline.review.models import Decision, Draft, Labels
from pipeline.review.store import Store

_numbers = itertools.count(1)


def draft(
    measure: str, reviewer: str = "甲", *labels: str, base: int | None = 0, action: Any = "correct", **more: Any
) -> Draft:
    chosen = (
        Labels(labels, labels[0] if labels else None)
        if action in ("accept", "correct", "adjudicate", "import")
        else None
    )
    values = {"key": f"key-{next(_numbers):06d}", "codebook": "test-1.0", "model_digest": "m1", **more}
    return Draft(measure_id=measure, reviewer=reviewer, action=action, base=base, labels=chosen, **values)


def decide(store: Store, measure: str, reviewer: str, *labels: str, **more: Any) -> Decision:
    """Record a decision on whatever version there is."""
    return store.append([draft(measure, reviewer, *labels, **{"base": None, **more})])[0]


def codebook() -> Codebook:
    return load(
        "id: test\nversion: '1.0'\nfield: f\ncategories:\n"
        + "".join(
            f"  - {{id: {name}, zh: 名{name}, en: {name}, definition: d}}\n" for name in ("alpha", "beta", "gamma")
        ),
        "test",
    )

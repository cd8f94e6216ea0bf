"""Settled decisions as label rows, the input of training."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pipeline.review.models import Decision
from pipeline.review.state import SETTLED, Fold


@dataclass(frozen=True)
class Exported:
    """Rows for `reviewed.jsonl`, and the ids that have no row and why."""

    rows: list[dict[str, Any]]
    withheld: dict[str, list[str]]


def _annotator(reasons: tuple[Decision, ...]) -> str:
    """Who is behind the labels: the adjudicator, or all who agree."""
    return "+".join(sorted({decision.reviewer for decision in reasons}))


def export(fold: Fold, known: Collection[str], valid: Collection[str]) -> Exported:
    """One row for each settled measure, sorted by id: the same decisions give the same bytes.

    Withheld are open conflicts, flagged measures, measures that are no longer in the corpus (`known`), and labels
    that the codebook (`valid` category ids) no longer has.
    """
    rows: list[dict[str, Any]] = []
    withheld: dict[str, list[str]] = {}
    for name in sorted(fold.measures):
        status, labels, reasons = fold.measures[name].verdict
        if status not in SETTLED or labels is None:
            if status in ("conflict", "flagged"):
                withheld.setdefault(status, []).append(name)
            continue
        if name not in known:
            withheld.setdefault("gone", []).append(name)
            continue
        if not set(labels.labels) <= set(valid):
            withheld.setdefault("unknown_category", []).append(name)
            continue
        last = reasons[-1]
        rows.append(
            {
                "measure_id": name,
                "primary": labels.primary,
                "labels": sorted(labels.labels, key=lambda c: (c != labels.primary, c)),
                "annotator": _annotator(reasons),
                "codebook": last.codebook,
                "status": status,
                "decided_at": last.at,
                "decision": last.id,
                "model_digest": last.model_digest,
                "text_digest": last.text_digest,
                "audit": any(decision.queue == "audit" for decision in reasons),
            }
        )
    return Exported(rows, withheld)

"""What to look at next: measures in the order of each queue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from pipeline.review.models import Labels, Snapshot
from pipeline.review.state import SETTLED, Fold

Queue = Literal["doubtful", "audit", "disagreement", "conflicts", "stale", "changed", "flagged", "all"]
QUEUES: tuple[Queue, ...] = get_args(Queue)

AUDIT_SHARE = 0.1
"""Share of the corpus set apart as a random sample: at 600 measures it bounds an accuracy to about 0.1 either way."""

AUDIT_SEED = "jucuo-audit-1"
UNLIKELY = 0.5
"""Doubt about a measure without any category of at least 0.05: that it has none is likely, not sure."""


def audit_rank(measure_id: str) -> float:
    """A number in [0, 1) from the id alone: below AUDIT_SHARE the measure is in the sample, whatever else is added."""
    return int(hashlib.sha256(f"{AUDIT_SEED}:{measure_id}".encode()).hexdigest()[:12], 16) / 16**12


def in_audit(measure_id: str) -> bool:
    """Whether the measure belongs to the blind sample."""
    return audit_rank(measure_id) < AUDIT_SHARE


def suggestions(assignments: pl.DataFrame) -> dict[str, Labels]:
    """What is assigned to each measure now; measures without an assigned category are not in it."""
    assigned = assignments.filter(pl.col("assigned")).sort("measure_id", "rank")
    grouped = assigned.group_by("measure_id", maintain_order=True).agg(
        "category", main=pl.col("category").filter(pl.col("primary")).first()
    )
    return {name: Labels(tuple(labels), main) for name, labels, main in grouped.iter_rows()}


def doubts(measure_ids: Sequence[str], assignments: pl.DataFrame) -> dict[str, float]:
    """How many of a measure's labels are expected to be wrong.

    The sum over categories of 1 - p where the category is assigned and of p where it is not, p calibrated.
    """
    wrong = pl.when(pl.col("assigned")).then(1.0 - pl.col("probability")).otherwise(pl.col("probability"))
    by_model = assignments.filter(pl.col("source") == "model")
    summed = dict(by_model.group_by("measure_id").agg(wrong.sum().round(6)).iter_rows())
    return {name: float(summed.get(name, UNLIKELY)) for name in measure_ids}


@dataclass(frozen=True)
class Desk:
    """What queues are made from. `reading` are all ids in reading order, `doubtful` by falling doubt."""

    reading: Sequence[str]
    doubtful: Sequence[str]
    audit: Sequence[str]
    suggested: Mapping[str, Labels]
    digests: Mapping[str, str]
    codebook: str
    model_digest: str

    @classmethod
    def of(cls, wide: pl.DataFrame, assignments: pl.DataFrame, codebook: str) -> Desk:
        """Prepare the queues once for a set of tables."""
        ids = wide["measure_id"].to_list()
        doubt = doubts(ids, assignments)
        ranks = {name: audit_rank(name) for name in ids}
        sample = sorted((name for name in ids if ranks[name] < AUDIT_SHARE), key=lambda name: ranks[name])
        others = [name for name in ids if ranks[name] >= AUDIT_SHARE]
        digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in wide["text"]]
        model = assignments["model_digest"].unique().sort().to_list()
        return cls(
            reading=ids,
            doubtful=sorted(others, key=lambda name: (-doubt[name], name)),
            audit=sample,
            suggested=suggestions(assignments),
            digests=dict(zip(ids, digests, strict=True)),
            codebook=codebook,
            model_digest=",".join(filter(None, model)),
        )

    def suggestion(self, measure_id: str) -> Labels:
        """What is assigned to a measure; nothing is a suggestion too."""
        return self.suggested.get(measure_id, Labels())


def _recorded(fold: Fold, desk: Desk) -> Iterator[str]:
    """Measures something was recorded about that are still in the corpus, in reading order."""
    known = desk.digests
    yield from sorted(name for name in fold.measures if name in known)


def _disagrees(fold: Fold, measure_id: str) -> bool:
    """Whether the labels that hold differ from what the model said when somebody decided."""
    _, labels, reasons = fold.of(measure_id).verdict
    before = reasons[0].before if reasons else None
    if labels is None or before is None:
        return False
    return not labels.same(Labels(tuple(before["labels"]), before["primary"]))


def _stale(fold: Fold, desk: Desk, measure_id: str) -> bool:
    """Whether what holds was decided with another codebook, or about a text that has changed since."""
    status, _, reasons = fold.of(measure_id).verdict
    if status not in SETTLED:
        return False
    changed_text = any(r.text_digest and r.text_digest != desk.digests[measure_id] for r in reasons)
    return changed_text or any(r.codebook and r.codebook != desk.codebook for r in reasons)


def changed_by_training(desk: Desk, snapshot: Snapshot | None) -> list[str]:
    """Measures that the present model labels otherwise than the one of the last export did, in reading order."""
    if snapshot is None or snapshot.model_digest == desk.model_digest:
        return []
    none = Labels()
    return [name for name in desk.reading if not desk.suggestion(name).same(snapshot.labels.get(name, none))]


def entries(queue: Queue, desk: Desk, fold: Fold, snapshot: Snapshot | None = None) -> Iterable[str]:
    """Ids of a queue in its order, whoever looks: lazily, for most people want only the first."""
    plain = {"doubtful": desk.doubtful, "audit": desk.audit, "all": desk.reading}
    if queue in plain:
        return plain[queue]
    if queue == "changed":
        # The blind sample waits in its own queue alone: to list it here would say that the model wavers.
        return (name for name in changed_by_training(desk, snapshot) if not in_audit(name))
    belongs: dict[str, Callable[[str], bool]] = {
        "disagreement": lambda name: _disagrees(fold, name),
        "stale": lambda name: _stale(fold, desk, name),
        "conflicts": lambda name: fold.statuses[name] == "conflict",
        "flagged": lambda name: fold.statuses[name] == "flagged",
    }
    return filter(belongs[queue], _recorded(fold, desk))


def waiting(
    queue: Queue,
    desk: Desk,
    fold: Fold,
    reviewer: str,
    snapshot: Snapshot | None = None,
    within: set[str] | None = None,
) -> Iterator[str]:
    """Ids of a queue that this reviewer still has to look at; `within` restricts them to a filter's measures.

    Doubtful and reading order leave out what somebody has settled; the audit sample is for every reviewer alike.
    Queues about decisions (conflicts, stale, …) show what is in them until it no longer belongs there.
    """
    for name in entries(queue, desk, fold, snapshot):
        if (within is None or name in within) and _waits(queue, desk, fold, reviewer, name):
            yield name


def _waits(queue: Queue, desk: Desk, fold: Fold, reviewer: str, name: str) -> bool:
    """Whether a measure that belongs to a queue still waits for the reviewer."""
    state = fold.measures.get(name)
    if state is None or queue not in ("doubtful", "audit", "all", "changed"):
        return True
    if reviewer and _seen(state.of(reviewer), desk, queue):
        return False
    if queue in ("doubtful", "all"):
        return fold.statuses[name] in ("open", "skipped")
    # What people settled shows as changed too, once it is exported; the model has not changed it.
    return queue != "changed" or fold.statuses[name] not in SETTLED


def size(queue: Queue, desk: Desk, fold: Fold, reviewer: str, snapshot: Snapshot | None = None) -> int:
    """How many wait, without walking through a hundred thousand that nobody has touched."""
    if queue not in ("doubtful", "audit", "all"):
        return sum(1 for _ in waiting(queue, desk, fold, reviewer, snapshot))
    recorded = [
        name for name in fold.measures if name in desk.digests and not _waits(queue, desk, fold, reviewer, name)
    ]
    if queue == "all":
        return len(desk.reading) - len(recorded)
    sampled = sum(in_audit(name) for name in recorded)
    return len(desk.audit) - sampled if queue == "audit" else len(desk.doubtful) - (len(recorded) - sampled)


def _seen(own: object, desk: Desk, queue: Queue) -> bool:
    """Whether the reviewer's own position settles the matter: a change by retraining asks again."""
    if own is None:
        return False
    return queue != "changed" or getattr(own, "model_digest", "") == desk.model_digest

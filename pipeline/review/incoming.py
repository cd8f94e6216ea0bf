"""Proposals from a file against what is recorded: what is new, what says the same, what contradicts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipeline.review.exchange import Proposal
from pipeline.review.models import Draft, Labels
from pipeline.review.queues import Desk
from pipeline.review.state import Fold, MeasureState


@dataclass(frozen=True)
class Clash:
    """A proposal that was made on an older version of the measure, or contradicts what was settled since."""

    proposal: Proposal
    held: Labels | None
    version: int
    by: str


@dataclass(frozen=True)
class Plan:
    """What importing would do: `drafts` to record as one step, the rest for people to look at."""

    drafts: list[Draft]
    same: int = 0
    clashes: list[Clash] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def _clash(proposal: Proposal, state: MeasureState) -> Clash | None:
    status, held, reasons = state.verdict
    by = ", ".join(sorted({decision.reviewer for decision in reasons}))
    moved = proposal.base is not None and proposal.base != state.version
    contradicts = held is not None and not held.same(proposal.labels)
    if (moved and state.version and status != "open") or contradicts:
        return Clash(proposal, held, state.version, by)
    return None


def plan(
    proposals: Sequence[Proposal], fold: Fold, desk: Desk, known: Collection[str], reviewer: str, file_digest: str
) -> Plan:
    """Sort proposals; `file_digest` names the batch, so that the same file imported twice is recorded once."""
    found = Plan([])
    same = 0
    ahead: Counter[str] = Counter()
    for proposal in proposals:
        if proposal.measure_id not in known:
            found.unknown.append(proposal.measure_id)
            continue
        state = fold.of(proposal.measure_id)
        held = state.verdict[1]
        if held is not None and held.same(proposal.labels):
            same += 1
            continue
        clash = _clash(proposal, state)
        if clash is not None:
            found.clashes.append(clash)
            continue
        # Two annotators of one file about one measure: the second is recorded on top of the first.
        base = state.version + ahead[proposal.measure_id]
        ahead[proposal.measure_id] += 1
        found.drafts.append(_draft(proposal, base, desk, reviewer, file_digest))
    return Plan(found.drafts, same, found.clashes, found.unknown)


def _draft(proposal: Proposal, base: int, desk: Desk, reviewer: str, file_digest: str) -> Draft:
    said = repr((proposal.measure_id, proposal.annotator, sorted(proposal.labels.labels), proposal.labels.primary))
    return Draft(
        key=f"import:{file_digest[:24]}:{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        measure_id=proposal.measure_id,
        reviewer=(proposal.annotator or reviewer)[:80],
        action="import",
        base=base,
        labels=proposal.labels,
        before=desk.suggestion(proposal.measure_id).as_json(),
        comment=proposal.comment[:4000],
        queue="import",
        batch=f"import:{file_digest[:24]}",
        model_digest=desk.model_digest,
        codebook=desk.codebook,
        text_digest=desk.digests.get(proposal.measure_id, ""),
    )

"""One decision about all results of a filter: preview first, one undo after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.models import Draft, Labels
from pipeline.review.queues import in_audit
from pipeline.review.state import SETTLED
from pipeline.web import finding
from pipeline.web.problems import WebError
from pipeline.web.reviewing import ReviewDesk

MAX_BULK = 20_000
SAMPLE = 25


@dataclass(frozen=True)
class Preview:
    """What a bulk decision would do: the measures it takes, those it leaves alone and why, their labels."""

    ids: list[str]
    digest: str
    left: dict[str, int]
    labels: list[tuple[str, int]]


def preview(review: ReviewDesk, request: finding.Request) -> Preview:
    """The results of a search that are neither settled by people nor part of the blind sample."""
    ids = finding.find(review.library, request).rows["measure_id"].to_list()
    fold, desk = review.fold, review.desk
    left: Counter[str] = Counter()
    taken = []
    for name in ids:
        status = fold.of(name).status
        if in_audit(name):
            left["audit"] += 1
        elif status in SETTLED or status in ("conflict", "flagged"):
            left[status] += 1
        else:
            taken.append(name)
    if len(taken) > MAX_BULK:
        raise WebError(422, f"{len(taken)} measures, at most {MAX_BULK} at once", "Narrow the filter.")
    labels = Counter(name for measure in taken for name in desk.suggestion(measure).labels)
    return Preview(taken, review.digest(taken), dict(left), labels.most_common())


def apply(
    review: ReviewDesk, request: finding.Request, reviewer: str, key: str, expected: str, labels: Labels | None
) -> int:
    """Accept what is suggested (or set `labels`) for exactly the measures previewed; returns how many.

    Raises WebError 409 when the results have changed since the preview.
    """
    batch = f"bulk:{key}"
    done = [d for d in review.fold.by_id.values() if d.batch == batch and d.action in ("accept", "correct")]
    if done:
        return len(done)
    found = preview(review, request)
    if found.digest != expected:
        raise WebError(409, "the results have changed since the preview", "Look at the new preview.", "bulk-changed")
    drafts = _drafts(review, found.ids, reviewer, batch, labels)
    review.store.append(drafts)
    return len(drafts)


def _drafts(review: ReviewDesk, ids: Sequence[str], reviewer: str, batch: str, labels: Labels | None) -> list[Draft]:
    fold, desk = review.fold, review.desk
    drafts = []
    for number, name in enumerate(ids):
        suggestion = desk.suggestion(name)
        wanted = suggestion if labels is None else labels
        drafts.append(
            Draft(
                key=f"{batch}:{number}",
                measure_id=name,
                reviewer=reviewer,
                action="accept" if wanted.same(suggestion) else "correct",
                base=fold.of(name).version,
                labels=wanted,
                before=suggestion.as_json(),
                queue="bulk",
                batch=batch,
                model_digest=desk.model_digest,
                codebook=desk.codebook,
                text_digest=desk.digests[name],
            )
        )
    return drafts

"""The review desk: tables, decisions and queues brought together for pages, API and command line."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import JucuoError
from pipeline.review.exchange import Item
from pipeline.review.labels import Exported, export
from pipeline.review.models import CAUSES, FLAG_REASONS, Action, Decision, Draft, Labels, Snapshot
from pipeline.review.queues import QUEUES, Desk, Queue, in_audit, size, suggestions, waiting
from pipeline.review.state import SETTLED, Fold
from pipeline.review.store import Store
from pipeline.schemas import TABLES
from pipeline.web.library import Library
from pipeline.web.queries.filters import Filters, select
from pipeline.web.queries.items import MEASURE_ID, row_of

CLAIM_SECONDS = 300.0
"""How long a measure that somebody has open is kept from the others' queues: nobody is locked out for longer."""

REVIEWED = "labels/reviewed.jsonl"
_FILES = tuple(TABLES[name].path for name in ("documents", "measures", "assignments"))


@dataclass(frozen=True)
class Asked:
    """A decision as a form or the API sends it."""

    measure_id: str
    action: Action
    key: str
    base: int
    labels: tuple[str, ...] = ()
    primary: str = ""
    reason: str = ""
    comment: str = ""
    queue: str = ""


class ReviewDesk:
    """Everything reviewing needs. The database is opened when it is first used."""

    def __init__(self, library: Library, database_url: str) -> None:
        self.library = library
        self._url = database_url
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._claims: dict[str, tuple[str, float]] = {}

    @property
    def store(self) -> Store:
        """The database; raises JucuoError when it cannot be opened."""
        with self._lock:
            if self._store is None:
                self._store = Store(self._url)
            return self._store

    @property
    def desk(self) -> Desk:
        """The queues' raw material, made anew when a table changes."""
        library = self.library
        return library.kept(
            "desk", _FILES, lambda: Desk.of(library.wide, library.table("assignments"), library.codebook.name)
        )

    @property
    def fold(self) -> Fold:
        """All decisions."""
        return self.store.fold()

    @property
    def snapshot(self) -> Snapshot | None:
        """What the model said at the last export."""
        return self.store.last_snapshot()

    def within(self, filters: Filters) -> set[str] | None:
        """Ids a filter selects; None when it filters nothing."""
        return set(select(self.library.wide, filters)["measure_id"]) if filters.active else None

    def next_of(self, queue: Queue, reviewer: str, filters: Filters, skip: str = "") -> str | None:
        """The next measure for this reviewer that nobody else has open; None when the queue is empty.

        When all that is left is open elsewhere, the first of it: two opinions are better than an idle reviewer.
        """
        fallback: str | None = None
        snapshot = self.snapshot if queue == "changed" else None
        for name in waiting(queue, self.desk, self.fold, reviewer, snapshot, self.within(filters)):
            if name == skip:
                continue
            if self._free(name, reviewer) or queue == "audit":
                self.claim(name, reviewer)
                return name
            fallback = fallback or name
        return fallback

    def _free(self, measure_id: str, reviewer: str) -> bool:
        holder, since = self._claims.get(measure_id, ("", 0.0))
        return holder in ("", reviewer) or time.monotonic() - since > CLAIM_SECONDS

    def claim(self, measure_id: str, reviewer: str) -> None:
        """Note that the reviewer has the measure open."""
        self._claims[measure_id] = (reviewer, time.monotonic())

    def checked(self, labels: Sequence[str], primary: str) -> Labels:
        """Labels as the codebook knows them; raises JucuoError otherwise. One label is its own primary."""
        codebook = self.library.codebook
        names = tuple(dict.fromkeys(labels))
        for name in (*names, *([primary] if primary else [])):
            codebook.category(name)
        main = primary or (names[0] if len(names) == 1 else None)
        if names and main not in names:
            raise JucuoError("the primary category is missing or not among the labels", "Choose one of the labels.")
        if not names and main:
            names = (main,)
        ordered = tuple(name for name in codebook.ids if name in names)
        return Labels(ordered, main)

    def draft(self, asked: Asked, reviewer: str) -> Draft:
        """A decision to record, with what the model said before and the versions; raises for what cannot be one."""
        row_of(self.library.wide, "measure_id", asked.measure_id, "measure", MEASURE_ID)
        desk, suggestion = self.desk, self.desk.suggestion(asked.measure_id)
        labels: Labels | None = None
        action = asked.action
        if action == "accept":
            labels = suggestion
        elif action in ("correct", "adjudicate"):
            labels = self.checked(asked.labels, asked.primary)
            action = "accept" if action == "correct" and labels.same(suggestion) else action
        allowed = {"flag": FLAG_REASONS, "adjudicate": CAUSES}.get(action)
        if allowed is not None and asked.reason not in allowed:
            raise JucuoError(f"{action} needs a reason", f"One of {', '.join(allowed)}.")
        return Draft(
            key=asked.key,
            measure_id=asked.measure_id,
            reviewer=reviewer,
            action=action,
            base=None if action == "comment" else asked.base,
            labels=labels,
            before=suggestion.as_json(),
            reason=asked.reason,
            comment=asked.comment,
            queue=asked.queue if asked.queue in QUEUES else "",
            model_digest=desk.model_digest,
            codebook=desk.codebook,
            text_digest=desk.digests[asked.measure_id],
        )

    def decide(self, asked: Asked, reviewer: str) -> Decision:
        """Record a decision; raises ConflictError when somebody was faster."""
        decision = self.store.append([self.draft(asked, reviewer)])[0]
        self._claims.pop(asked.measure_id, None)
        return decision

    def progress(self) -> dict[str, Any]:
        """Measures by status, how much of the audit sample is settled, and decisions a reviewer."""
        desk, fold = self.desk, self.fold
        known = desk.digests
        here = {name: status for name, status in fold.statuses.items() if name in known}
        found = Counter(here.values())
        counts = {status: found[status] for status in ("decided", "adjudicated", "conflict", "flagged", "skipped")}
        counts["open"] = len(known) - sum(counts.values())
        audited = sum(status in SETTLED and in_audit(name) for name, status in here.items())
        reviewers = {name: n for name, n in fold.positions.items() if n > 0}
        return {
            "total": len(known),
            "counts": counts,
            "settled": counts["decided"] + counts["adjudicated"],
            "audit_total": len(desk.audit),
            "audit_settled": audited,
            "reviewers": dict(sorted(reviewers.items(), key=lambda pair: (-pair[1], pair[0]))),
        }

    def sizes(self, reviewer: str) -> dict[str, int]:
        """How much waits in each queue for this reviewer."""
        desk, fold, snapshot = self.desk, self.fold, self.snapshot
        return {queue: size(queue, desk, fold, reviewer, snapshot) for queue in QUEUES}

    def listing(self, queue: Queue, filters: Filters, reviewer: str = "") -> list[str]:
        """All ids that wait in a queue."""
        return list(waiting(queue, self.desk, self.fold, reviewer, self.snapshot, self.within(filters)))

    def exported(self) -> Exported:
        """Label rows of everything settled."""
        return export(self.fold, self.desk.digests, self.library.codebook.ids)

    def write_reviewed(self) -> Exported:
        """Write `labels/reviewed.jsonl` and remember what the model says now, to show later what retraining changed."""
        found = self.exported()
        self.library.workspace.write_jsonl(REVIEWED, found.rows)
        desk = self.desk
        known = self.snapshot
        # Exporting twice between two trainings must not hide the model's own earlier words.
        if known is None or known.model_digest != desk.model_digest:
            self.store.keep_snapshot(desk.model_digest, desk.codebook, suggestions(self.library.table("assignments")))
        return found

    def blind(self, measure_id: str, reviewer: str = "") -> bool:
        """Whether the model's suggestion is hidden: the measure is in the blind sample and not yet decided.

        For a named reviewer it counts whether they have decided, for a file whether the question is settled.
        """
        if not in_audit(measure_id):
            return False
        state = self.fold.of(measure_id)
        return state.of(reviewer) is None if reviewer else state.status not in SETTLED

    def outgoing(self, ids: Sequence[str]) -> list[Item]:
        """Measures with suggestions and settled labels, for other tools."""
        wanted, desk, fold = set(ids), self.desk, self.fold
        scores: dict[str, dict[str, float]] = {}
        table = self.library.table("assignments")
        for name, category, p in table.select("measure_id", "category", "probability").iter_rows():
            if name in wanted:
                scores.setdefault(name, {})[category] = p
        rows = {
            row["measure_id"]: row for row in self.library.wide.iter_rows(named=True) if row["measure_id"] in wanted
        }
        items = []
        for name in ids:
            row, state = rows[name], fold.of(name)
            _, held, reasons = state.verdict
            texts = {key: row[key] for key in ("measure_id", "plan_year", "headline", "text")}
            items.append(
                Item(
                    **texts,
                    issuer=row["issuer"] or "",
                    version=state.version,
                    suggested=None if self.blind(name) else desk.suggestion(name),
                    scores=scores.get(name, {}),
                    labels=held,
                    annotator="+".join(sorted({r.reviewer for r in reasons})) if held is not None else "",
                )
            )
        return items

    def digest(self, ids: Sequence[str]) -> str:
        """Names a set of measures at their present versions: a bulk decision applies to exactly what was previewed."""
        fold = self.fold
        return hashlib.sha256(repr([(name, fold.of(name).version) for name in ids]).encode()).hexdigest()[:32]

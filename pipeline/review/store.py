"""The database of decisions: append, never change; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError

from pipeline.errors import JucuoError
from pipeline.review.database import now, open_engine, writing
from pipeline.review.models import Decision, Draft, Labels, Snapshot, decision_of, decisions, snapshots
from pipeline.review.state import Fold, MeasureState

MAX_BATCH = 20_000
CHUNK = 500


class ConflictError(Exception):
    """Somebody decided about the measure in the meantime: `draft` was not recorded, `state` is what there is now."""

    def __init__(self, draft: Draft, state: MeasureState) -> None:
        self.draft = draft
        self.state = state
        super().__init__(
            f"{draft.measure_id} is at version {state.version}, the decision was made on version {draft.base}"
        )


class Store:
    """Decisions in a database, and what they amount to (`fold`), brought up to date with each look."""

    def __init__(self, url: str, clock: Callable[[], str] = now) -> None:
        from pipeline.review.migrate import upgrade

        self.engine = open_engine(url)
        self._clock = clock
        self._fold = Fold()
        self._lock = threading.RLock()
        try:
            upgrade(self.engine)
        except DatabaseError as error:
            raise JucuoError(
                f"the review database cannot be opened: {error.orig}", "Check its URL and its server."
            ) from error

    def fold(self) -> Fold:
        """Everything recorded so far; do not change it."""
        with self._lock:
            with self.engine.connect() as connection:
                newer = decisions.c.id > self._fold.last_id
                for row in connection.execute(sa.select(decisions).where(newer).order_by(decisions.c.id)):
                    self._fold.take(decision_of(row))
            return self._fold

    def append(self, drafts: Sequence[Draft]) -> list[Decision]:
        """Record all of `drafts` or none; drafts whose key is known already are not recorded again.

        Raises ConflictError when a measure has moved on since the version a draft was made on.
        """
        if len(drafts) > MAX_BATCH:
            raise JucuoError(f"{len(drafts)} decisions at once", f"At most {MAX_BATCH}: narrow the filter.")
        if not drafts:
            return []
        try:
            with writing(self.engine) as connection:
                return self._append(connection, drafts)
        except IntegrityError:
            # Another server process came between reading the version and writing: look again, once.
            with writing(self.engine) as connection:
                return self._append(connection, drafts)

    def _append(self, connection: sa.Connection, drafts: Sequence[Draft]) -> list[Decision]:
        known = self._known(connection, [draft.key for draft in drafts])
        versions = self._versions(connection, [draft.measure_id for draft in drafts])
        at, rows = self._clock(), []
        for draft in drafts:
            if draft.key in known:
                continue
            version = versions.get(draft.measure_id, 0)
            if draft.base is not None and draft.base != version:
                raise ConflictError(draft, self._state(connection, draft.measure_id))
            versions[draft.measure_id] = version + 1
            rows.append(_row(draft, version + 1, at))
        if rows:
            connection.execute(sa.insert(decisions), rows)
        found = self._known(connection, [draft.key for draft in drafts])
        return [found[draft.key] for draft in drafts]

    def _known(self, connection: sa.Connection, keys: Sequence[str]) -> dict[str, Decision]:
        found: dict[str, Decision] = {}
        for start in range(0, len(keys), CHUNK):
            chosen = decisions.c.key.in_(keys[start : start + CHUNK])
            rows = connection.execute(sa.select(decisions).where(chosen))
            found.update((decision.key, decision) for decision in map(decision_of, rows))
        return found

    def _versions(self, connection: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for start in range(0, len(ids), CHUNK):
            chosen = decisions.c.measure_id.in_(ids[start : start + CHUNK])
            query = sa.select(decisions.c.measure_id, sa.func.max(decisions.c.version)).where(chosen)
            found.update(
                (name, version) for name, version in connection.execute(query.group_by(decisions.c.measure_id))
            )
        return found

    def _state(self, connection: sa.Connection, measure_id: str) -> MeasureState:
        own = sa.select(decisions).where(decisions.c.measure_id == measure_id).order_by(decisions.c.id)
        return Fold(map(decision_of, connection.execute(own))).of(measure_id)

    def turn(self, action: str, reviewer: str, key: str) -> list[Decision]:
        """Undo or redo the reviewer's last step; nothing happens, and nothing is returned, where there is none."""
        with self._lock:
            fold = self.fold()
            step = fold.undoable(reviewer) if action == "undo" else fold.redoable(reviewer)
            turned: list[Draft] = [
                Draft(
                    key=f"{key}:{number}",
                    measure_id=decision.measure_id,
                    reviewer=reviewer,
                    action="undo" if action == "undo" else "redo",
                    base=None,
                    target=decision.id,
                    batch=decision.batch,
                )
                for number, decision in enumerate(step)
            ]
            with self.engine.connect() as connection:
                if self._known(connection, [f"{key}:0"]):
                    return []
            return self.append(turned)

    def after(self, last_id: int, limit: int) -> list[Decision]:
        """Decisions after an id, oldest first."""
        query = sa.select(decisions).where(decisions.c.id > last_id).order_by(decisions.c.id).limit(limit)
        with self.engine.connect() as connection:
            return [decision_of(row) for row in connection.execute(query)]

    def keep_snapshot(self, model_digest: str, codebook: str, labels: dict[str, Labels]) -> None:
        """Remember what the model says now, to compare a retrained one with."""
        plain = {name: [value.primary, list(value.labels)] for name, value in sorted(labels.items())}
        row = {"at": self._clock(), "model_digest": model_digest, "codebook": codebook, "labels": plain}
        with writing(self.engine) as connection:
            connection.execute(sa.insert(snapshots), [row])

    def last_snapshot(self) -> Snapshot | None:
        """What the model said at the last export."""
        query = sa.select(snapshots).order_by(snapshots.c.id.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        labels = {name: Labels(tuple(names), primary) for name, (primary, names) in row.labels.items()}
        return Snapshot(row.at, row.model_digest, row.codebook, labels)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _row(draft: Draft, version: int, at: str) -> dict[str, Any]:
    names = ("key", "measure_id", "reviewer", "action", "target", "before", "reason", "comment", "queue", "batch")
    versions = ("model_digest", "codebook", "text_digest")
    return {
        **{name: getattr(draft, name) for name in (*names, *versions)},
        "version": version,
        "at": at,
        "labels": None if draft.labels is None else list(draft.labels.labels),
        "primary_category": None if draft.labels is None else draft.labels.primary,
    }

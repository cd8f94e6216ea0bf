"""What all decisions together amount to: folded one by one, so that a new one costs only itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pipeline.review.models import DOING, LABELLING, Decision, Labels

Status = Literal["open", "decided", "conflict", "adjudicated", "flagged", "skipped"]
SETTLED = frozenset({"decided", "adjudicated"})


@dataclass
class MeasureState:
    """Everything recorded about one measure; `holding` are the decisions that were not taken back, oldest first."""

    measure_id: str
    version: int = 0
    events: list[Decision] = field(default_factory=list)
    holding: list[Decision] = field(default_factory=list)

    def of(self, reviewer: str) -> Decision | None:
        """The reviewer's latest position, an adjudication aside."""
        own = (d for d in reversed(self.holding) if d.reviewer == reviewer and d.action != "adjudicate")
        return next(own, None)

    @property
    def positions(self) -> list[Decision]:
        """The latest position of each reviewer, oldest first."""
        latest: dict[str, Decision] = {}
        for decision in self.holding:
            if decision.action != "adjudicate":
                latest[decision.reviewer] = decision
        return sorted(latest.values(), key=lambda d: d.id)

    @property
    def ruling(self) -> Decision | None:
        """The latest adjudication."""
        return next((d for d in reversed(self.holding) if d.action == "adjudicate"), None)

    @property
    def verdict(self) -> tuple[Status, Labels | None, tuple[Decision, ...]]:
        """Status, the labels that hold (None unless settled), and the decisions they rest on.

        A ruling settles what came before it; a later position that contradicts it opens the question again.
        """
        ruling = self.ruling
        positions = [p for p in self.positions if ruling is None or p.id > ruling.id]
        opinions = [p for p in positions if p.action in LABELLING and p.labels is not None]
        stated = [o.labels for o in opinions if o.labels is not None]
        if ruling is not None and ruling.labels is not None:
            if all(ruling.labels.same(labels) for labels in stated):
                return "adjudicated", ruling.labels, (ruling,)
            return "conflict", None, (ruling, *opinions)
        if any(p.action == "flag" for p in positions):
            return "flagged", None, tuple(positions)
        if stated and all(stated[0].same(labels) for labels in stated):
            return "decided", stated[-1], tuple(opinions)
        if stated:
            return "conflict", None, tuple(opinions)
        return ("skipped", None, tuple(positions)) if positions else ("open", None, ())

    @property
    def status(self) -> Status:
        """Where the measure stands."""
        return self.verdict[0]

    @property
    def comments(self) -> list[Decision]:
        """Records that say something in words."""
        return [d for d in self.events if d.comment]


class Fold:
    """All decisions so far. `take` must see them in the order of their ids.

    `statuses` has the status of every measure something was recorded about, `positions` how many measures each
    reviewer has a position on: both are kept up to date, because every page shows them.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.measures: dict[str, MeasureState] = {}
        self.by_id: dict[int, Decision] = {}
        self.statuses: dict[str, Status] = {}
        self.positions: Counter[str] = Counter()
        self.last_id = 0
        self._steps: dict[str, list[Decision]] = {}
        self._done: dict[str, list[str]] = {}
        self._undone: dict[str, list[str]] = {}
        for decision in decisions:
            self.take(decision)

    def take(self, decision: Decision) -> None:
        """Add one decision."""
        state = self.measures.setdefault(decision.measure_id, MeasureState(decision.measure_id))
        state.version = decision.version
        state.events.append(decision)
        self.by_id[decision.id] = decision
        self.last_id = decision.id
        self.positions.subtract(p.reviewer for p in state.positions)
        if decision.action in DOING:
            self._do(state, decision)
        elif decision.action in ("undo", "redo"):
            self._turn(state, decision)
        self.positions.update(p.reviewer for p in state.positions)
        self.statuses[decision.measure_id] = state.status

    def _do(self, state: MeasureState, decision: Decision) -> None:
        state.holding.append(decision)
        done = self._done.setdefault(decision.reviewer, [])
        if decision.step not in self._steps:
            done.append(decision.step)
        self._steps.setdefault(decision.step, []).append(decision)
        self._undone[decision.reviewer] = []

    def _turn(self, state: MeasureState, decision: Decision) -> None:
        target = self.by_id.get(decision.target or 0)
        if target is None:
            return
        state.holding = [d for d in state.holding if d.id != target.id]
        done = self._done.setdefault(decision.reviewer, [])
        undone = self._undone.setdefault(decision.reviewer, [])
        source, sink = (done, undone) if decision.action == "undo" else (undone, done)
        if decision.action == "redo":
            state.holding = sorted([*state.holding, target], key=lambda d: d.id)
        if source and source[-1] == target.step:
            sink.append(source.pop())

    def of(self, measure_id: str) -> MeasureState:
        """The state of a measure; an empty one when nothing was recorded about it."""
        return self.measures.get(measure_id) or MeasureState(measure_id)

    def undoable(self, reviewer: str) -> list[Decision]:
        """The decisions the reviewer's next undo takes back, in the order they were made."""
        done = self._done.get(reviewer)
        return list(self._steps[done[-1]]) if done else []

    def redoable(self, reviewer: str) -> list[Decision]:
        """The decisions the reviewer's next redo brings back."""
        undone = self._undone.get(reviewer)
        return list(self._steps[undone[-1]]) if undone else []

    def counts(self) -> Counter[str]:
        """Measures by status, those nothing was recorded about aside."""
        return Counter(self.statuses.values())

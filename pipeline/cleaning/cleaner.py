"""Source text to clean text: the order of the rules, and the proof of what they did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.cleaning import (
    boilerplate,
    characters,
    damage,
    misplaced,
    punctuation,
    readings,
    script,
    spacing,
    tables,
    wraps,
)
from pipeline.cleaning.draft import Change, Draft, Edit, ordered
from pipeline.cleaning.offsets import OffsetMap
from pipeline.settings import CleanParams


@dataclass(frozen=True)
class Cleaned:
    """A clean text, the way back to its source, and everything that was changed.

    `damaged_spans` are clean offsets of places that stay damaged. `n_removed_chars` counts source characters no clean
    character stands for; `n_repaired` and `n_damaged` count damaged places. `changes` are in source order within each
    rule; their `before` is the text as the rules before had left it.
    """

    text: str
    offsets: OffsetMap
    changes: list[Change]
    script: script.Script
    n_removed_chars: int
    n_repaired: int
    n_damaged: int
    damaged_spans: list[tuple[int, int]]

    def count(self, rule: str) -> int:
        """How many changes a rule made."""
        return sum(change.rule == rule for change in self.changes)


def clean(text: str, params: CleanParams) -> Cleaned:
    """Clean a source text.

    Args:
        text: as a reader extracted it.
        params: `repair_margin` is the lead in nats a repair needs, `furniture` the lines to remove.
    """
    draft = Draft.of(text)
    _apply(draft, characters.invisible(draft.text))
    found = script.detect(draft.text)
    _apply(draft, misplaced.find(draft.text))
    repaired, damaged = damage.repair(draft, found, params.repair_margin)
    _apply(draft, readings.find(draft.text))
    script.simplify(draft, found)
    _apply(draft, boilerplate.find(draft.text, params.furniture))
    _apply(draft, tables.find(draft.text))
    _apply(draft, wraps.find(draft.text))
    characters.unify(draft)
    _typography(draft, found)
    _apply(draft, spacing.find(draft.text))
    _apply(draft, spacing.blank_lines(draft.text))
    offsets = draft.offsets()
    spans = [span for span in (offsets.to_clean(*place) for place in damaged) if span.start < span.end]
    return Cleaned(
        text=draft.text,
        offsets=offsets,
        changes=sorted(draft.changes, key=lambda change: (change.source_start, change.source_end)),
        script=found,
        n_removed_chars=offsets.n_removed,
        n_repaired=repaired,
        n_damaged=len(spans),
        damaged_spans=[(span.start, span.end) for span in spans],
    )


def _apply(draft: Draft, edits: Iterable[Edit]) -> None:
    draft.apply(ordered(edits))


def _typography(draft: Draft, found: script.Script) -> None:
    draft.substitute(punctuation.letters(draft.text), "width")
    if found == "hant":
        draft.substitute(punctuation.corner_quotes(draft.text), "quotes")
    _apply(draft, punctuation.pairs(draft.text))
    _apply(draft, punctuation.marks(draft.text))

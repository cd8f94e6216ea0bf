"""Source text to clean text: the order of the rules, and the proof of what they did."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

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
    _typography(draft, found, damaged)
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


def _typography(draft: Draft, found: script.Script, damaged: Sequence[tuple[int, int]]) -> None:
    """Marks and letters, but not inside damage: what is unreadable stays as it was found (`?` there is a lost byte)."""
    draft.substitute(_kept(draft, punctuation.letters(draft.text), damaged), "width")
    if found == "hant":
        draft.substitute(_kept(draft, punctuation.corner_quotes(draft.text), damaged), "quotes")
    for rule in (punctuation.pairs, punctuation.marks):
        _apply(draft, [edit for edit in rule(draft.text) if not _overlaps(draft.span(edit.start, edit.end), damaged)])


def _kept(draft: Draft, text: str, damaged: Sequence[tuple[int, int]]) -> str:
    """`text`, of the draft's length, with the draft's own characters in damaged places."""
    if not damaged:
        return text
    restored = list(text)
    for start, end in damaged:
        first, last = np.searchsorted(draft.ends, start, "right"), np.searchsorted(draft.starts, end, "left")
        restored[first:last] = draft.text[first:last]
    return "".join(restored)


def _overlaps(span: tuple[int, int], damaged: Sequence[tuple[int, int]]) -> bool:
    """Whether a source span touches a damaged one; these are in order and disjoint."""
    place = bisect_left(damaged, (span[1], 0)) - 1
    return place >= 0 and damaged[place][1] > span[0]

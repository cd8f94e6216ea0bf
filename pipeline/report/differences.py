"""Marking how one wording departs from another, character by character."""

from __future__ import annotations

from dataclasses import dataclass

MIN_SAME = 2
"""Single equal characters between two changes (的, 和) are drawn as changed: isolated islands are hard to read."""


@dataclass(frozen=True)
class Piece:
    """A run of the variant's text; `changed` where the reference has something else or nothing."""

    text: str
    changed: bool


def differences(reference: str, variant: str) -> list[Piece]:
    """Cut `variant` into runs equal to `reference` and runs that differ, by an optimal alignment (Indel)."""
    from rapidfuzz.distance import Indel

    marks = [True] * len(variant)
    for step in Indel.opcodes(reference, variant):
        length = step.dest_end - step.dest_start
        if step.tag == "equal" and length >= MIN_SAME:
            marks[step.dest_start : step.dest_end] = [False] * length
    pieces: list[Piece] = []
    begin = 0
    for position in range(1, len(variant) + 1):
        if position == len(variant) or marks[position] != marks[begin]:
            pieces.append(Piece(variant[begin:position], marks[begin]))
            begin = position
    return pieces

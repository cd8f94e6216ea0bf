"""What a planted case is, and how much of a stretch of text others cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Span = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """One planted passage: where it stands in both documents (clean offsets)."""

    kind: str
    a_doc: str
    b_doc: str
    a: Span
    b: Span


def covered(span: Span, parts: Iterable[Span]) -> int:
    """Characters of a span inside any of the parts."""
    inside = np.zeros(span[1] - span[0], bool)
    for start, end in parts:
        inside[max(0, start - span[0]) : max(0, end - span[0])] = True
    return int(inside.sum())

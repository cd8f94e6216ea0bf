"""Two texts side by side: their relation, the figures, and which part of one corresponds to which of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse import verify
from pipeline.reuse.classes import Tokens, tokenise
from pipeline.reuse.matching import match
from pipeline.reuse.text import Corpus, normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.settings import ReuseParams

Place = tuple[str | None, ...]
NOWHERE: Place = (None, None, None)


@dataclass(frozen=True)
class AlignedSpan:
    """A part of a and its counterpart in b, offsets in the texts as given; punctuation at the edges is left out.

    `kind` is `same`, `changed` (other characters in the same place), `moved` (same, but in another order),
    `dropped` (only in a; the b side is empty) or `added` (only in b; the a side is empty).
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    kind: str


@dataclass(frozen=True)
class AlignmentResult:
    """How two texts are related; figures as in the reuse_pairs table.

    `relation` is of a to b: identical, near, contains, contained or none. `template_similarity` is the edit
    similarity with every number and every own place name as one token.
    """

    relation: str
    edit_similarity: float
    template_similarity: float
    containment_a: float
    containment_b: float
    spans: list[AlignedSpan]


@dataclass(frozen=True)
class _Run:
    a: int
    b: int
    length: int
    same: bool


def _runs(forward: NDArray[np.int32], same: NDArray[np.bool_]) -> list[_Run]:
    """Neighbouring tokens whose counterparts are neighbours too, cut where equal characters begin or end."""
    at = np.flatnonzero(forward >= 0)
    if len(at) == 0:
        return []
    breaks = (np.diff(at) != 1) | (np.diff(forward[at]) != 1) | (np.diff(same[at].astype(int)) != 0)
    parts = np.split(at, np.flatnonzero(breaks) + 1)
    return [_Run(int(part[0]), int(forward[part[0]]), len(part), bool(same[part[0]])) for part in parts]


def _in_order(runs: list[_Run]) -> set[int]:
    """The runs that keep the order, as many characters as possible; the others have moved."""
    best, before = [run.length for run in runs], [-1] * len(runs)
    for k, run in enumerate(runs):
        for p in range(k):
            if runs[p].b < run.b and best[p] + run.length > best[k]:
                best[k], before[k] = best[p] + run.length, p
    k = max(range(len(runs)), key=best.__getitem__, default=-1)
    kept = set()
    while k >= 0:
        kept.add(k)
        k = before[k]
    return kept


def _same_characters(corpus: Corpus, tokens: Tokens, forward: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(n,) whether each token of the first text and its counterpart have the same characters, not only one class."""
    n = int(tokens.starts[1])
    first, text = tokens.first, corpus.string()
    same = np.zeros(n, bool)
    for i in np.flatnonzero(forward >= 0):
        j = n + forward[i]
        same[i] = text[first[i] : first[i + 1]] == text[first[j] : first[j + 1]]
    return same


class _Spans:
    """Turns token ranges of both texts into spans of characters."""

    def __init__(self, corpus: Corpus, tokens: Tokens) -> None:
        self._corpus = corpus
        self._first = tokens.first
        self._n = int(tokens.starts[1])

    def _side(self, text: int, start: int, end: int) -> tuple[int, int]:
        base = text * self._n
        codes = self._first[[base + start, base + end]] - self._corpus.starts[text]
        if start < end:
            return self._corpus.span(text, int(codes[0]), int(codes[1]))
        at = self._corpus.span(text, int(codes[0]) - 1, int(codes[0]))[1] if codes[0] > 0 else 0
        return at, at

    def of(self, a: tuple[int, int], b: tuple[int, int], kind: str) -> AlignedSpan:
        return AlignedSpan(*self._side(0, *a), *self._side(1, *b), kind)


def _between(
    spans: _Spans, a: tuple[int, int], b: tuple[int, int], taken_b: NDArray[np.bool_], taken_a: NDArray[np.bool_]
) -> list[AlignedSpan]:
    """What stands between two runs in order: changed, dropped or added text, around what has moved."""
    rest_a = _free(a, taken_a)
    rest_b = _free(b, taken_b)
    if len(rest_a) == 1 and len(rest_b) == 1:
        return [spans.of(rest_a[0], rest_b[0], "changed")]
    dropped = [spans.of(part, (b[0], b[0]), "dropped") for part in rest_a]
    return dropped + [spans.of((a[1], a[1]), part, "added") for part in rest_b]


def _free(part: tuple[int, int], taken: NDArray[np.bool_]) -> list[tuple[int, int]]:
    at = np.flatnonzero(~taken[part[0] : part[1]]) + part[0]
    pieces = np.split(at, np.flatnonzero(np.diff(at) != 1) + 1) if len(at) else []
    return [(int(piece[0]), int(piece[-1]) + 1) for piece in pieces]


def _spans(corpus: Corpus, tokens: Tokens, forward: NDArray[np.int32]) -> list[AlignedSpan]:
    n_a, n_b = (int(n) for n in tokens.lengths)
    runs = _runs(forward, _same_characters(corpus, tokens, forward))
    ordered = _in_order(runs)
    taken_a, taken_b = forward >= 0, np.zeros(n_b, bool)
    taken_b[forward[taken_a]] = True
    spans, made = _Spans(corpus, tokens), []
    end_a = end_b = 0
    for k, run in enumerate(runs):
        a, b = (run.a, run.a + run.length), (run.b, run.b + run.length)
        if k not in ordered:
            made.append(spans.of(a, b, "moved"))
            continue
        made += _between(spans, (end_a, a[0]), (end_b, b[0]), taken_b, taken_a)
        made.append(spans.of(a, b, "same" if run.same else "changed"))
        end_a, end_b = a[1], b[1]
    made += _between(spans, (end_a, n_a), (end_b, n_b), taken_b, taken_a)
    return sorted(made, key=lambda span: (span.a_start, span.a_end, span.b_start, span.b_end))


def align(a: str, b: str, params: ReuseParams, *, places: tuple[Place, Place] = (NOWHERE, NOWHERE)) -> AlignmentResult:
    """Compare two texts of any length.

    Args:
        a: one text, as it stands (script, width, spaces and punctuation are ignored in the comparison).
        b: the other.
        params: thresholds of the relations.
        places: for each text the full names of its issuer's places, which then count as each other's counterparts.
    """
    corpus = normalise([a, b])
    tokens = tokenise(corpus, list(places))
    left, right = np.zeros(1, np.int32), np.ones(1, np.int32)
    edit = verify.edit_similarity(corpus, left, right)
    template = verify.edit_similarity(Corpus(tokens.codes, tokens.starts, corpus.positions[:0]), left, right)
    shared = verify.overlap(tokens, left, right)
    empty = min(int(tokens.lengths[0]), int(tokens.lengths[1])) == 0
    relation = "none" if empty else verify.NAMES[int(verify.relations(edit, shared, params)[0])]
    n = int(tokens.starts[1])
    forward = match(tokens.codes[:n], tokens.codes[n:])
    return AlignmentResult(
        relation=relation,
        edit_similarity=0.0 if empty else float(edit[0]),
        template_similarity=0.0 if empty else float(template[0]),
        containment_a=float(shared.containment_a[0]),
        containment_b=float(shared.containment_b[0]),
        spans=_spans(corpus, tokens, forward),
    )

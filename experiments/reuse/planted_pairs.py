"""Planted cases as pairs of paragraphs: what near-duplicate tools, which know no passages, can be measured on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from cases import Case

Pair = tuple[int, int]
SHARED = 16
"""Characters in a row that make two paragraphs related whatever was planted: hosts are real sentences too."""


@dataclass(frozen=True)
class Paragraphs:
    """Paragraphs of the made-up documents.

    Attributes:
        texts: the paragraphs.
        docs: the document of each.
        gold: planted pairs (smaller row first) with their kind.
    """

    texts: list[str]
    docs: list[str]
    gold: dict[Pair, str]

    def is_wrong(self, pair: Pair) -> bool:
        """Whether a pair found is certainly none: one side was planted, and the two have no long run in common."""
        planted = {row for known in self.gold for row in known}
        if pair in self.gold or not planted & set(pair):
            return False
        x, y = (self.texts[row] for row in pair)
        return not any(x[at : at + SHARED] in y for at in range(len(x) - SHARED + 1))


def paragraphs(documents: pl.DataFrame, cases: Iterable[Case]) -> Paragraphs:
    """Cut the documents of the cases into paragraphs and say which hold a case; traps are not among them."""
    kinds = {(case.a_doc, case.b_doc): case for case in cases if case.kind != "trap"}
    names = {name for pair in kinds for name in pair}
    texts: list[str] = []
    docs: list[str] = []
    at: dict[tuple[str, int], int] = {}
    for doc, text in documents.filter(pl.col("doc_id").is_in(sorted(names))).select("doc_id", "text").iter_rows():
        for match in re.finditer(r"[^\n]+", text):
            at.update(((doc, place), len(texts)) for place in range(*match.span()))
            texts.append(match[0])
            docs.append(doc)
    gold: dict[Pair, str] = {}
    for case in kinds.values():
        one, other = at[case.a_doc, case.a[0]], at[case.b_doc, case.b[0]]
        gold[min(one, other), max(one, other)] = case.kind
    return Paragraphs(texts, docs, gold)


@dataclass(frozen=True)
class PairScore:
    """Pairs found among planted ones."""

    recall: float
    precision: float
    by_kind: dict[str, float]

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        total = self.recall + self.precision
        return 2 * self.recall * self.precision / total if total else 0.0


def score_pairs(known: Paragraphs, found: set[Pair]) -> PairScore:
    """Recall over planted pairs, and precision over found pairs that are certainly right or wrong."""
    right = found & known.gold.keys()
    wrong = sum(known.is_wrong(pair) for pair in found)
    kinds = sorted(set(known.gold.values()))
    of_kind = {kind: [pair for pair, name in known.gold.items() if name == kind] for kind in kinds}
    return PairScore(
        len(right) / len(known.gold),
        len(right) / (len(right) + wrong) if right or wrong else 1.0,
        {kind: sum(pair in found for pair in pairs) / len(pairs) for kind, pairs in of_kind.items()},
    )

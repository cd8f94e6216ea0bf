"""Judged pairs of real measures: where they stand now, and how well verdicts agree with them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.reuse.text import normalise

SAME, PARAPHRASE, DIFFERENT = "same", "paraphrase", "different"
CONTAINED = ("contains", "contained")
WORDING = (SAME, *CONTAINED)
GROUPS: dict[str, tuple[str, ...]] = {
    "same": (SAME,),
    "contained": CONTAINED,
    "wording": WORDING,
    "paraphrase": (PARAPHRASE,),
    "related": (*WORDING, PARAPHRASE),
}
"""What F1 is given for: labels that count as one answer. Within `contained` the direction must be right, too."""
_TURNED = {"contains": "contained", "contained": "contains"}
OVERLAP = 0.8
"""Share of both source spans that must agree where a measure is cut otherwise than when it was judged."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """Judged pairs of measures of this workspace.

    Attributes:
        labels: label of y as seen from x for each pair (x, y): `contains` means that x holds y's wording.
        strata: where each pair was drawn.
        weights: pairs of its stratum for which each pair stands.
        lost: judged pairs of which a measure is no longer there.
    """

    labels: dict[Key, str]
    strata: dict[Key, str]
    weights: dict[Key, float]
    lost: int


def digest(text: str) -> str:
    """Of a measure's normalised text: tells whether it is the one that was judged."""
    return hashlib.sha256(normalise([text]).string().encode()).hexdigest()[:12]


class _Places:
    """Finds a judged measure: by its id and text, else by its place in the source."""

    def __init__(self, measures: pl.DataFrame) -> None:
        self._rows = {row["measure_id"]: row for row in measures.iter_rows(named=True)}
        self._of_doc: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows.values():
            self._of_doc.setdefault(row["doc_id"], []).append(row)

    def find(self, place: Mapping[str, Any]) -> str | None:
        known = self._rows.get(place["measure"])
        if known is not None and digest(known["text"]) == place["digest"]:
            return str(known["measure_id"])
        start, end = place["source"]
        for row in self._of_doc.get(place["measure"].split("/")[0], []):
            shared = min(end, row["source_end"]) - max(start, row["source_start"])
            if shared >= OVERLAP * (max(end, row["source_end"]) - min(start, row["source_start"])):
                return str(row["measure_id"])
        return None


def read(path: Path, measures: pl.DataFrame) -> Judged:
    """The decided pairs of a label file that this measures table still has."""
    places, labels, strata, weights, lost = _Places(measures), {}, {}, {}, 0
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] is None:
            continue
        x, y = places.find(row["x"]), places.find(row["y"])
        if x is None or y is None:
            lost += 1
            continue
        labels[x, y], strata[x, y], weights[x, y] = row["label"], row["stratum"], row["of"] / row["drawn"]
    return Judged(labels, strata, weights, lost)


def verdicts(pairs: pl.DataFrame, keys: Collection[Key], mutual: float | None = None) -> dict[Key, str]:
    """Our label for each pair of ids, from the reuse_pairs table.

    `same` are pairs that are identical or near; with `mutual` also those of which each covers so much of the other,
    which is what families go by.
    """
    if mutual is not None:
        both = pl.min_horizontal("containment_a", "containment_b") >= mutual
        worded = pl.col("relation") != PARAPHRASE
        pairs = pairs.with_columns(relation=pl.when(both & worded).then(pl.lit("near")).otherwise("relation"))
    known = {(a, b): relation for a, b, relation in pairs.select("a", "b", "relation").iter_rows()}
    names = {"identical": SAME, "near": SAME}

    def label(x: str, y: str) -> str:
        if (x, y) in known:
            return names.get(known[x, y], known[x, y])
        relation = known.get((y, x), DIFFERENT)
        return names.get(relation, _TURNED.get(relation, relation))

    return {(x, y): label(x, y) for x, y in keys}


@dataclass(frozen=True)
class F1:
    """One group of labels: pairs judged so, said to be so, right; weighed if there are weights."""

    gold: float
    said: float
    right: float

    @property
    def recall(self) -> float:
        """Of those judged so."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        """Of those said to be so."""
        return self.right / self.said if self.said else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (self.gold + self.said) if self.gold + self.said else 1.0


def f1(gold: Mapping[Key, str], said: Mapping[Key, str], group: str, weights: Mapping[Key, float] | None = None) -> F1:
    """Agreement on one group of labels; all labels of `wording` and `related` count as one."""
    wanted = GROUPS[group]
    exact = group == "contained"

    def total(keys: Iterable[Key]) -> float:
        return sum(1 if weights is None else weights[key] for key in keys)

    judged = [key for key, label in gold.items() if label in wanted]
    right = [key for key in judged if (said[key] == gold[key] if exact else said[key] in wanted)]
    return F1(total(judged), total(key for key in gold if said[key] in wanted), total(right))


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa of two judges over the same pairs."""
    n = len(one)
    agree = sum(a == b for a, b in zip(one, other, strict=True)) / n
    counts = Counter(one), Counter(other)
    chance = sum(counts[0][name] * counts[1][name] for name in counts[0]) / n**2
    return (agree - chance) / (1 - chance) if chance < 1 else 1.0

"""Planted cases through the system and its peers, at the level of passages and of pairs of paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import polars as pl
from cases import Case
from peers import Pairs, Peer, datasketch_lsh, jaccard, shingles, verified
from plagdet import Detection, Score, score, trapped
from planted_cases import KINDS, Planter, real_documents, tables
from planted_pairs import Paragraphs, paragraphs

from pipeline.reuse import find_pairs, find_passages
from pipeline.schemas import MEASURES
from pipeline.settings import ReuseParams

PER_KIND = 12
MIN_BLOCK = 20
"""Characters of a block that counts as a passage, as in reuse.min_passage."""


@dataclass(frozen=True)
class Planting:
    """Real documents with made-up ones that hold planted passages.

    Attributes:
        documents: all of them, as a documents table.
        cases: what was planted where.
        central: sentences of central documents.
    """

    documents: pl.DataFrame
    cases: list[Case]
    central: list[str]

    @property
    def judged(self) -> list[Case]:
        """Cases that are to be found."""
        return [case for case in self.cases if case.kind != "trap"]

    @property
    def traps(self) -> list[Case]:
        """Cases that are not."""
        return [case for case in self.cases if case.kind == "trap"]

    def pairs_of_documents(self) -> list[tuple[str, str]]:
        """The two documents of every case."""
        return sorted({(case.a_doc, case.b_doc) for case in self.cases})


def plant(corpus: Path, per_kind: int, seed: int) -> Planting:
    """Plant `per_kind` cases of each kind."""
    real = real_documents(corpus)
    planter = Planter(real, seed)
    for kind in KINDS:
        for number in range(per_kind):
            planter.plant(kind, number)
    documents, _ = tables(pl.concat([real, pl.DataFrame(planter.rows)], how="diagonal"))
    return Planting(documents, planter.cases, planter.central)


def our_passages(planting: Planting, params: ReuseParams) -> pl.DataFrame:
    """Passages found among all documents, of which both are made up."""
    passages = find_passages(planting.documents, MEASURES.empty(), params)
    return passages.filter(pl.col("a_doc").str.ends_with("-a"), pl.col("b_doc").str.ends_with("-b"))


def sentence_pairs(planting: Planting) -> list[Detection]:
    """What people build from datasketch: sentences as texts, near ones side by side as one passage."""
    text = dict(planting.documents.select("doc_id", "text").iter_rows())
    found: list[Detection] = []
    for a, b in planting.pairs_of_documents():
        spans = [(doc, m.start(), m.end()) for doc in (a, b) for m in re.finditer(r"[^。\n]{8,}", text[doc])]
        sets = [shingles(text[doc][start:end], 3) for doc, start, end in spans]
        pairs = verified(sets, datasketch_lsh(sets, params=(32, 4)), jaccard, 0.5)
        last = (-2, -2)
        for i, j in sorted((i, j) for i, j in pairs if (spans[i][0], spans[j][0]) == (a, b)):
            if (i, j) == (last[0] + 1, last[1] + 1):
                found[-1] = {**found[-1], "a_end": spans[i][2], "b_end": spans[j][2]}
            else:
                found.append(_row(a, b, spans[i][1:], spans[j][1:]))
            last = (i, j)
    return found


def blocks(planting: Planting) -> list[Detection]:
    """Python's difflib: equal blocks of at least `MIN_BLOCK` characters, in the order of both texts."""
    text = dict(planting.documents.select("doc_id", "text").iter_rows())
    found: list[Detection] = []
    for a, b in planting.pairs_of_documents():
        matcher = SequenceMatcher(None, text[a], text[b], autojunk=False)
        found += [
            _row(a, b, (m.a, m.a + m.size), (m.b, m.b + m.size))
            for m in matcher.get_matching_blocks()
            if m.size >= MIN_BLOCK
        ]
    return found


def _row(a: str, b: str, x: Sequence[int], y: Sequence[int]) -> Detection:
    return {"a_doc": a, "b_doc": b, "a_start": x[0], "a_end": x[1], "b_start": y[0], "b_end": y[1]}


@dataclass(frozen=True)
class PassageResult:
    """How a method did: by kind and over all cases, and traps taken for shared wording."""

    by_kind: dict[str, Score]
    total: Score
    traps: int


def judge(planting: Planting, detections: Iterable[Detection]) -> PassageResult:
    """Score detections, by kind too."""
    rows = list(detections)
    kinds = [kind for kind in KINDS if kind != "trap"]
    return PassageResult(
        {kind: score([case for case in planting.cases if case.kind == kind], rows) for kind in kinds},
        score(planting.judged, rows),
        trapped(planting.traps, rows, planting.documents, planting.central),
    )


PASSAGE_METHODS: dict[str, Callable[[Planting], list[Detection]]] = {
    "ours": lambda p: our_passages(p, ReuseParams()).filter(origin="horizontal").to_dicts(),
    "ours, whatever the origin": lambda p: our_passages(p, ReuseParams()).to_dicts(),
    "datasketch on sentences": sentence_pairs,
    "difflib": blocks,
}
"""The peers are told which two documents to compare; ours searches all."""


def planted_paragraphs(planting: Planting) -> Paragraphs:
    """The planting as pairs of paragraphs."""
    return paragraphs(planting.documents, planting.cases)


def our_pairs(texts: Sequence[str]) -> Pairs:
    """Pairs to which we give a relation by their wording, each text a measure of a document of its own."""
    ids = [f"{row:06}" for row in range(len(texts))]
    empty = {name: pl.Series([None] * len(texts), dtype=pl.String) for name in ("issuer", "province", "city", "county")}
    documents = pl.DataFrame({"doc_id": ids, **empty}).with_columns(
        plan_year=pl.lit(None, pl.Int64), published=pl.lit(None, pl.Date)
    )
    measures = pl.DataFrame({"measure_id": ids, "doc_id": ids, "text": list(texts)})
    found = find_pairs(measures, documents, None, None, ReuseParams())
    return {(min(pair), max(pair)) for pair in ((int(a), int(b)) for a, b in found.select("a", "b").iter_rows())}


OURS = Peer("ours", "near or contained, thresholds 0.8", our_pairs)

"""Planted reuse, measured as PAN measures text alignment (Potthast et al. 2010).

Passages of real documents are planted into two made-up documents each, changed the way bureaus change what they take
over, and looked for among all real documents. Cases are built at run time, so that no real text is in the repository.

    python experiments/reuse_planted.py ../shared/corpus
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.cleaning import OffsetMap, clean
from pipeline.reuse import find_passages
from pipeline.schemas import DOCUMENTS, MEASURES
from pipeline.settings import CleanParams, ReuseParams

KINDS = ("verbatim", "numbers", "places", "edited", "reordered", "inserted", "traditional", "spliced", "trap")
PLACES = ("云溪县", "山北区", "临湖市", "石桥县", "东岭区", "河口市")
SENTENCE = re.compile(r"[^。\n]{24,120}。")
HOST_CHARS = 600
OWN_SHARE = 0.25

Span = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """One planted passage: where it stands in both documents (clean offsets)."""

    kind: str
    a_doc: str
    b_doc: str
    a: Span
    b: Span


@dataclass
class Builder:
    """A text under construction that remembers where the planted parts stand."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)

    def add(self, text: str, *, planted: bool = False) -> None:
        """Append text; a planted one is remembered without its final full stop, which no comparison sees."""
        if planted:
            self.spans.append((self.length, self.length + len(text.rstrip("。"))))
        self.parts.append(text)
        self.length += len(text)


@dataclass(frozen=True)
class Score:
    """PAN figures over cases and detections, in characters of both sides."""

    cases: int
    recall: float
    precision: float
    granularity: float

    @property
    def plagdet(self) -> float:
        """F1 over the logarithm of one plus granularity."""
        total = self.recall + self.precision
        return 2 * self.recall * self.precision / total / np.log2(1 + self.granularity) if total else 0.0


def real_documents(corpus: Path) -> pl.DataFrame:
    """Issuer, year, date and text of every listed document and of the seeds."""
    listed = csv.DictReader((corpus / "MANIFEST.csv").read_text("utf-8").splitlines())
    rows = [
        {
            "doc_id": Path(row["path"]).stem,
            "issuer": row["issuer"],
            "plan_year": int(row["year"]),
            "published": date.fromisoformat(row["published"]) if row["published"] else None,
            "level": "national" if row["path"].startswith("national") else "province",
            "text": (corpus / row["path"]).read_text("utf-8"),
        }
        for row in listed
    ]
    return pl.DataFrame(rows, schema_overrides={"published": pl.Date})


def sentences(documents: pl.DataFrame, level: str) -> dict[str, list[list[str]]]:
    """For each document of a level its paragraphs of at least two sentences."""
    found = {}
    for row in documents.filter(level=level).iter_rows(named=True):
        paragraphs = [SENTENCE.findall(line) for line in row["text"].split("\n")]
        found[row["doc_id"]] = [paragraph for paragraph in paragraphs if len(paragraph) > 1]
    return found


def runs_of_eight(documents: pl.DataFrame) -> dict[str, set[str]]:
    """Every run of eight characters and the documents that have it."""
    seen: dict[str, set[str]] = {}
    for doc, text in documents.select("doc_id", "text").iter_rows():
        for at in range(len(text) - 7):
            seen.setdefault(text[at : at + 8], set()).add(doc)
    return seen


def distinct(documents: pl.DataFrame, pool: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Stretches of neighbouring sentences that are their document's own.

    A planted set phrase would be found and rightly called central or common: at most `OWN_SHARE` of a sentence's
    characters may stand in runs of eight that another document has.
    """
    seen = runs_of_eight(documents)

    def own(sentence: str) -> bool:
        shared = np.zeros(len(sentence), bool)
        for at in range(len(sentence) - 7):
            if len(seen[sentence[at : at + 8]]) > 1:
                shared[at : at + 8] = True
        return bool(shared.mean() <= OWN_SHARE)

    def stretches(paragraph: list[str]) -> list[list[str]]:
        runs = [list(run) for is_own, run in groupby(paragraph, own) if is_own]
        return [run for run in runs if len(run) > 1]

    return {doc: [run for paragraph in paragraphs for run in stretches(paragraph)] for doc, paragraphs in pool.items()}


class Planter:
    """Builds pairs of documents with planted passages from the paragraphs of real ones."""

    def __init__(self, documents: pl.DataFrame, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.hosts = sentences(documents, "province")
        self.pool = distinct(documents, self.hosts)
        self.central = [s for paragraphs in sentences(documents, "national").values() for p in paragraphs for s in p]
        self.names = sorted(self.pool)
        self.rows: list[dict[str, object]] = []
        self.cases: list[Case] = []

    def _source(self, doc: str, n: int) -> list[str]:
        """`n` of a document's own sentences in a row (or fewer, where it has no more), never the same twice.

        What is planted ten times would be common wording, and rightly so.
        """
        stretches = self.pool[doc]
        longest = max(len(stretch) for stretch in stretches)
        fitting = [k for k, stretch in enumerate(stretches) if len(stretch) >= min(n, longest)]
        stretch = stretches.pop(fitting[self.rng.integers(len(fitting))])
        if len(stretch) > n + 1:
            stretches.append(stretch[n:])
        return stretch[:n]

    def _sentence(self, doc: str) -> str:
        paragraph = self.hosts[doc][self.rng.integers(len(self.hosts[doc]))]
        return paragraph[self.rng.integers(len(paragraph))]

    def _host(self, doc: str) -> str:
        text = ""
        while len(text) < HOST_CHARS:
            text += self._sentence(doc) + self._sentence(doc) + "\n"
        return text

    def _changed(self, kind: str, source: list[str], host: str) -> list[str]:
        """The passage as the second document has it; every element is one stretch in the order of the first."""
        rng, text = self.rng, "".join(source)
        if kind == "numbers":
            return [re.sub(r"\d", lambda m: str((int(m[0]) + int(rng.integers(1, 9))) % 10), text)]
        if kind == "places":
            name = PLACES[rng.integers(len(PLACES))]
            province = re.escape(host.split("-", maxsplit=1)[0].rstrip("省市"))
            return [
                re.sub(
                    rf"{province}[省市]?|[全我][省市区]",
                    lambda m: m[0][0] + name[-1] if m[0][0] in "全我" else name,
                    text,
                )
            ]
        if kind == "edited":
            characters = list(text)
            for at in rng.choice(len(text), len(text) // 16, replace=False):
                characters[at] = text[rng.integers(len(text))]
            return ["".join(characters)]
        return [text]

    def plant(self, kind: str, number: int) -> None:
        """Add two documents with one case of this kind (or, reordered, one for each sentence)."""
        left = [name for name in self.names if self.pool[name]]
        z = left[self.rng.integers(len(left))]
        x, y = self.rng.permutation([name for name in self.names if name != z])[:2]
        source = self._source(z, 4 if kind in ("reordered", "inserted") else int(self.rng.integers(2, 5)))
        first, second = Builder(), Builder()
        for builder, doc in ((first, x), (second, y)):
            builder.add(self._host(doc))
        extra = [self.central[k] for k in self.rng.choice(len(self.central), 4, replace=False)]
        if kind in ("spliced", "trap"):
            first.add("".join(extra[:2]))
            second.add("".join(extra[:2]))
        if kind == "reordered":
            self._reordered(source, first, second)
        elif kind == "inserted":
            first.add("".join(source), planted=True)
            second.add("".join([*source[:2], self._sentence(y), *source[2:]]), planted=True)
        elif kind != "trap":
            first.add("".join(source), planted=True)
            second.add("".join(self._changed(kind, source, z)), planted=True)
        if kind in ("spliced", "trap"):
            first.add("".join(extra[2:]))
            second.add("".join(extra[2:]))
        for builder, doc in ((first, x), (second, y)):
            builder.add("\n" + self._host(doc))
        self._finish(kind, number, first, second)

    def _reordered(self, source: list[str], first: Builder, second: Builder) -> None:
        order = self.rng.permutation(len(source))
        while np.any(np.diff(order) == 1):
            order = self.rng.permutation(len(source))
        for sentence in source:
            first.add(sentence, planted=True)
        starts = {}
        for k in order:
            second.add(source[k], planted=True)
            starts[int(k)] = second.spans.pop()
        second.spans += [starts[k] for k in range(len(source))]

    def _finish(self, kind: str, number: int, first: Builder, second: Builder) -> None:
        ids = [f"{kind}-{number:02}-{side}" for side in "ab"]
        spans = []
        for doc, builder, year in ((ids[0], first, 2024), (ids[1], second, 2025)):
            text, mine = "".join(builder.parts), builder.spans
            if kind == "traditional" and doc.endswith("b"):
                text, mine = _through_cleaning(text, mine)
            spans.append(mine)
            self.rows.append({"doc_id": doc, "issuer": f"{doc}局", "plan_year": year, "level": "county", "text": text})
        if kind == "trap":
            self.cases.append(Case(kind, *ids, (0, 0), (0, 0)))
        self.cases += [Case(kind, *ids, a, b) for a, b in zip(*spans, strict=True)]


def _through_cleaning(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """The text set in traditional characters and read back by the cleaning room, with the spans in its result."""
    from opencc import OpenCC

    source = OpenCC("s2t").convert(text)
    if len(source) != len(text):
        message = "conversion to traditional characters changed the length; offsets would be wrong"
        raise ValueError(message)
    cleaned = clean(source, CleanParams())
    return cleaned.text, [tuple(cleaned.offsets.to_clean(*span)) for span in spans]


def tables(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents with identity maps, and no measures: passages do not need them."""
    filled = []
    for row in rows.iter_rows(named=True):
        offsets = OffsetMap.identity(len(row["text"]))
        constant = dict.fromkeys(("source_path", "sha256", "encoding", "media_type", "title", "evidence"), "")
        maps = {f"map_{name}": getattr(offsets, name).tolist() for name in ("clean", "source", "length")}
        counts = dict.fromkeys(("n_removed_chars", "n_repaired", "n_damaged"), 0)
        filled.append(
            row
            | constant
            | maps
            | counts
            | {"source_text": row["text"], "doc_type": "other", "script": "hans", "changes": []}
        )
    return pl.DataFrame(filled, schema=DOCUMENTS.schema), MEASURES.empty()


def _shared(case: Case, row: dict[str, object]) -> tuple[int, int]:
    """Characters of a case that a detection covers, on either side; (0, 0) unless it covers some on both."""
    sides = [
        max(0, min(getattr(case, s)[1], row[f"{s}_end"]) - max(getattr(case, s)[0], row[f"{s}_start"])) for s in "ab"
    ]
    return (sides[0], sides[1]) if min(sides) > 0 else (0, 0)


def _covered(cases: list[Case], side: str, row: dict[str, object]) -> int:
    inside = np.zeros(row[f"{side}_end"] - row[f"{side}_start"], bool)
    for case in cases:
        start, end = getattr(case, side)
        inside[max(0, start - row[f"{side}_start"]) : max(0, end - row[f"{side}_start"])] = True
    return int(inside.sum())


def score(cases: list[Case], detections: list[dict[str, object]]) -> Score:
    """Recall, precision and granularity of horizontal detections.

    A detection with both sides outside everything planted is real wording of real documents and not judged.
    """
    recalls, hits = [], []
    by_pair: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in detections:
        by_pair.setdefault((row["a_doc"], row["b_doc"]), []).append(row)
    mine: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        mine.setdefault((case.a_doc, case.b_doc), []).append(case)
        found = [_shared(case, row) for row in by_pair.get((case.a_doc, case.b_doc), [])]
        found = [part for part in found if part != (0, 0)]
        size = case.a[1] - case.a[0] + case.b[1] - case.b[0]
        recalls.append(min(1.0, sum(a + b for a, b in found) / size) if size else None)
        hits += [len(found)] if found else []
    precisions = []
    for pair, planted in mine.items():
        for row in by_pair.get(pair, []):
            good = _covered(planted, "a", row) + _covered(planted, "b", row)
            if good:
                precisions.append(good / (row["a_end"] - row["a_start"] + row["b_end"] - row["b_start"]))
    known = [value for value in recalls if value is not None]
    return Score(
        len(cases),
        float(np.mean(known)) if known else 1.0,
        float(np.mean(precisions)) if precisions else 1.0,
        float(np.mean(hits)) if hits else 1.0,
    )


def trapped(cases: list[Case], detections: list[dict[str, object]], documents: pl.DataFrame, planter: Planter) -> int:
    """Horizontal detections that lie mostly in the central sentences of a trap."""
    central = {sentence.rstrip("。") for sentence in planter.central}
    text = dict(documents.select("doc_id", "text").iter_rows())
    pairs = {(case.a_doc, case.b_doc) for case in cases if case.kind == "trap"}
    caught = 0
    for row in detections:
        if (row["a_doc"], row["b_doc"]) in pairs:
            shown = text[row["a_doc"]][row["a_start"] : row["a_end"]]
            inside = sum(len(part) for part in re.split("[。\n]", shown) if any(part in s for s in central))
            caught += 2 * inside >= len(shown)
    return caught


def run(corpus: Path, per_kind: int, seed: int, params: ReuseParams) -> tuple[dict[str, Score], int]:
    """Scores of each kind and of all, and how many traps were taken for horizontal."""
    real = real_documents(corpus)
    planter = Planter(real, seed)
    for kind in KINDS:
        for number in range(per_kind):
            planter.plant(kind, number)
    documents, measures = tables(pl.concat([real, pl.DataFrame(planter.rows)], how="diagonal"))
    passages = find_passages(documents, measures, params)
    made = passages.filter(pl.col("a_doc").str.ends_with("-a"), pl.col("b_doc").str.ends_with("-b"))
    detections = list(made.filter(origin="horizontal").iter_rows(named=True))
    cases = {kind: [case for case in planter.cases if case.kind == kind] for kind in KINDS}
    scores = {kind: score(cases[kind], detections) for kind in KINDS if kind != "trap"}
    judged = [case for case in planter.cases if case.kind != "trap"]
    return scores | {"all": score(judged, detections)}, trapped(cases["trap"], detections, documents, planter)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--per-kind", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    scores, traps = run(options.corpus, options.per_kind, options.seed, ReuseParams())
    print(f"{'kind':12} {'cases':>5} {'recall':>7} {'precision':>9} {'granularity':>11} {'plagdet':>7}")
    for kind, s in scores.items():
        print(f"{kind:12} {s.cases:5} {s.recall:7.3f} {s.precision:9.3f} {s.granularity:11.3f} {s.plagdet:7.3f}")
    print(f"traps of central wording reported as horizontal: {traps} in {options.per_kind} documents")
    return 0


if __name__ == "__main__":
    sys.exit(main())

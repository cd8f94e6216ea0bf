"""Planted reuse: passages of real documents in two made-up ones each, changed the way bureaus change what they take.

Cases are built at run time, so that no real text is in the repository.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl
from cases import Case, Span, covered

from pipeline.cleaning import OffsetMap, clean
from pipeline.schemas import DOCUMENTS, MEASURES
from pipeline.settings import CleanParams

KINDS = (
    "verbatim",
    "numbers",
    "places",
    "edited",
    "reordered",
    "inserted",
    "traditional",
    "spliced",
    "trap",
    "contained",
)
PLACES = ("云溪县", "山北区", "临湖市", "石桥县", "东岭区", "河口市")
SENTENCE = re.compile(r"[^。\n]{24,120}。")
HOST_CHARS = 600
OWN_SHARE = 0.25


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
        shared = [(at, at + 8) for at in range(len(sentence) - 7) if len(seen[sentence[at : at + 8]]) > 1]
        return covered((0, len(sentence)), shared) <= OWN_SHARE * len(sentence)

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
        elif kind == "contained":
            first.add("".join(source), planted=True)
            second.add(self._sentence(y))
            second.add("".join(source), planted=True)
            second.add(self._sentence(y) + self._sentence(y))
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

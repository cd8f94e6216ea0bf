"""Structure, metadata, targets and citations against gold read by people, beside plain regular expressions.

    python experiments/structure.py [--corpus ../shared/corpus] [--out experiments/results/structure]

Gold and protocol are in `data/labels/structure`; the documents themselves are not in the repository. Writes a table
(`.md`) and the same figures flat (`.json`), development and held-out documents apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "experiments")]

from structure_page import GROUPS, REPORT, table  # noqa: E402

from pipeline.cleaning import Cleaned, clean  # noqa: E402 - the repository's own package, wherever the script is run from
from pipeline.ingestion import evaluation as metadata_scores  # noqa: E402
from pipeline.ingestion.metadata import Metadata, extract  # noqa: E402
from pipeline.ingestion.readers import read  # noqa: E402
from pipeline.segmentation import Segmentation, segment  # noqa: E402
from pipeline.segmentation import detail_evaluation as details  # noqa: E402
from pipeline.segmentation.citations import find_citations  # noqa: E402
from pipeline.segmentation.detail_evaluation import DetailAgreement  # noqa: E402
from pipeline.segmentation.evaluation import (  # noqa: E402
    Agreement,
    Rate,
    Unit,
    agreement,
    baseline,
    heading_starts,
    pooled,
    share,
    without_headline,
)
from pipeline.segmentation.targets import find_targets  # noqa: E402
from pipeline.settings import Settings  # noqa: E402

GOLD = ROOT / "data/labels/structure"
Key = tuple[str, str]


@dataclass(frozen=True)
class Read:
    """One document on its way through the pipe; `text` is the source text."""

    text: str
    cleaned: Cleaned
    metadata: Metadata
    result: Segmentation

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Source span of a clean one."""
        span = self.cleaned.offsets.to_source(start, end)
        return span.start, span.end

    def units(self) -> list[Unit]:
        """Measures in source offsets."""
        made = []
        for measure in self.result.measures:
            path = heading_starts(measure, self.result.outline)
            above = tuple(self.source(start, start + 1)[0] if start >= 0 else -1 for start in path)
            made.append(Unit(*self.source(measure.start, measure.end), measure.number, measure.kind, above))
        return made

    def plain(self) -> list[Unit]:
        """The baseline's units in source offsets."""
        return [
            Unit(
                *self.source(unit.start, unit.end),
                unit.number,
                unit.kind,
                tuple(self.source(start, start + 1)[0] for start in unit.path),
            )
            for unit in baseline(self.cleaned.text)
        ]


def gold(name: str) -> list[dict[str, Any]]:
    """Rows of a gold file."""
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines()]


def key(row: Mapping[str, Any]) -> Key:
    """Part and group of a document."""
    return row["part"], GROUPS[row["doc"].split("/")[0]]


def labelled(corpus: Path, row: Mapping[str, Any]) -> Read:
    """The document of a gold row whose offsets hold for certain bytes; ends the run when it has others."""
    if hashlib.sha256((corpus / row["doc"]).read_bytes()).hexdigest() != row["sha256"]:
        raise SystemExit(f"{row['doc']} is not the document that was labelled; gold offsets would mean nothing")
    return through(corpus, row["doc"])


@cache
def through(corpus: Path, name: str) -> Read:
    """One document through reading, cleaning, metadata and segmentation with the default parameters, once a run."""
    data, settings = (corpus / name).read_bytes(), Settings()
    source = read(data, name, settings.ingest).documents[0]
    cleaned = clean(source.text, settings.clean)
    metadata = extract(cleaned.text, path=name, hints=source.hints)
    result = segment(
        cleaned.text,
        title=metadata.title,
        doc_type=metadata.doc_type,
        plan_year=metadata.plan_year,
        damaged=cleaned.damaged_spans,
        params=settings.segment,
    )
    return Read(source.text, cleaned, metadata, result)


@dataclass(frozen=True)
class Score:
    """One measure on one group of documents, ours and the baseline's; `spans` have recall, accuracies have none."""

    part: str
    group: str
    name: str
    ours: Rate
    plain: Rate
    spans: bool

    def flat(self) -> dict[str, float]:
        """`part.group.name` to figure, the baseline's under `.baseline`, the size of the gold standard under `.n`."""
        if not self.ours.gold:
            return {}
        base = f"{self.part}.{self.group}.{self.name}"
        figures: dict[str, float] = {f"{base}.n": self.ours.gold}
        for suffix, rate in (("", self.ours), (".baseline", self.plain)):
            if self.spans:
                for name in ("precision", "recall", "f1"):
                    figures[f"{base}.{name}{suffix}"] = round(getattr(rate, name), 4)
            elif rate.gold:
                figures[f"{base}{suffix}"] = round(rate.precision, 4)
        return figures


def structure_scores(corpus: Path) -> Iterator[Score]:
    """Agreement on measures by part and group."""
    exact: dict[Key, list[tuple[Agreement, Agreement]]] = defaultdict(list)
    aside: dict[Key, list[tuple[Agreement, Agreement]]] = defaultdict(list)
    said: dict[tuple[Key, str], list[bool]] = defaultdict(list)
    for row in gold("measures"):
        document = labelled(corpus, row)
        wanted = [Unit(start, end, number, kind, tuple(path)) for start, end, number, kind, path in row["units"]]
        sides = (document.units(), document.plain())
        exact[key(row)].append((agreement(sides[0], wanted), agreement(sides[1], wanted)))
        for guess, right in limits(document, wanted):
            said[key(row), "guessed" if guess else "sure"].append(right)
        bare = [[without_headline(document.text, unit) for unit in units] for units in (*sides, wanted)]
        aside[key(row)].append((agreement(bare[0], bare[2]), agreement(bare[1], bare[2])))
    for name, pairs in exact.items():
        yield from _agreements(name, pairs, ("measures", "boundaries", "numbers", "paths", "kinds"), "")
        yield from _agreements(name, aside[name], ("measures", "boundaries"), "_without_headline_lines")
    for (name, what), right in said.items():
        yield Score(*name, f"limits_{what}", share(right), Rate(0, 0, 0), spans=False)


def limits(document: Read, wanted: Iterable[Unit]) -> Iterator[tuple[bool, bool]]:
    """Of each measure found, whether the program says that its limits are a guess, and whether they are exact."""
    spans = {(unit.start, unit.end) for unit in wanted}
    for measure, unit in zip(document.result.measures, document.units(), strict=True):
        yield "pieces" in measure.flags, (unit.start, unit.end) in spans


def _agreements(
    name: Key, pairs: list[tuple[Agreement, Agreement]], fields: Iterable[str], suffix: str
) -> Iterator[Score]:
    ours, plain = pooled(a for a, _ in pairs), pooled(b for _, b in pairs)
    for field in fields:
        spans = field in {"measures", "boundaries"}
        yield Score(*name, field + suffix, getattr(ours, field), getattr(plain, field), spans)


def metadata_accuracy(corpus: Path) -> Iterator[Score]:
    """Right values by part, group and field."""
    found: dict[Key, dict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for row in gold("metadata"):
        document = through(corpus, row["doc"])
        ours = asdict(document.metadata) | {"script": document.cleaned.script}
        names = (ours["issuer"] or "").split("、")
        # as the documents table has it: the bureau stands for the joint issuers
        ours["issuer"] = next((name for name in names if not name.startswith("中共")), names[0]) or None
        plain = metadata_scores.compare(metadata_scores.baseline(document.cleaned.text), row)
        for field, right in metadata_scores.compare(ours, row).items():
            found[key(row)][field].append((right, plain[field]))
    for name, fields in found.items():
        for field, pairs in fields.items():
            rates = share(a for a, _ in pairs), share(b for _, b in pairs)
            yield Score(*name, f"metadata.{field}", *rates, spans=False)


def detail_scores(corpus: Path) -> Iterator[Score]:
    """Agreement on targets and citations by part and group."""
    found: dict[tuple[Key, str], list[tuple[DetailAgreement, DetailAgreement]]] = defaultdict(list)
    for row in gold("details"):
        document = labelled(corpus, row)
        text, to_clean = document.cleaned.text, document.cleaned.offsets.to_clean
        for item in row["items"]:
            span = to_clean(*item["span"])
            targets = [_target(text, document, label) for label in item["targets"]]
            cited = [details.CitationLabel(*to_clean(a, b), number) for a, b, number, _ in item["citations"]]
            found[key(row), "targets"].append(
                (
                    details.compare_targets(find_targets(text, *span), targets),
                    details.compare_targets(details.baseline_targets(text, *span), targets),
                )
            )
            found[key(row), "citations"].append(
                (
                    details.compare_citations(find_citations(text, *span), cited),
                    details.compare_citations(details.baseline_citations(text, *span), cited),
                )
            )
    for (name, what), pairs in found.items():
        ours, plain = details.pooled(a for a, _ in pairs), details.pooled(b for _, b in pairs)
        yield Score(*name, f"{what}.spans", ours.spans, plain.spans, spans=True)
        if what == "targets":
            yield Score(*name, f"{what}.overlaps", ours.overlaps, plain.overlaps, spans=True)
        for field, rate in ours.fields.items():
            yield Score(*name, f"{what}.{field}", rate, plain.fields[field], spans=False)


def _target(text: str, document: Read, label: list[Any]) -> details.TargetLabel:
    start, end, comparator, value, high, unit, noun = label
    to_clean = document.cleaned.offsets.to_clean
    quantity = text[slice(*to_clean(*noun))] if noun else ""
    return details.TargetLabel(*to_clean(start, end), comparator, value, high, unit, quantity)


def digest_of_gold() -> str:
    """First digits of the sha256 of all gold files."""
    data = b"".join(path.read_bytes() for path in sorted(GOLD.glob("*.jsonl")))
    return hashlib.sha256(data).hexdigest()[:12]


def by_report(corpus: Path) -> dict[str, float]:
    """Boundary F1 of each report, under `report.` and the words of its file name."""
    flat = {}
    for row in gold("measures"):
        document = labelled(corpus, row)
        wanted = [Unit(start, end, number, kind, tuple(path)) for start, end, number, kind, path in row["units"]]
        name = re.split("[-_]", Path(row["doc"]).stem)[0]
        flat[f"{REPORT}.{name}"] = round(agreement(document.units(), wanted).boundaries.f1, 4)
    return flat


def scores(corpus: Path) -> dict[str, float]:
    """Everything on one corpus, flat."""
    flat: dict[str, float] = by_report(corpus)
    for score in (*structure_scores(corpus), *metadata_accuracy(corpus), *detail_scores(corpus)):
        flat.update(score.flat())
    return dict(sorted(flat.items()))


def main() -> int:
    """Score and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared/corpus")
    parser.add_argument("--out", type=Path, default=ROOT / "experiments/results/structure")
    arguments = parser.parse_args()
    if not arguments.corpus.is_dir():
        print(f"no documents at {arguments.corpus}; name their folder with --corpus", file=sys.stderr)
        return 2
    flat = scores(arguments.corpus)
    arguments.out.with_suffix(".md").write_text(table(flat, digest_of_gold()), "utf-8")
    arguments.out.with_suffix(".json").write_text(json.dumps(flat, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(table(flat, digest_of_gold()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

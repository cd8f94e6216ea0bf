"""Structure, metadata, targets and citations against gold read by people, beside plain regular expressions.

    python experiments/structure.py [--corpus ../shared/corpus] [--out experiments/results/structure]

Gold and protocol are in `data/labels/structure`; the documents themselves are not in the repository. Writes a table
(`.md`) and the same figures flat (`.json`), development and held-out documents apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.cleaning import Cleaned, clean  # noqa: E402 - the repository's own package, wherever the script is run from
from pipeline.ingestion import evaluation as metadata_scores  # noqa: E402
from pipeline.ingestion.metadata import Metadata, extract  # noqa: E402
from pipeline.ingestion.readers import read  # noqa: E402
from pipeline.segmentation import Segmentation, segment  # noqa: E402
from pipeline.segmentation import detail_evaluation as details  # noqa: E402
from pipeline.segmentation.citations import find_citations  # noqa: E402
from pipeline.segmentation.evaluation import Agreement, Rate, Unit, agreement, baseline, heading_starts, pooled  # noqa: E402
from pipeline.segmentation.targets import find_targets  # noqa: E402
from pipeline.settings import Settings  # noqa: E402

GOLD = ROOT / "data/labels/structure"
GROUPS = {"seeds": "seeds", "provinces": "provincial", "national": "national"}
Key = tuple[str, str]


@dataclass(frozen=True)
class Read:
    """One document on its way through the pipe."""

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


def through(corpus: Path, name: str, sha256: str | None = None) -> Read:
    """One document through reading, cleaning, metadata and segmentation with the default parameters."""
    data, settings = (corpus / name).read_bytes(), Settings()
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise SystemExit(f"{name} is not the document that was labelled; gold offsets would mean nothing")
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
    return Read(cleaned, metadata, result)


def structure_scores(corpus: Path) -> dict[Key, tuple[Agreement, Agreement]]:
    """Agreement on measures by part and group: ours, baseline."""
    found: dict[Key, list[tuple[Agreement, Agreement]]] = defaultdict(list)
    for row in gold("measures"):
        document = through(corpus, row["doc"], row["sha256"])
        wanted = [Unit(start, end, number, kind, tuple(path)) for start, end, number, kind, path in row["units"]]
        found[key(row)].append((agreement(document.units(), wanted), agreement(document.plain(), wanted)))
    return {name: (pooled(a for a, _ in pairs), pooled(b for _, b in pairs)) for name, pairs in found.items()}


def metadata_accuracy(corpus: Path) -> dict[Key, dict[str, tuple[Rate, Rate]]]:
    """Right values by part, group and field: ours, baseline."""
    found: dict[Key, dict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for row in gold("metadata"):
        document = through(corpus, row["doc"])
        ours = asdict(document.metadata) | {"script": document.cleaned.script}
        names = (ours["issuer"] or "").split("、")
        # as the documents table has it: the bureau stands for the joint issuers
        ours["issuer"] = next((name for name in names if not name.startswith("中共")), names[0]) or None
        plain = metadata_scores.compare(metadata_scores.baseline(document.cleaned.text), row)
        for name, right in metadata_scores.compare(ours, row).items():
            found[key(row)][name].append((right, plain[name]))
    return {
        name: {field: (_share(a for a, _ in pairs), _share(b for _, b in pairs)) for field, pairs in fields.items()}
        for name, fields in found.items()
    }


def _share(right: Iterable[bool]) -> Rate:
    judged = list(right)
    return Rate(sum(judged), len(judged), len(judged))


Details = dict[Key, dict[str, tuple[details.DetailAgreement, details.DetailAgreement]]]


def detail_scores(corpus: Path) -> Details:
    """Agreement on targets and citations by part and group: ours, baseline."""
    found: dict[Key, dict[str, list[tuple[details.DetailAgreement, details.DetailAgreement]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in gold("details"):
        document = through(corpus, row["doc"], row["sha256"])
        text, offsets = document.cleaned.text, document.cleaned.offsets
        for item in row["items"]:
            span = offsets.to_clean(*item["span"])
            targets = [_target(text, document, label) for label in item["targets"]]
            cited = [details.CitationLabel(*offsets.to_clean(a, b), number) for a, b, number, _ in item["citations"]]
            found[key(row)]["targets"].append(
                (
                    details.compare_targets(find_targets(text, *span), targets),
                    details.compare_targets(details.baseline_targets(text, *span), targets),
                )
            )
            found[key(row)]["citations"].append(
                (
                    details.compare_citations(find_citations(text, *span), cited),
                    details.compare_citations(details.baseline_citations(text, *span), cited),
                )
            )
    return {
        name: {
            what: (details.pooled(a for a, _ in pairs), details.pooled(b for _, b in pairs))
            for what, pairs in kinds.items()
        }
        for name, kinds in found.items()
    }


def _target(text: str, document: Read, label: list[Any]) -> details.TargetLabel:
    start, end, comparator, value, high, unit, noun = label
    to_clean = document.cleaned.offsets.to_clean
    quantity = text[slice(*to_clean(*noun))] if noun else ""
    return details.TargetLabel(*to_clean(start, end), comparator, value, high, unit, quantity)


def figures(
    structure: dict[Key, tuple[Agreement, Agreement]],
    metadata: dict[Key, dict[str, tuple[Rate, Rate]]],
    inside: Details,
) -> dict[str, float]:
    """All scores flat: `part.group.measure` and the same with `.baseline`."""
    flat: dict[str, float] = {}

    def put(name: Key, measure: str, rates: tuple[Rate, Rate], *, spans: bool) -> None:
        for suffix, rate in zip(("", ".baseline"), rates, strict=True):
            base = f"{name[0]}.{name[1]}.{measure}"
            if spans:
                flat[f"{base}.precision{suffix}"] = round(rate.precision, 4)
                flat[f"{base}.recall{suffix}"] = round(rate.recall, 4)
                flat[f"{base}.f1{suffix}"] = round(rate.f1, 4)
            elif rate.gold:
                flat[f"{base}{suffix}"] = round(rate.precision, 4)
        flat[f"{name[0]}.{name[1]}.{measure}.n"] = rates[0].gold

    for name, (ours, plain) in structure.items():
        put(name, "measures", (ours.measures, plain.measures), spans=True)
        put(name, "boundaries", (ours.boundaries, plain.boundaries), spans=True)
        for field in ("numbers", "kinds", "paths"):
            put(name, field, (getattr(ours, field), getattr(plain, field)), spans=False)
    for name, fields in metadata.items():
        for field, pair in fields.items():
            put(name, f"metadata.{field}", pair, spans=False)
    for name, kinds in inside.items():
        for what, (mine, simple) in kinds.items():
            put(name, f"{what}.spans", (mine.spans, simple.spans), spans=True)
            if what == "targets":
                put(name, f"{what}.overlaps", (mine.overlaps, simple.overlaps), spans=True)
            for field, rate in mine.fields.items():
                put(name, f"{what}.{field}", (rate, simple.fields[field]), spans=False)
    return dict(sorted(flat.items()))


def table(flat: dict[str, float], digest: str) -> str:
    """The figures as Markdown: a row a measure, a column a group, the baseline in brackets."""
    lines = [
        "# Structure, metadata, targets and citations",
        "",
        f"`python experiments/structure.py`; gold digest `{digest}`. Protocol: `data/labels/structure/README.md`. In "
        "brackets the baseline of plain regular expressions. Numbers, kinds and paths are judged on measures with exact "
        "spans, fields of targets on overlapping ones; `quantity` is character overlap.",
    ]
    for part, heading in (("development", "Development documents"), ("held_out", "Held-out documents")):
        groups = [group for group in GROUPS.values() if any(name.startswith(f"{part}.{group}.") for name in flat)]
        lines += ["", f"## {heading}", "", f"| | {' | '.join(groups)} |", f"|---|{'---|' * len(groups)}"]
        rows = {
            name.split(".", 2)[2]
            for name in flat
            if name.startswith(f"{part}.") and not name.endswith((".baseline", ".n"))
        }
        for row in sorted(rows, key=_order):
            lines.append(f"| {row} | {' | '.join(_cell(flat, f'{part}.{group}.', row) for group in groups)} |")
    return "\n".join(lines) + "\n"


def _order(row: str) -> tuple[int, str]:
    order = ("measures", "boundaries", "numbers", "paths", "kinds", "metadata", "targets", "citations")
    return order.index(row.split(".")[0]), row


def _cell(flat: dict[str, float], prefix: str, row: str) -> str:
    ours = flat.get(prefix + row)
    if ours is None:
        return ""
    counted = flat.get(f"{prefix}{row}.n")
    size = f", n={counted:.0f}" if counted is not None and not row.endswith("quantity") else ""
    return f"{ours:.3f} ({flat.get(f'{prefix}{row}.baseline', float('nan')):.3f}{size})"


def digest_of_gold() -> str:
    """First digits of the sha256 of all gold files."""
    data = b"".join(path.read_bytes() for path in sorted(GOLD.glob("*.jsonl")))
    return hashlib.sha256(data).hexdigest()[:12]


def scores(corpus: Path) -> dict[str, float]:
    """Everything on one corpus, flat."""
    return figures(structure_scores(corpus), metadata_accuracy(corpus), detail_scores(corpus))


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

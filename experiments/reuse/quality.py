"""How well shared wording is found: planted cases and judged pairs, beside datasketch, rensa and text-dedup.

    jucuo run --corpus ../shared/corpus --workspace WORK
    python experiments/reuse/quality.py ../shared/corpus --workspace WORK --text-dedup PYTHON

Writes experiments/results/reuse-quality.md. PYTHON is the interpreter of an environment that has text-dedup, which
cannot share ours; without it, or without WORK, these rows are left out and the page says so. Peers' thresholds are
chosen on planted cases of one seed and used on others and on the judged pairs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import peers
import polars as pl
from judged import DIFFERENT, GROUPS, SAME, Judged, Key, f1, read, verdicts
from planted import OURS, PASSAGE_METHODS, PER_KIND, Planting, judge, plant, planted_paragraphs
from planted_cases import KINDS
from planted_pairs import score_pairs

from pipeline.reuse import find_pairs
from pipeline.settings import ReuseParams
from pipeline.stages.embed import read_vectors
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
LABELS = ROOT / "data/labels/pairs/judged.jsonl"
CALIBRATION, SEEDS = 1, (21, 22, 23)
NO_TEXT_DEDUP = "\ntext-dedup was not run: no interpreter was named with --text-dedup.\n"
JUDGED = """{n_decided} pairs of measures of five bureaus and 46 reports, read by two judges who saw no verdict of
any system (language models with a written protocol; Cohen's kappa {kappa}, 95% {kappa_95[0]} to {kappa_95[1]});
where they differed a third decision holds.
{lost} pairs are lost since measures are cut otherwise now. The sample is drawn by strata and full of near misses, so
plain recall is below that of everyday use; weighed figures let each pair stand for its stratum, of which few pairs
were read. Strata come from our own scores: a pair that only a peer would find has little chance to be in the sample,
so recall here flatters us, precision does not.

`wording` is `same` and `contained` together, `related` everything but `different`.

"""
NO_WORKSPACE = "\nNot measured: no workspace was named with --workspace.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    shown = [" | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in line) for line in lines]
    return "".join(f"| {line} |\n" for line in shown)


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean."""
    known = list(values)
    return sum(known) / len(known)


def passages(plantings: Sequence[Planting]) -> str:
    """Tables of passages: methods, and ours by kind."""
    results = {name: [judge(p, method(p)) for p in plantings] for name, method in PASSAGE_METHODS.items()}
    figures = ("recall", "precision", "granularity", "plagdet")
    methods = table(
        ("method", *figures, "traps reported"),
        (
            (name, *(mean(getattr(r.total, figure) for r in found) for figure in figures), sum(r.traps for r in found))
            for name, found in results.items()
        ),
    )
    ours = results["ours"]
    kinds = table(
        ("kind", "cases", *figures),
        (
            (
                kind,
                sum(r.by_kind[kind].cases for r in ours),
                *(mean(getattr(r.by_kind[kind], f) for r in ours) for f in figures),
            )
            for kind in KINDS
            if kind != "trap"
        ),
    )
    return f"{methods}\nOurs by kind of change:\n\n{kinds}"


def best(settings: Sequence[peers.Peer], calibration: Planting) -> peers.Peer:
    """The setting with the highest F1 on the calibration cases, the first of equals."""
    known = planted_paragraphs(calibration)
    return max(settings, key=lambda peer: score_pairs(known, peer.pairs(known.texts)).f1)


def systems(corpus: Path, python: str | None) -> list[peers.Peer]:
    """Ours, the peers as documented, and each peer in its best setting for Chinese."""
    calibration = plant(corpus, PER_KIND, CALIBRATION)
    tuned = [best(settings, calibration) for settings in peers.chinese(python).values()]
    return [OURS, *peers.defaults(python), *tuned]


def planted_pairs(found: Sequence[peers.Peer], plantings: Sequence[Planting]) -> str:
    """Table of pairs of paragraphs."""
    known = [planted_paragraphs(p) for p in plantings]
    kinds = [kind for kind in KINDS if kind != "trap"]
    rows = []
    for peer in found:
        scores = [score_pairs(k, peer.pairs(k.texts)) for k in known]
        overall = (mean(getattr(s, figure) for s in scores) for figure in ("recall", "precision", "f1"))
        of_kind = (f"{mean(s.by_kind[kind] for s in scores):.2f}" for kind in kinds)
        rows.append((peer.name, peer.setting, *overall, *of_kind))
    return table(("system", "setting", "recall", "precision", "F1", *kinds), rows)


RATES = ("recall", "precision", "F1", "weighed recall", "weighed precision")


def rates(judged: Judged, said: dict[Key, str], group: str) -> tuple[float, ...]:
    """Recall, precision and F1 over judged pairs, and the first two with each pair standing for its stratum."""
    plain, weighed = f1(judged.labels, said, group), f1(judged.labels, said, group, judged.weights)
    return plain.recall, plain.precision, plain.f1, weighed.recall, weighed.precision


def judged_pairs(found: Sequence[peers.Peer], judged: Judged, workspace: Workspace) -> str:
    """Tables of judged pairs: each system by relation, other thresholds of ours, labels of each stratum."""
    measures, pairs = workspace.read("measures"), workspace.read("reuse_pairs")
    row_of = {name: row for row, name in enumerate(measures["measure_id"])}
    rows: list[tuple[object, ...]] = []
    for setting, mutual in (("relations of the pipe", None), ("each covers 0.8 of the other: `same`", 0.8)):
        ours = verdicts(pairs, judged.labels.keys(), mutual)
        rows += [("ours", setting, name, *rates(judged, ours, name)) for name in GROUPS]
    for peer in found[1:]:
        near = peer.pairs(measures["text"].to_list())
        said = {(x, y): SAME if tuple(sorted((row_of[x], row_of[y]))) in near else DIFFERENT for x, y in judged.labels}
        rows += [(peer.name, peer.setting, name, *rates(judged, said, name)) for name in ("same", "wording", "related")]
    systems = table(("system", "setting", "relation", *RATES), rows)
    parts = (systems, hindsight(judged, measures), thresholds(judged, workspace), strata(judged))
    return "\n".join(parts)


def hindsight(judged: Judged, measures: pl.DataFrame) -> str:
    """The tools that give pairs at the best setting of their grid for the judged pairs themselves, chosen by F1."""
    row_of = {name: row for row, name in enumerate(measures["measure_id"])}
    rows_of = {key: tuple(sorted(row_of[name] for name in key)) for key in judged.labels}
    texts = measures["text"].to_list()
    rows = []
    for settings in peers.chinese(None).values():
        near = {peer: peer.pairs(texts) for peer in settings}
        said = {p: {key: SAME if rows_of[key] in near[p] else DIFFERENT for key in judged.labels} for p in settings}
        for name in ("same", "wording", "related"):
            top = max(settings, key=lambda peer: f1(judged.labels, said[peer], name).f1)
            rows.append((top.name, top.setting, name, *rates(judged, said[top], name)))
    return (
        f"Peers at the setting that fits these pairs best:\n\n{table(('system', 'setting', 'relation', *RATES), rows)}"
    )


def thresholds(judged: Judged, workspace: Workspace) -> str:
    """Ours at other thresholds: a relation follows from two measures alone, so only judged ones are compared."""
    every = workspace.read("measures")
    mine = every["measure_id"].is_in({name for key in judged.labels for name in key})
    vectors, mean_vector = read_vectors(workspace, every.height)
    parts = every.filter(mine), workspace.read("documents"), vectors[mine.to_numpy()], mean_vector
    rows: list[tuple[object, ...]] = []
    for name, group, values in (
        ("containment", "wording", (0.8, 0.75, 0.7, 0.65)),
        ("paraphrase", "paraphrase", (0.75, 0.72, 0.69, 0.66, 0.63)),
    ):
        for value in values:
            said = verdicts(find_pairs(*parts, ReuseParams(**{name: value})), judged.labels.keys())
            rows.append((f"reuse.{name} = {value}", group, *rates(judged, said, group)))
    return f"Ours at other thresholds (the first is the default):\n\n{table(('parameter', 'relation', *RATES), rows)}"


def strata(judged: Judged) -> str:
    """What the judges said of the pairs of each stratum."""
    labels = ("same", "contains", "contained", "paraphrase", "different")
    counts = Counter((judged.strata[key], label) for key, label in judged.labels.items())
    names = sorted(set(judged.strata.values()))
    rows = ((name, *(counts[name, label] for label in labels)) for name in names)
    return f"What the judges said of the pairs of each stratum:\n\n{table(('stratum', *labels), rows)}"


def page(corpus: Path, workspace: Workspace | None, python: str | None) -> str:
    """The whole page."""
    plantings = [plant(corpus, PER_KIND, seed) for seed in SEEDS]
    found = systems(corpus, python)
    judged = NO_WORKSPACE
    if workspace is not None:
        known = read(LABELS, workspace.read("measures"))
        agreement = json.loads(LABELS.with_name("agreement.json").read_text("utf-8"))
        judged = JUDGED.format(lost=known.lost, **agreement) + judged_pairs(found, known, workspace)
    return f"""# Quality of shared wording

Written by `experiments/reuse/quality.py`. Means over planted cases of seeds {", ".join(map(str, SEEDS))}, which nothing
was tuned on; settings of peers were chosen on seed {CALIBRATION}.

## Planted passages

{PER_KIND} of each kind among 46 real reports. PAN's figures, in characters of both sides. Ours searches all documents;
the peers are told which two to compare, and have no origins: a trap is central wording that both documents have.

{passages(plantings)}
## Planted pairs of paragraphs

{planted_pairs(found, plantings)}{NO_TEXT_DEDUP if python is None else ""}
## Judged pairs of real measures

{judged}"""


def main() -> int:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--text-dedup", metavar="PYTHON")
    parser.add_argument("--output", type=Path, default=ROOT / "experiments/results/reuse-quality.md")
    options = parser.parse_args()
    workspace = None if options.workspace is None else Workspace(options.workspace)
    options.output.write_text(page(options.corpus, workspace, options.text_dedup), "utf-8")
    print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())

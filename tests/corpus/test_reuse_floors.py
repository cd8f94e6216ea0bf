"""The ratchet of shared wording: planted cases and judged pairs never fall below their floors."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from judged import f1, read, verdicts
from planted import PASSAGE_METHODS, judge, plant

from pipeline.reuse import find_pairs
from pipeline.settings import Settings
from pipeline.stages import ingest, segment
from pipeline.stages.embed import CachedEncoder, centring_mean
from pipeline.workspace import Workspace

pytestmark = pytest.mark.real


def floors(checkout: Path, part: str) -> dict[str, float]:
    found: dict[str, float] = json.loads((checkout / "experiments/baseline.json").read_text("utf-8"))[part]
    return found


@pytest.mark.parametrize("seed", [1, 21])
def test_planted_passages_are_found_once_each_and_traps_are_not_horizontal(
    checkout: Path, real_corpus: Path, seed: int
) -> None:
    floor = floors(checkout, "planted")
    planting = plant(real_corpus, 8, seed)
    found = judge(planting, PASSAGE_METHODS["ours"](planting))
    assert {kind: score.plagdet for kind, score in found.by_kind.items() if score.plagdet < floor["any_kind"]} == {}
    assert found.total.plagdet >= floor["plagdet"]
    assert found.total.granularity <= floor["granularity_at_most"]
    assert found.traps <= floor["traps_at_most"]


def test_judged_pairs_of_real_measures_get_the_relations_judges_gave_them(
    checkout: Path, real_corpus: Path, tmp_path: Path
) -> None:
    workspace, settings = Workspace(tmp_path), Settings()
    ingest.run([real_corpus], workspace, settings)
    segment.run(workspace, settings)
    documents, measures = workspace.read("documents"), workspace.read("measures")
    known = read(checkout / "data/labels/pairs/judged.jsonl", measures)
    assert known.lost <= 0.1 * len(known.labels), f"{known.lost} judged pairs are no longer measures: judge new ones"
    # A relation follows from the two measures alone, so the other three thousand need no vectors.
    mine = measures.filter(pl.col("measure_id").is_in({name for pair in known.labels for name in pair}))
    encode = CachedEncoder(settings)
    vectors = encode(mine["text"].to_list())
    pairs = find_pairs(mine, documents, vectors, centring_mean(vectors, encode)[0], settings.reuse)
    ours = verdicts(pairs, known.labels.keys(), settings.reuse.containment)
    found = {name: f1(known.labels, ours, name).f1 for name in floors(checkout, "pairs")}
    assert {name: found[name] for name, floor in floors(checkout, "pairs").items() if found[name] < floor} == {}

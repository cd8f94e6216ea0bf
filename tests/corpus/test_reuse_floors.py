"""The ratchet of shared wording: planted cases never fall below their floors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planted import PASSAGE_METHODS, judge, plant

pytestmark = pytest.mark.real


@pytest.mark.parametrize("seed", [1, 21])
def test_planted_passages_are_found_once_each_and_traps_are_not_horizontal(
    checkout: Path, real_corpus: Path, seed: int
) -> None:
    floors = json.loads((checkout / "experiments/baseline.json").read_text("utf-8"))["planted"]
    planting = plant(real_corpus, 8, seed)
    found = judge(planting, PASSAGE_METHODS["ours"](planting))
    assert {kind: score.plagdet for kind, score in found.by_kind.items() if score.plagdet < floors["any_kind"]} == {}
    assert found.total.plagdet >= floors["plagdet"]
    assert found.total.granularity <= floors["granularity_at_most"]
    assert found.traps <= floors["traps_at_most"]

"""A slice of the fuzz run (`experiments/fuzz.py`): broken files give a document or a reason, never a fault."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
from mutants import KINDS, MUTATIONS, SHAPES, mutant, seeds
from scripts import script

from pipeline.ingestion.readers import read
from pipeline.settings import IngestParams


@pytest.fixture(scope="module")
def fuzz(checkout: Path) -> ModuleType:
    return script(checkout / "experiments/fuzz.py")


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1, 401, 50))
def test_broken_files(fuzz: ModuleType, tmp_path: Path, start: int) -> None:
    outcomes = [fuzz.examine(n, *mutant(7, n), tmp_path / "case") for n in range(start, start + 50)]
    assert [outcome for outcome in outcomes if outcome.fault] == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_large_shapes(fuzz: ModuleType, tmp_path: Path, shape: object, seed: int) -> None:
    outcome = fuzz.examine(0, f"{shape.__name__}", shape(random.Random(seed)), tmp_path / "case")  # noqa: S311
    assert outcome.fault == ""


def test_a_case_is_a_function_of_its_seed() -> None:
    assert mutant(3, 12345) == mutant(3, 12345)
    assert mutant(3, 12345) != mutant(4, 12345)


@pytest.mark.parametrize("kind", KINDS)
def test_the_unbroken_files_are_read(kind: str) -> None:
    for data in seeds()[kind]:
        result = read(data, f"a.{kind}", IngestParams())
        assert result.documents
        assert not result.rejected


@pytest.mark.parametrize("mutation", sorted(set(MUTATIONS), key=lambda f: f.__name__))
def test_every_mutation_breaks_something(mutation: object) -> None:
    data = seeds()["zip"][0]
    assert any(mutation(data, random.Random(seed)) != data for seed in range(5))  # noqa: S311


def test_a_fault_is_seen(fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "一、工作\n1.开齐课程，一节不少。\n2.改造操场和宿舍。\n"
    assert fuzz.examine(0, "a.txt", text.encode(), tmp_path / "case").n_measures == 2
    row = {"measure_id": "a/1", "start": 0, "end": 2, "text": "别的", "source_start": 0, "source_end": 2}
    document = {"text": "甲乙", "map_clean": [0, 2], "map_source": [0, 2], "map_length": [2, 0]}
    assert fuzz.contradictions(document, [row]) == ["a/1 is not where it says"]
    monkeypatch.setattr("pipeline.ingestion.readers._plain", lambda _: 1 / 0)
    assert "a library failed" in fuzz.examine(0, "a.txt", text.encode(), tmp_path / "case").fault


def test_the_summary_counts_and_lists(fuzz: ModuleType) -> None:
    summary = fuzz.Summary(1)
    summary.add(fuzz.Outcome(1, "1.txt", 1, 4, (), "", 0.5, 2**28))
    summary.add(fuzz.Outcome(1000, "1000-bomb", 0, 0, ("too_large",), "memory: 2000 MiB", 2.0, 2**31))
    table = fuzz.table(summary)
    assert "| bomb | 1 | 0 | 0 | too_large 1 |" in table
    assert "Findings: 1.\n- case 1000 (`1000-bomb`): memory: 2000 MiB" in table


def test_processes_that_die_or_hang_are_findings(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "_work", _worker)
    found = list(fuzz.outcomes(1, [1, 2, 3]))
    assert [outcome.number for outcome in found] == [1, 2, 3]
    assert [bool(outcome.fault) for outcome in found] == [False, True, False]
    assert found[1].fault == "crash: the process ended with 7"


def _worker(_seed: int, numbers: list[int], out: object) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "experiments"))
    from fuzz import Outcome

    for number in numbers:
        if number == 2:
            os._exit(7)
        out.send(Outcome(number, f"{number}.txt", 1, 0, ()))

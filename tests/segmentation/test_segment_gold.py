"""Agreement with gold read by people (`data/labels/structure`), and the measures that judge it."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts import script

from pipeline.ingestion import evaluation as metadata
from pipeline.segmentation import Citation, Heading, SegmentedMeasure, Target
from pipeline.segmentation.detail_evaluation import (
    CitationLabel,
    TargetLabel,
    baseline_citations,
    baseline_targets,
    character_f1,
    compare_citations,
    compare_targets,
)
from pipeline.segmentation.evaluation import Rate, Unit, agreement, baseline, heading_starts, without_headline


@pytest.fixture(scope="module")
def experiment(checkout: Path) -> ModuleType:
    return script(checkout / "experiments/structure.py")


@pytest.fixture(scope="module")
def scores(experiment: ModuleType, real_corpus: Path) -> dict[str, float]:
    return experiment.scores(real_corpus)


@pytest.mark.real
def test_scores_hold(scores: dict[str, float], checkout: Path):
    floors = json.loads((checkout / "experiments/baseline.json").read_text("utf-8"))["structure"]
    low = {name: scores.get(name) for name, floor in floors.items() if scores.get(name, 0) < floor}
    assert not low, f"below the floor: {low}"


@pytest.mark.real
def test_the_baseline_is_beaten_where_structure_is_more_than_numbers(scores: dict[str, float]):
    for name, value in scores.items():
        if name.endswith("boundaries.f1"):
            assert value > scores[f"{name}.baseline"], name


@pytest.mark.real
def test_the_committed_table_is_what_the_code_gives(experiment: ModuleType, scores: dict[str, float], checkout: Path):
    kept = (checkout / "experiments/results/structure.md").read_text("utf-8")
    assert experiment.table(scores, experiment.digest_of_gold()) == kept, "run experiments/structure.py and commit"


def test_gold_holds_no_text(checkout: Path):
    for row in map(json.loads, (checkout / "data/labels/structure/measures.jsonl").read_text("utf-8").splitlines()):
        assert set(row) == {"doc", "sha256", "part", "units"}
        for start, end, number, kind, path in row["units"]:
            assert start < end
            assert len(number) <= 5
            assert kind in {"plan", "achievement", "principle"}
            assert all(place < end for place in path)


def test_agreement_counts_spans_boundaries_numbers_kinds_and_paths():
    gold = [Unit(0, 10, "1.", path=(0,)), Unit(11, 20, "2.", "achievement", (0,))]
    found = [Unit(0, 10, "1.", path=(3,)), Unit(11, 15, "2."), Unit(15, 20)]
    result = agreement(found, gold)
    assert result.measures == Rate(1, 3, 2)
    assert result.boundaries == Rate(4, 6, 4)
    assert result.numbers == Rate(1, 1, 1)
    assert result.paths == Rate(0, 1, 1)
    assert (result + result).measures == Rate(2, 6, 4)


def test_a_comma_after_a_number_is_no_difference():
    assert agreement([Unit(0, 5, "第一，")], [Unit(0, 5, "第一")]).numbers.f1 == 1


def test_rates():
    assert Rate(1, 2, 4).f1 == pytest.approx(1 / 3)
    assert Rate(0, 3, 4).f1 == 0
    assert Rate(0, 0, 0).f1 == 1


def test_a_headline_on_its_own_line_can_be_left_aside():
    text = "抓安全。\n排查校舍。"
    assert without_headline(text, Unit(0, len(text), "1.")) == Unit(5, len(text), "1.")
    assert without_headline(text, Unit(5, len(text))) == Unit(5, len(text))
    assert without_headline("甲" * 61 + "\n乙", Unit(0, 63)) == Unit(0, 63)


def test_the_last_heading_of_a_name_is_meant():
    outline = [Heading("甲", "一、", 1, 2, 3), Heading("甲", "二、", 1, 20, 21)]
    measure = SegmentedMeasure("1", 1, "", ["甲"], "", "丙", 10, 11, "plan")
    assert heading_starts(measure, outline) == (2,)


def test_baseline_splits_at_numbers_only():
    units = baseline("题\n一、甲\n1.乙丙\n（二）丁\n十是戊")
    assert [unit.number for unit in units] == ["一、", "1.", "（二）", "十是"]
    assert [unit.path for unit in units] == [(), (4,), (4,), (4, 14)]
    assert baseline("没有编号") == []


def test_targets_are_compared_field_by_field():
    gold = [TargetLabel(0, 4, ">=", 56.0, None, "%", "占比"), TargetLabel(8, 10, "=", 25.0, None, "所", "学校")]
    found = [Target("达56%以上", "占比", "%", ">=", 56.0, 0, 6)]
    result = compare_targets(found, gold)
    assert result.spans == Rate(0, 1, 2)
    assert result.overlaps == Rate(1, 1, 2)
    assert {name: rate.f1 for name, rate in result.fields.items()} == dict.fromkeys(result.fields, 1.0)


def test_citations_are_compared_by_title_span_and_number():
    found = [Citation("条例", None, 2019, 0, 12, "甲〔2019〕4号")]
    assert compare_citations(found, [CitationLabel(0, 4, "甲〔2019〕4号")]).fields["number"].f1 == 1
    assert compare_citations(found, [CitationLabel(0, 4, "")]).fields["number"].f1 == 0


def test_plain_expressions_for_details():
    (target,) = baseline_targets("投资90亿元", 0, 7)
    assert (target.value, target.unit, target.start, target.end) == (9e9, "元", 2, 6)
    assert [citation.title for citation in baseline_citations("按《条例》", 0, 5)] == ["条例"]


@given(st.text("甲乙丙", max_size=6), st.text("甲乙丙", max_size=6))
def test_character_overlap_is_symmetric_and_bounded(first: str, second: str):
    assert character_f1(first, second) == character_f1(second, first)
    assert 0 <= character_f1(first, second) <= 1
    assert character_f1(first, first) == 1


def test_metadata_are_compared_where_gold_states_them():
    gold = {"doc": "a", "title": "甲 乙", "issuer": None, "plan_year": 2020}
    assert metadata.compare({"title": "甲乙", "issuer": "丙", "plan_year": 2020}, gold) == {
        "title": True,
        "issuer": False,
        "plan_year": True,
    }


def test_plain_expressions_for_metadata():
    found = metadata.baseline("江州市教育局2024年工作要点\n2024-03-05\n一、甲")
    assert (found["issuer"], found["city"], found["plan_year"]) == ("江州市教育局", "江州市", 2024)
    assert (found["level"], found["published"], found["doc_type"]) == ("city", "2024-03-05", "work_points")

"""Codebooks: the shipped ones, what a user sees of a broken one, and that the field is only configuration."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classification import codebook as codebooks
from pipeline.classification.inputs import codebook_texts
from pipeline.errors import JucuoError
from pipeline.resources import shipped
from tests.classification.conftest import CODEBOOK, encode

EDUCATION = [
    "party_building",
    "integrity_conduct",
    "moral_education",
    "physical_health",
    "arts_education",
    "labor_practice",
    "preschool",
    "compulsory_education",
    "senior_high",
    "vocational_education",
    "higher_education",
    "special_education",
    "private_training",
    "lifelong_learning",
    "ethnic_language",
    "teacher_ethics",
    "teacher_workforce",
    "personnel_governance",
    "teaching_quality",
    "exams_admissions",
    "supervision_evaluation",
    "digital_education",
    "finance_facilities",
    "safety_stability",
    "student_aid",
    "rule_of_law",
    "family_community",
    "publicity",
    "planning_reform",
    "exchange_cooperation",
]
FILES = ("configs/taxonomy.yaml", "configs/codebooks/health.yaml")


def load_shipped(name: str) -> codebooks.Codebook:
    return codebooks.load(shipped(name).read_text("utf-8"), name)


def test_education_has_its_thirty_stable_ids_in_order():
    assert load_shipped(FILES[0]).ids == EDUCATION


@pytest.mark.parametrize("name", FILES)
def test_shipped_codebooks_are_complete(name):
    book = load_shipped(name)
    for category in book.categories:
        assert category.definition.endswith("。")
        assert category.includes
        assert category.examples
        assert len(category.weighted_cues) >= 10
        assert any(weight >= 2 for _, weight in category.weighted_cues)
    assert len(book.rules) >= 4


def test_education_examples_and_rules_are_worked_out():
    book = load_shipped(FILES[0])
    assert len(book.rules) == 20
    assert all(len(category.examples) >= 2 for category in book.categories)


def test_another_field_needs_no_code():
    book = load_shipped("configs/codebooks/health.yaml")
    assert not set(book.ids) & set(EDUCATION)
    texts = codebook_texts(book, encode, 48)
    assert texts.labels.any(axis=0).all()


def test_json_round_trip_keeps_digest_and_order(book):
    again = codebooks.load(book.dumps(), "stored")
    assert again == book
    assert again.digest == book.digest
    assert book.name == "library-1"


def test_every_problem_is_reported_at_once_with_place_and_hint():
    broken = (
        CODEBOOK.replace("definition: 馆舍维修", "definiton: 馆舍维修")
        .replace('version: "1"\n', "")
        .replace("id: reading", "id: Reading!")
    )
    with pytest.raises(JucuoError) as caught:
        codebooks.load(broken, "mine.yaml")
    message = caught.value.cause
    assert "mine.yaml: 4 problem(s) in the codebook" in message
    assert "version: required, but missing" in message
    assert "categories[building].definiton: unknown key; did you mean `definition`?" in message
    assert "categories[building].definition: required, but missing" in message
    assert "categories[Reading!].id" in message
    assert caught.value.remedy


def test_dangling_names_and_duplicates_are_reported_with_the_nearest_name():
    broken = CODEBOOK.replace("zh: 阅读推广", "zh: 馆藏").replace(
        "    examples:\n      - text: 维修屋面",
        "    excludes: [{text: 读书活动, see: readin}]\n    examples:\n      - {text: 混杂, labels: [colection]}\n"
        "      - text: 维修屋面",
    )
    with pytest.raises(JucuoError) as caught:
        codebooks.load(broken, "mine.yaml")
    message = caught.value.cause
    assert "2 categories have the zh `馆藏`" in message
    assert "categories[building].excludes: `readin` is no category; did you mean `reading`?" in message
    assert "`colection` is no category; did you mean `collection`?" in message
    assert "leave out building itself" in message


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "id: [", "categories: []"])
def test_what_is_no_codebook_is_refused_in_words(text):
    with pytest.raises(JucuoError) as caught:
        codebooks.load(text, "mine.yaml")
    assert "mine.yaml" in caught.value.cause
    assert caught.value.remedy


def test_unknown_category_names_the_nearest(book):
    with pytest.raises(JucuoError, match="did you mean `building`"):
        book.category("bilding")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=8), x)
    )
)
def test_any_yaml_value_is_either_a_codebook_or_a_clear_error(value):
    with pytest.raises(JucuoError):
        codebooks.load(yaml.safe_dump(value, allow_unicode=True), "x")

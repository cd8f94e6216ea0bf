"""The pipe's first half on the real documents: measures, numbers, metadata, offsets."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from facts import CHROME, NUMBERED_FROM_ONE, SEEDS

from pipeline.settings import Settings
from pipeline.stages import ingest, segment, validate
from pipeline.stages.segment import offset_map
from pipeline.workspace import Workspace

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def workspace(real_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All 51 documents, ingested and cut into measures."""
    made = Workspace(tmp_path_factory.mktemp("real"))
    ingest.run([real_corpus], made, Settings())
    segment.run(made, Settings())
    return made


def of_seed(workspace: Workspace, seed: str) -> tuple[dict[str, object], pl.DataFrame]:
    document = (
        workspace.read("documents").filter(pl.col("source_path").str.starts_with(f"seeds/{seed}")).row(0, named=True)
    )
    measures = workspace.read("measures").filter(pl.col("doc_id") == document["doc_id"]).sort("ordinal")
    return document, measures


def test_all_documents_run_through(workspace: Workspace) -> None:
    documents = workspace.read("documents")
    assert documents.height == 51
    assert {row["path"] for row in workspace.read_jsonl("interim/rejected.jsonl")} <= {"MANIFEST.csv"}
    counted = workspace.read("measures")["doc_id"].unique()
    assert set(documents["doc_id"]) == set(counted), "a document has no measures"


def test_tables_agree_and_offsets_lead_there_and_back(workspace: Workspace) -> None:
    assert validate.run(workspace)["n_violations"] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_seed_measures(workspace: Workspace, seed: str) -> None:
    _, measures = of_seed(workspace, seed)
    assert measures.height == SEEDS[seed]["n"]
    if seed in NUMBERED_FROM_ONE:
        printed = [int(re.sub(r"\D", "", number)) for number in measures["number"]]
        assert printed == list(range(1, measures.height + 1))


def test_the_shapes_of_002_and_003(workspace: Workspace) -> None:
    _, taizhou = of_seed(workspace, "002")
    assert taizhou.group_by(pl.col("heading_path").list.last(), maintain_order=True).len()["len"].to_list() == [
        6,
        10,
        10,
    ]
    assert taizhou["flags"].list.contains("headline_only").sum() == 10
    _, chongchuan = of_seed(workspace, "003")
    assert chongchuan["kind"].to_list() == ["achievement"] * 7 + ["plan"] * 7


def test_the_enumeration_inside_27_stays_inside(workspace: Workspace) -> None:
    _, jilin = of_seed(workspace, "004")
    text = jilin.filter(pl.col("number").str.contains("27"))["text"][0]
    assert all(f"{numeral}是" in text for numeral in "一二三四五六七八九")


@pytest.mark.parametrize("seed", SEEDS)
def test_seed_metadata(workspace: Workspace, seed: str) -> None:
    document, _ = of_seed(workspace, seed)
    for name, value in SEEDS[seed].items():
        if name != "n":
            found = document[name]
            assert (str(found) if name == "posted" else found) == value, f"{name} of {seed}"


def test_the_page_date_is_not_the_plan_year(workspace: Workspace) -> None:
    document, _ = of_seed(workspace, "000")
    assert document["plan_year"] != 2022


@pytest.mark.parametrize("seed", SEEDS)
def test_no_chrome_no_readings_no_table_bars(workspace: Workspace, seed: str) -> None:
    _, measures = of_seed(workspace, seed)
    for text in measures["text"]:
        assert not [word for word in CHROME if word in text]
        assert not re.search(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}[)）]", text)


def test_every_document_maps_there_and_back(workspace: Workspace) -> None:
    for document in workspace.read("documents").iter_rows(named=True):
        offsets = offset_map(document)
        n = len(document["text"])
        for start in range(0, n, max(1, n // 50)):
            end = min(n, start + 40)
            source = offsets.to_source(start, end)
            back = offsets.to_clean(source.start, source.end)
            # Inside a rewritten run there is no finer place than the run: the way back may be wider, never other.
            assert back.start <= start <= end <= back.end
            assert offsets.to_source(back.start, back.end) == source


def test_reports_have_issuer_year_and_level(workspace: Workspace, real_corpus: Path) -> None:
    manifest = pl.read_csv(real_corpus / "MANIFEST.csv")
    joined = manifest.join(workspace.read("documents"), left_on="path", right_on="source_path", suffix="_read")
    assert joined.height == 46
    assert joined.filter(pl.col("plan_year") != pl.col("year"))["path"].to_list() == []
    level = pl.when(pl.col("path").str.starts_with("national")).then(pl.lit("national")).otherwise(pl.lit("province"))
    assert joined.filter(pl.col("level") != level)["path"].to_list() == []

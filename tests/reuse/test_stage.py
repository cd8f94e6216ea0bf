"""The stage: tables on disk, and growing a workspace document by document gives the bytes of a rebuild."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from reuse_plans import CANTEEN, MENTORS, READING, SAFETY, SCHOOLS, Frames, frames

from pipeline.errors import JucuoError
from pipeline.settings import ReuseParams, Settings
from pipeline.stages import reuse
from pipeline.stages.embed import CARD, VECTORS
from pipeline.stages.reuse_state import CARD as STATE_CARD
from pipeline.stages.reuse_state import TABLES
from pipeline.workspace import Workspace

SETTINGS = Settings(reuse=ReuseParams(boilerplate_issuers=4))
POOL = [SCHOOLS, READING, SAFETY, CANTEEN, MENTORS]
OUTPUTS = ("processed/reuse_pairs.parquet", "processed/passages.parquet", "processed/families.parquet")


def many(seed: int) -> Frames:
    """Twelve plans of nine bureaus, each four edited measures of a pool of five."""
    rng = np.random.default_rng(seed)
    plans = []
    for n in range(12):
        texts = []
        for k in rng.permutation(len(POOL))[:4]:
            text = list(POOL[k])
            for _ in range(rng.integers(0, 9)):
                text[rng.integers(len(text))] = "教学安全管理"[rng.integers(6)]
            texts.append("".join(text))
        year, level = 2018 + n % 4, "national" if n == 5 else "county"
        plans.append({"id": f"d{n:02}", "issuer": f"{n % 9}局", "plan_year": year, "level": level, "measures": texts})
    return frames(*plans)


def fill(workspace: Workspace, documents: pl.DataFrame, measures: pl.DataFrame) -> None:
    """What ingest, segment and embed would have left; the vector of a text follows from the text alone."""
    workspace.write("documents", documents.sort("doc_id"))
    workspace.write("measures", measures.sort("doc_id", "ordinal"))
    texts = measures.sort("doc_id", "ordinal")["text"]
    raw = np.array([np.random.default_rng(list(text.encode())).normal(size=8) for text in texts]).reshape(-1, 8)
    vectors = (raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    workspace.write_array(VECTORS, vectors)
    workspace.write_json(CARD, {"centring": {"source": "shipped", "mean": [0.0] * 8}})


def outputs(workspace: Workspace) -> list[bytes]:
    return [workspace.path(name).read_bytes() for name in OUTPUTS]


def rebuilt(
    folder: Path, documents: pl.DataFrame, measures: pl.DataFrame, settings: Settings = SETTINGS
) -> list[bytes]:
    workspace = Workspace(folder)
    fill(workspace, documents, measures)
    reuse.run(workspace, settings)
    assert not workspace.path(STATE_CARD).exists(), "a stage run by itself leaves no state"
    return outputs(workspace)


# By sketches from the 25th measure on, which the third step and the fourth cross; and never.
@pytest.mark.parametrize("exact_up_to", [24, 100_000])
@pytest.mark.parametrize("seed", range(3))
def test_documents_added_removed_and_changed_in_any_order_give_the_bytes_of_a_rebuild(
    tmp_path: Path, seed: int, exact_up_to: int
) -> None:
    settings = Settings(reuse=ReuseParams(boilerplate_issuers=4, exact_up_to=exact_up_to, sampled=6, rarest=2))
    documents, measures = many(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(documents["doc_id"].to_list()).tolist()
    steps = [order[:5], order[:8], [*order[:3], *order[4:9]], order[2:10], order]
    grown = Workspace(tmp_path / "grown")
    for n, present in enumerate(steps):
        if n == 3:  # one document is dated otherwise from now on, which turns its pairs and passages around
            documents = documents.with_columns(
                plan_year=pl.when(pl.col("doc_id") == present[0]).then(2030).otherwise("plan_year")
            )
        docs = documents.filter(pl.col("doc_id").is_in(present))
        mine = measures.filter(pl.col("doc_id").is_in(present))
        fill(grown, docs, mine)
        counts = reuse.run(grown, settings, grow=True)
        assert outputs(grown) == rebuilt(tmp_path / f"rebuilt-{n}", docs, mine, settings)
    assert counts["n_pairs"] > 10
    assert counts["n_passages"] > 10


@pytest.fixture
def grown(tmp_path: Path) -> Workspace:
    """A workspace with the state of eight documents, and twelve documents waiting."""
    documents, measures = many(7)
    first = documents["doc_id"].to_list()[:8]
    workspace = Workspace(tmp_path / "grown")
    fill(workspace, documents.filter(pl.col("doc_id").is_in(first)), measures.filter(pl.col("doc_id").is_in(first)))
    reuse.run(workspace, SETTINGS, grow=True)
    fill(workspace, documents, measures)
    return workspace


@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_state_counts_as_none(grown: Workspace, tmp_path: Path, name: str) -> None:
    path = grown.path(f"features/reuse/{name}.parquet")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(bytes(data))
    reuse.run(grown, SETTINGS, grow=True)
    assert outputs(grown) == rebuilt(tmp_path / "rebuilt", *many(7))


def test_a_state_of_other_parameters_counts_as_none(grown: Workspace, tmp_path: Path) -> None:
    strict = Settings(reuse=ReuseParams(boilerplate_issuers=4, near=0.95, min_passage=40))
    reuse.run(grown, strict, grow=True)
    assert outputs(grown) == rebuilt(tmp_path / "rebuilt", *many(7), settings=strict)


def test_a_known_document_is_not_compared_again(grown: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    update = reuse.update_pairs

    def noted(*arguments: object, added: list[str], **options: object) -> pl.DataFrame:
        seen.append(sorted(added))
        return update(*arguments, added=added, **options)

    monkeypatch.setattr(reuse, "update_pairs", noted)
    reuse.run(grown, SETTINGS, grow=True)
    reuse.run(grown, SETTINGS, grow=True)
    assert seen == [["d08", "d09", "d10", "d11"], []]


CENTRAL = """国务院关于办好家门口学校的意见
国发〔2021〕12号

{text}
国务院
2021年3月1日
"""


@pytest.mark.parametrize(("year", "origin"), [(2019, "horizontal"), (2022, "central")])
def test_wording_is_central_from_the_day_of_the_document_in_the_named_folder(
    tmp_path: Path, year: int, origin: str
) -> None:
    (tmp_path / "central").mkdir()
    (tmp_path / "central" / "opinion.txt").write_text(CENTRAL.format(text=SAFETY), "utf-8")
    plans = [{"id": name, "issuer": f"{name}局", "plan_year": year, "measures": [SAFETY]} for name in ("甲", "乙")]
    workspace = Workspace(tmp_path / "work")
    fill(workspace, *frames(*plans))
    for settings, expected in ((Settings(), "horizontal"), (Settings(central=str(tmp_path / "central")), origin)):
        reuse.run(workspace, settings, grow=True)
        assert workspace.read("passages")["origin"].to_list() == [expected]


def test_a_central_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    fill(workspace, *frames({"id": "甲", "issuer": "甲局", "measures": [SAFETY]}))
    with pytest.raises(JucuoError, match="nowhere"):
        reuse.run(workspace, Settings(central=str(tmp_path / "nowhere")))

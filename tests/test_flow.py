"""The whole pipe as its users call it: from Python, on a small corpus, twice."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import polars as pl
import pytest

import pipeline
from pipeline.api import Opened
from pipeline.errors import JucuoError
from pipeline.schemas import TABLES, check
from pipeline.stages.flow import Summary

PLANS = ("landong/2023.txt", "songping/2024.txt", "wangchao/2022.txt")


@pytest.fixture(scope="module")
def corpus(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans")
    for name in PLANS:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(checkout / "data/sample" / name, folder / name)
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def first(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return pipeline.run(corpus, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def opened(first: Summary) -> Opened:
    return pipeline.open(first.workspace)


def digests(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_table_is_there_and_valid(opened: Opened) -> None:
    for name, table in TABLES.items():
        assert check(getattr(opened, name), table) is not None


def test_the_summary_says_what_came_out(first: Summary) -> None:
    assert [d["source_path"] for d in first.documents] == sorted(PLANS)
    assert [r["reason"] for r in first.rejected] == ["empty"]
    assert first.n_measures == sum(d["n_measures"] for d in first.documents) > 50
    assert Path(first.report).stat().st_size > 10_000


def test_the_same_corpus_gives_the_same_bytes_and_encodes_nothing_again(
    first: Summary, corpus: Path, tmp_path: Path
) -> None:
    again = pipeline.run([corpus], tmp_path)
    assert again.n_encoded == 0
    assert digests(tmp_path) == digests(Path(first.workspace))


def test_borrowed_measures_are_found(opened: Opened) -> None:
    related = opened.reuse_pairs.filter(~pl.col("same_issuer"))
    joined = {(a.split("-")[0], b.split("-")[0]) for a, b in related.select("a", "b").iter_rows()}
    assert ("landong", "songping") in joined
    assert opened.passages.filter(pl.col("n_chars") > 50).height > 0


def test_similar_by_measure_by_text_and_by_examples(opened: Opened) -> None:
    measure = opened.reuse_pairs.filter(~pl.col("same_issuer"))["a"][0]
    partner = opened.reuse_pairs.filter(pl.col("a") == measure)["b"][0]
    found = opened.similar(measure=measure, top=3, other_documents=True)
    assert partner in found["measure_id"].to_list()
    assert found["rank"].to_list() == [1, 2, 3]
    assert found["score"].is_sorted(descending=True)
    by_text = opened.similar(text="校园安全隐患排查和应急演练", top=2)
    assert by_text.height == 2
    assert opened.similar(examples=[measure, "师德考核"], top=4, issuer="松坪").height == 4


def test_an_unknown_filter_and_an_unknown_measure_are_sentences(opened: Opened) -> None:
    with pytest.raises(JucuoError, match="unknown filter colour"):
        opened.similar(text="学前教育", colour="red")
    with pytest.raises(JucuoError):
        opened.similar(measure="nowhere/1")


def test_a_workspace_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JucuoError, match="there is no workspace"):
        pipeline.open(tmp_path / "none")

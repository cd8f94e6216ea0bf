from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from workspaces import small_workspace

from pipeline.report import ReportInput, render
from pipeline.reuse import share_matrix
from pipeline.settings import ReuseParams
from pipeline.workspace import Workspace


def given(workspace: Workspace) -> ReportInput:
    documents, passages = workspace.read("documents"), workspace.read("passages")
    return ReportInput(
        documents=documents,
        measures=workspace.read("measures"),
        assignments=workspace.read("assignments"),
        passages=passages,
        shares=share_matrix(documents, passages, ReuseParams()),
        families=workspace.read("families"),
        rejected=workspace.read_jsonl("interim/rejected.jsonl"),
        categories={"preschool": "学前教育", "safety_stability": "安全稳定"},
        versions={"编码手册": "test-1"},
    )


@pytest.fixture
def tables(tmp_path: Path) -> ReportInput:
    return given(small_workspace(tmp_path))


def test_the_page_shows_counts_families_differences_and_what_was_set_aside(tables: ReportInput) -> None:
    page = render(tables)
    assert "<b>2</b>份文件" in page
    assert "<b>4</b>条举措" in page
    assert "<b>1</b>条未归类" in page
    assert "<mark>9</mark>" in page
    assert "bad.pdf" in page
    assert "桥西区教育局（2）" in page


def test_the_page_asks_nothing_of_the_network(tables: ReportInput) -> None:
    page = render(tables)
    for outside in ("http://", "https://", "<script", "src=", "@import", "url("):
        assert outside not in page


def test_script_in_a_document_stays_text(tables: ReportInput) -> None:
    documents = tables.documents.with_columns(title=pl.lit("<script>alert(1)</script>"))
    page = render(ReportInput(**(vars(tables) | {"documents": documents})))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_an_empty_corpus_says_why_nothing_is_drawn(tables: ReportInput) -> None:
    emptied = {
        n: getattr(tables, n).clear()
        for n in ("documents", "measures", "assignments", "passages", "shares", "families")
    }
    page = render(ReportInput(**(vars(tables) | emptied)))
    assert "没有举措可画" in page
    assert "没有发现达到长度下限的共用文字" in page

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from workspaces import small_workspace

from pipeline.schemas import TABLES
from pipeline.stages.exporting import Selection, graphml, select, write
from pipeline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_workspace(tmp_path / "work")


def test_filters_select_measures_and_what_is_about_them(workspace: Workspace) -> None:
    everything = select(workspace)
    assert set(everything.tables) == set(TABLES)
    one = select(workspace, issuer="柳湾", category="preschool")
    assert one.tables["measures"]["measure_id"].to_list() == ["liuwan-2023-aaaaaa/1.1"]
    assert one.tables["documents"].height == 1
    assert one.tables["reuse_pairs"].height == 1
    assert select(workspace, year=1999).tables["measures"].height == 0


def test_csv_and_jsonl_carry_ids_offsets_and_versions(workspace: Workspace) -> None:
    selection = select(workspace)
    table = pl.read_csv(io.StringIO(write(selection, "measures", "csv", None).text))
    assert {"measure_id", "start", "source_start", "sha256", "model_digest", "codebook", "issuer"} <= set(table.columns)
    rows = [json.loads(line) for line in write(selection, "measures", "jsonl", None).text.splitlines()]
    assert rows[0]["categories"] == ["preschool"]
    assert rows[0]["heading_path"] == ["一、学前教育"]


def test_a_spreadsheet_gets_no_formula(workspace: Workspace, tmp_path: Path) -> None:
    measures = select(workspace).tables["measures"].with_columns(text=pl.lit("=HYPERLINK(1)"))
    selection = Selection({"measures": measures})
    assert "'=HYPERLINK" in write(selection, "measures", "csv", None).text
    output = tmp_path / "m.xlsx"
    write(selection, "measures", "xlsx", output)
    import openpyxl

    cells = [cell for row in openpyxl.load_workbook(output).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "'=HYPERLINK(1)" for cell in cells)


def test_every_format_can_be_read_back(workspace: Workspace, tmp_path: Path) -> None:
    selection = select(workspace)
    n = selection.tables["measures"].height
    for fmt in ("csv", "jsonl", "parquet", "xlsx", "sqlite", "graphml"):
        assert write(selection, "measures", fmt, tmp_path / f"out.{fmt}").rows == n
    assert pl.read_parquet(tmp_path / "out.parquet").height == n
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with sqlite3.connect(tmp_path / "out.sqlite") as database:
        assert database.execute("select count(*) from measures").fetchone() == (n,)
        assert database.execute("select count(*) from families").fetchone() == (2,)
    graph = nx.read_graphml(tmp_path / "out.graphml")
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (n, 1)


def test_the_graph_leaves_out_what_is_unknown(workspace: Workspace) -> None:
    selection = select(workspace)
    selection.tables["measures"] = selection.tables["measures"].with_columns(issuer=pl.lit(None, dtype=pl.String))
    graph = nx.parse_graphml(graphml(selection))
    assert all("issuer" not in data for _, data in graph.nodes(data=True))

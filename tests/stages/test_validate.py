from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from workspaces import small_workspace

from pipeline.errors import JucuoError
from pipeline.stages import validate
from pipeline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_workspace(tmp_path)


def test_tables_that_agree_pass_and_say_how_much_text_they_cover(workspace: Workspace) -> None:
    metrics = validate.run(workspace)
    assert metrics["n_checked"] == 4
    assert 0.4 < metrics["share_of_text_in_measures"] < 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (pl.col("start") + 1, "differs from the document's text"),
        (pl.lit(10_000, dtype=pl.Int64).alias("source_end"), "lies beyond the source"),
        (pl.lit("nowhere-2020-abcdef").alias("doc_id"), "names no doc_id"),
        ((pl.col("source_start") + 1).alias("source_start"), "does not map back"),
    ],
)
def test_each_contradiction_is_named(workspace: Workspace, change: pl.Expr, says: str) -> None:
    measures = workspace.read("measures").with_columns(change)
    workspace.write("measures", measures)
    with pytest.raises(JucuoError, match=says):
        validate.run(workspace)


def test_overlapping_measures_are_found(workspace: Workspace) -> None:
    measures = workspace.read("measures")
    doubled = measures.with_columns(measure_id=pl.col("measure_id") + "~2")
    found = validate.find_violations(workspace.read("documents"), pl.concat([measures, doubled]))
    assert any("overlaps" in str(violation) for violation in found)

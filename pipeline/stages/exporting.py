"""Exports: what a filter selects, in the formats people open, with ids, offsets and versions."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.joined import with_documents, with_labels
from pipeline.schemas import PASSAGES
from pipeline.settings import ReuseParams
from pipeline.stages import issuers
from pipeline.workspace import Workspace, atomic

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so; such text gets an apostrophe in front (OWASP: CSV injection)."""


@dataclass(frozen=True)
class Selection:
    """The tables of a workspace, cut down to the measures a filter selects and what refers to them."""

    tables: dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Written:
    """How many rows went out; `text` is filled only when nothing was written to a file."""

    rows: int
    text: str = ""


def _measures(workspace: Workspace) -> pl.DataFrame:
    measures = with_documents(workspace.read("measures"), workspace.read("documents"))
    return with_labels(measures, workspace.read("assignments")) if workspace.has("assignments") else measures


def select(
    workspace: Workspace,
    issuer: str | None = None,
    province: str | None = None,
    year: int | None = None,
    category: str | None = None,
    kind: str | None = None,
) -> Selection:
    """The measures that pass every given filter, and the rows of the other tables about them."""
    measures = _measures(workspace)
    wanted = pl.lit(value=True)
    if issuer is not None:
        wanted &= pl.col("issuer").str.contains(issuer, literal=True)
    if province is not None:
        wanted &= pl.col("province") == province
    if year is not None:
        wanted &= pl.col("plan_year") == year
    if category is not None:
        wanted &= pl.col("categories").list.contains(category)
    if kind is not None:
        wanted &= pl.col("kind") == kind
    measures = measures.filter(wanted).sort("doc_id", "ordinal")
    ids, docs = measures["measure_id"].to_list(), measures["doc_id"].unique().to_list()
    about = {
        "documents": pl.col("doc_id").is_in(docs),
        "assignments": pl.col("measure_id").is_in(ids),
        "reuse_pairs": pl.col("a").is_in(ids) | pl.col("b").is_in(ids),
        "passages": pl.col("a_doc").is_in(docs) | pl.col("b_doc").is_in(docs),
        "families": pl.col("measure_id").is_in(ids),
    }
    tables = {name: workspace.read(name).filter(rows) for name, rows in about.items() if workspace.has(name)}
    return Selection({"measures": measures, **tables})


def with_issuers(selection: Selection, params: ReuseParams) -> Selection:
    """The selection with the table `issuers`: what the issuers of its documents share, one row for each direction."""
    empty = PASSAGES.empty()
    shares = issuers.matrix(selection.tables["documents"], selection.tables.get("passages", empty), params)
    return Selection({**selection.tables, "issuers": shares})


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists and structs as JSON text, for formats that have neither."""
    nested = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List | pl.Struct)]
    rows = {
        name: [json.dumps(value, ensure_ascii=False, default=str) for value in frame[name].to_list()] for name in nested
    }
    return frame.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in rows.items())


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would run as a formula, made plain text."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    risky = {name: pl.col(name).str.slice(0, 1).is_in(list(FORMULA_STARTS)) for name in text}
    return frame.with_columns(
        pl.when(found).then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name, found in risky.items()
    )


def _sqlite(selection: Selection, path: Path) -> None:
    path.unlink()  # an empty temporary file is no database yet
    with sqlite3.connect(path) as database:
        for name, frame in selection.tables.items():
            flat = _flat(frame).with_columns(pl.col(pl.Date).cast(pl.String))
            columns = ", ".join(f'"{column}"' for column in flat.columns)
            marks = ", ".join("?" * flat.width)
            database.execute(f'CREATE TABLE "{name}" ({columns})')
            database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', flat.iter_rows())  # noqa: S608 - our own names
    database.close()


def graphml(selection: Selection) -> str:
    """Measures as nodes and the pairs among them as edges from earlier to later, in GraphML, for Gephi and networkx."""
    import networkx as nx

    measures = selection.tables["measures"]
    ids = measures["measure_id"].to_list()
    pairs = selection.tables.get("reuse_pairs", pl.DataFrame(schema={"a": pl.String, "b": pl.String}))
    inside = pairs.filter(pl.col("a").is_in(ids) & pl.col("b").is_in(ids))
    graph = nx.DiGraph()
    fields = [name for name in ("issuer", "plan_year", "headline", "primary") if name in measures.columns]
    for row in measures.select("measure_id", *fields).iter_rows(named=True):
        graph.add_node(row.pop("measure_id"), **_present(row))
    for row in inside.iter_rows(named=True):
        graph.add_edge(row.pop("a"), row.pop("b"), **_present(row))
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


def _present(row: dict[str, object]) -> dict[str, object]:
    """GraphML has no null: what is unknown is left out."""
    return {name: value for name, value in row.items() if value is not None}


def write(selection: Selection, table: str, fmt: str, output: Path | None) -> Written:
    """Write a table to `output` (sqlite: all; graphml: issuers, else pairs), or return csv and jsonl as text."""
    frame = selection.tables.get(table, pl.DataFrame())
    if fmt == "jsonl":
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in frame.iter_rows(named=True))
        text = "".join(line + "\n" for line in lines)
    elif fmt == "csv":
        text = _harmless(_flat(frame)).write_csv()
    elif fmt == "graphml":
        of_issuers = table == "issuers"
        text = issuers.graphml(selection.tables["documents"], frame) if of_issuers else graphml(selection)
    else:
        text = ""
    if output is None:
        return Written(frame.height, text)
    writers = {
        # Excel takes a file without the mark for the system's own encoding, and shows Chinese as noise.
        "csv": lambda p: p.write_text("\ufeff" + text, "utf-8"),
        "jsonl": lambda p: p.write_text(text, "utf-8"),
        "graphml": lambda p: p.write_text(text, "utf-8"),
        "parquet": frame.write_parquet,
        "sqlite": lambda p: _sqlite(selection, p),
        "xlsx": lambda p: _xlsx(_harmless(_flat(frame)), table, p),
    }
    atomic(output, writers[fmt])
    return Written(frame.height)


def _xlsx(frame: pl.DataFrame, name: str, path: Path) -> None:
    import xlsxwriter

    with (
        path.open("wb") as file,
        xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book,
    ):
        frame.write_excel(book, worksheet=name, autofit=False, freeze_panes=(1, 0))

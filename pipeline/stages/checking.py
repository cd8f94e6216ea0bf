"""What a person should look at in a corpus: gaps, duplicates, damage, documents without measures."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from pipeline.cleaning.repeats import repeated_lines
from pipeline.workspace import Workspace


def findings(workspace: Workspace) -> list[dict[str, str]]:
    """One row a finding: `document`, `what`, `detail`, sorted by document."""
    documents = workspace.read("documents")
    found = [
        _finding(r["path"], f"set aside ({r['reason']})", r["detail"])
        for r in workspace.read_jsonl("interim/rejected.jsonl")
    ]
    columns = ("source_path", "issuer", "plan_year", "province", "level", "n_damaged")
    for row in documents.select(columns).iter_rows(named=True):
        expected = ("issuer", "plan_year", *(() if row["level"] == "national" else ("province",)))
        gaps = [name for name in expected if row[name] is None]
        if gaps:
            found.append(_finding(row["source_path"], "metadata gap", f"unknown: {', '.join(gaps)}"))
        if row["n_damaged"]:
            found.append(_finding(row["source_path"], "damage", f"{row['n_damaged']} place(s) left unrepaired"))
    if workspace.has("measures"):
        found += _cutting(documents, workspace.read("measures"))
    found += [_finding(path, "same text", f"as {first}") for path, first in _same_text(documents)]
    found += _repeated(documents)
    return sorted(found, key=lambda f: (f["document"], f["what"]))


def _cutting(documents: pl.DataFrame, measures: pl.DataFrame) -> list[dict[str, str]]:
    """Documents without measures, and those whose paragraphs are printed in pieces."""
    empty = documents.join(measures, on="doc_id", how="anti")["source_path"]
    pieces = pl.col("flags").list.contains("pieces").sum()
    counts = measures.group_by("doc_id").agg(pieces=pieces, all=pl.len()).filter(pl.col("pieces") > 0)
    broken = documents.join(counts, on="doc_id").select("source_path", "pieces", "all")
    return [
        *(_finding(p, "no measures", "nothing in it is a numbered item or a paragraph under a heading") for p in empty),
        *(
            _finding(path, "printed in pieces", f"where {n} of {total} measures begin and end is a guess: flag pieces")
            for path, n, total in broken.iter_rows()
        ),
    ]


def _repeated(documents: pl.DataFrame) -> list[dict[str, str]]:
    """Lines that stand at the edges of half of a folder's documents, three at least: one folder is one site."""
    sites: dict[str, list[str]] = defaultdict(list)
    for path, text in documents.select("source_path", "text").iter_rows():
        sites[path.rpartition("/")[0]].append(text)
    advice = "if it is page furniture, name it in clean.furniture"
    return [
        _finding(f"{site or '.'}/", "repeated line", f"{line!r} in {count} of {len(texts)} documents; {advice}")
        for site, texts in sorted(sites.items())
        for line, count in repeated_lines(texts).items()
    ]


def _same_text(documents: pl.DataFrame) -> list[tuple[str, str]]:
    """Documents whose clean text another one has too, though their files differ."""
    first = documents.sort("source_path").with_columns(first=pl.col("source_path").first().over("text"))
    doubled = first.filter(pl.col("source_path") != pl.col("first"))
    return list(doubled.select("source_path", "first").iter_rows())


def _finding(document: str, what: str, detail: str) -> dict[str, str]:
    return {"document": document, "what": what, "detail": detail}

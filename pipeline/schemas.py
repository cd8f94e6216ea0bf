"""Every table the pipe passes from room to room: columns, types, meaning and checks.

This module imports nothing of ours. A table is a Polars frame; `check` compares it with its definition and
reports every violation at once, each with table, column, row id and value. Extra columns are allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

MAX_EXAMPLES = 5
"""Violations of one rule shown before the rest is only counted: a broken column would print a million lines."""

TARGET = pl.Struct(
    {
        "text": pl.String,
        "quantity": pl.String,
        "unit": pl.String,
        "comparator": pl.String,
        "value": pl.Float64,
        "start": pl.Int64,
        "end": pl.Int64,
        "high": pl.Float64,
    }
)
CITATION = pl.Struct(
    {
        "title": pl.String,
        "issuer": pl.String,
        "year": pl.Int64,
        "start": pl.Int64,
        "end": pl.Int64,
        "number": pl.String,
    }
)
DEADLINE = pl.Struct({"text": pl.String, "due": pl.String, "start": pl.Int64, "end": pl.Int64})
DUTY = pl.Struct({"unit": pl.String, "lead": pl.Boolean, "start": pl.Int64, "end": pl.Int64})
SPAN = pl.Struct({"start": pl.Int64, "end": pl.Int64})
CHANGE = pl.Struct(
    {
        "rule": pl.String,
        "source_start": pl.Int64,
        "source_end": pl.Int64,
        "before": pl.String,
        "after": pl.String,
    }
)

LEVELS = ("national", "province", "city", "county")
DOC_TYPES = ("work_points", "plan", "summary_and_plan", "opinion", "government_report", "other")
SCRIPTS = ("hans", "hant")
KINDS = ("plan", "achievement", "principle")
SOURCES = ("model", "analyst")
RELATIONS = ("identical", "near", "contains", "contained", "paraphrase")
ORIGINS = ("central", "common_upstream", "horizontal", "series", "unknown")
DIRECTIONS = ("a_first", "b_first", "unknown")


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, what it means, and what its values must satisfy."""

    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False
    one_of: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Rule:
    """A check over several columns: `violated` is a boolean expression that is true for bad rows."""

    message: str
    violated: Callable[[], pl.Expr]


@dataclass(frozen=True)
class Table:
    """A table: file below the workspace, columns, the columns that identify a row, and row rules."""

    name: str
    path: str
    row: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = field(default=())

    @property
    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Column name to Polars type, in the order of definition."""
        return {name: column.dtype for name, column in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        """A frame with the right columns and no rows."""
        return pl.DataFrame(schema=self.schema)


@dataclass(frozen=True)
class Violation:
    """One way a frame departs from its table; `rows` are ids of examples, `count` all of them."""

    table: str
    column: str
    problem: str
    count: int = 1
    rows: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line for people."""
        where = f" (rows {', '.join(self.rows)}{' …' if self.count > len(self.rows) else ''})" if self.rows else ""
        return f"{self.table}.{self.column}: {self.problem}{where}"


class TableError(ValueError):
    """A frame does not satisfy its table; `violations` lists everything that is wrong."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        lines = "\n  ".join(str(violation) for violation in violations)
        super().__init__(f"{len(violations)} problem(s) in a table:\n  {lines}")


def _interval(start: str, end: str) -> Rule:
    return Rule(
        f"needs 0 <= {start} <= {end}",
        lambda: (pl.col(start) < 0) | (pl.col(end) < pl.col(start)),
    )


def _share(meaning: str) -> Column:
    return Column(pl.Float64, meaning, low=0.0, high=1.0)


DOCUMENTS = Table(
    "documents",
    "interim/documents.parquet",
    "one document",
    {
        "doc_id": Column(pl.String, "place, year and the first six hex digits of the file's sha256"),
        "source_path": Column(pl.String, "path relative to the corpus; members of an archive after `!/`"),
        "sha256": Column(pl.String, "digest of the file's bytes"),
        "encoding": Column(pl.String, "how the bytes were decoded"),
        "media_type": Column(pl.String, "text/plain, text/html, application/pdf, …"),
        "source_text": Column(pl.String, "text as extracted, before cleaning"),
        "text": Column(pl.String, "clean text, simplified script"),
        "title": Column(pl.String, "the document's own title"),
        "issuer": Column(pl.String, "who issued it; of joint issuers the bureau", nullable=True),
        "joint_issuers": Column(pl.List(pl.String), "all who issued it, in the order printed"),
        "province": Column(pl.String, "full name of the province", nullable=True),
        "city": Column(pl.String, "full name of the city", nullable=True),
        "county": Column(pl.String, "full name of the county or district", nullable=True),
        "level": Column(pl.String, "level of the issuer", nullable=True, one_of=LEVELS),
        "doc_type": Column(pl.String, "what kind of document", one_of=DOC_TYPES),
        "plan_year": Column(pl.Int64, "year the measures are for, from the text", nullable=True, low=1949, high=2100),
        "published": Column(pl.Date, "the document's own date", nullable=True),
        "posted": Column(pl.Date, "the web page's date", nullable=True),
        "script": Column(pl.String, "script of the source", one_of=SCRIPTS),
        "n_removed_chars": Column(pl.Int64, "source characters not in the clean text", low=0),
        "n_repaired": Column(pl.Int64, "damaged places repaired", low=0),
        "n_damaged": Column(pl.Int64, "damaged places left unrepaired", low=0),
        "evidence": Column(pl.String, "JSON: field -> rule, quoted span, clean offsets"),
        "map_clean": Column(pl.List(pl.Int64), "offset map: clean offsets where a run begins"),
        "map_source": Column(pl.List(pl.Int64), "offset map: source offset of each run, same length"),
        "map_length": Column(pl.List(pl.Int64), "offset map: source length of each run, same length"),
        "damaged": Column(pl.List(SPAN), "clean offsets of damage left unrepaired"),
        "changes": Column(pl.List(CHANGE), "every change cleaning made: rule, source offsets, before, after"),
    },
    ("doc_id",),
)

MEASURES = Table(
    "measures",
    "interim/measures.parquet",
    "one measure",
    {
        "measure_id": Column(pl.String, "doc_id, a slash and the numbering path"),
        "doc_id": Column(pl.String, "document it stands in"),
        "ordinal": Column(pl.Int64, "reading order within the document, from 1", low=1),
        "number": Column(pl.String, "as printed (`16.`, `一是`, `（二）`), empty if none"),
        "heading_path": Column(pl.List(pl.String), "titles above it, outermost first"),
        "headline": Column(pl.String, "first clause or run-in title"),
        "text": Column(pl.String, "clean text without the number"),
        "start": Column(pl.Int64, "clean offset of the text's first character"),
        "end": Column(pl.Int64, "clean offset after its last character"),
        "source_start": Column(pl.Int64, "source offset of its first character"),
        "source_end": Column(pl.Int64, "source offset after its last character"),
        "kind": Column(pl.String, "planned, reported as done, or a principle", one_of=KINDS),
        "n_chars": Column(pl.Int64, "code points of the text", low=1),
        "targets": Column(pl.List(TARGET), "quantified targets; offsets within the clean text of the document"),
        "citations": Column(pl.List(CITATION), "documents cited in 《》; offsets as for targets"),
        "deadlines": Column(pl.List(DEADLINE), "when something is to be done; offsets as for targets"),
        "duties": Column(pl.List(DUTY), "responsible units; offsets as for targets"),
        "flags": Column(pl.List(pl.String), "damaged, headline_only, omnibus, pieces, …"),
    },
    ("measure_id",),
    (
        _interval("start", "end"),
        _interval("source_start", "source_end"),
        Rule("n_chars differs from the text", lambda: pl.col("n_chars") != pl.col("text").str.len_chars()),
    ),
)

ASSIGNMENTS = Table(
    "assignments",
    "processed/assignments.parquet",
    "one (measure, category) with probability >= 0.05, and every assigned one",
    {
        "measure_id": Column(pl.String, "measure"),
        "category": Column(pl.String, "category id of the codebook"),
        "probability": _share("calibrated probability"),
        "assigned": Column(pl.Boolean, "at or above the category's threshold, or set by an analyst"),
        "primary": Column(pl.Boolean, "what the measure is mainly about; at most one a measure"),
        "rank": Column(pl.Int64, "1 for the most probable category", low=1),
        "source": Column(pl.String, "who assigned it", one_of=SOURCES),
        "model_digest": Column(pl.String, "digest of the classifier"),
        "codebook": Column(pl.String, "version of the codebook"),
    },
    ("measure_id", "category"),
    (Rule("primary but not assigned", lambda: pl.col("primary") & ~pl.col("assigned")),),
)

REUSE_PAIRS = Table(
    "reuse_pairs",
    "processed/reuse_pairs.parquet",
    "one related pair of measures",
    {
        "a": Column(pl.String, "measure id, earlier or equal by date, then by id"),
        "b": Column(pl.String, "measure id"),
        "relation": Column(pl.String, "of a to b", one_of=RELATIONS),
        "edit_similarity": _share("1 - Levenshtein distance / longer length, on normalised text"),
        "containment_a": _share("share of a covered by b"),
        "containment_b": _share("share of b covered by a"),
        "weighted_jaccard": _share("shingle overlap weighted by idf over issuers"),
        "cosine": Column(pl.Float64, "centred cosine of the vectors", low=-1.001, high=1.001),
        "distinctive": _share("share of the overlap that is not boilerplate"),
        "same_issuer": Column(pl.Boolean, "both from one issuer"),
        "years_apart": Column(pl.Int64, "plan_year of b minus that of a", nullable=True),
    },
    ("a", "b"),
    (Rule("a pair of a measure with itself", lambda: pl.col("a") == pl.col("b")),),
)

_PASSAGE_OFFSETS = {
    f"{side}_{edge}": Column(pl.Int64, f"{kind} offset in document {side}", low=0)
    for kind, edges in (("clean", ("start", "end")), ("source", ("source_start", "source_end")))
    for side in "ab"
    for edge in edges
}

PASSAGES = Table(
    "passages",
    "processed/passages.parquet",
    "one shared passage of two documents",
    {
        "passage_id": Column(pl.String, "stable id from both documents and offsets"),
        "a_doc": Column(pl.String, "document, earlier or equal by date, then by id"),
        "b_doc": Column(pl.String, "document"),
        "a_measure": Column(pl.String, "measure that holds most of it, if any", nullable=True),
        "b_measure": Column(pl.String, "measure that holds most of it, if any", nullable=True),
        **_PASSAGE_OFFSETS,
        "n_chars": Column(pl.Int64, "aligned length in characters", low=1),
        "identity": _share("aligned matches / aligned length"),
        "information": Column(pl.Float64, "sum of idf weights of the matched characters", low=0.0),
        "origin": Column(pl.String, "kind of sharing", one_of=ORIGINS),
        "direction": Column(pl.String, "which is the earlier in this corpus", one_of=DIRECTIONS),
    },
    ("passage_id",),
    tuple(_interval(f"{s}_{p}start", f"{s}_{p}end") for s in "ab" for p in ("", "source_")),
)

FAMILIES = Table(
    "families",
    "processed/families.parquet",
    "one (family, member)",
    {
        "family_id": Column(pl.String, "stable id of the family"),
        "measure_id": Column(pl.String, "member"),
        "is_medoid": Column(pl.Boolean, "the member every other is verified against"),
        "similarity": _share("edit similarity to the medoid"),
        "n_members": Column(pl.Int64, "members of the family", low=2),
        "n_issuers": Column(pl.Int64, "issuers among them", low=0),
        "first_year": Column(pl.Int64, "earliest plan year in this corpus", nullable=True),
        "first_issuer": Column(pl.String, "issuer of the earliest, if it is known and single", nullable=True),
        "relation": Column(pl.String, "of the member to the medoid", one_of=RELATIONS),
    },
    ("family_id", "measure_id"),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (DOCUMENTS, MEASURES, ASSIGNMENTS, REUSE_PAIRS, PASSAGES, FAMILIES)
}


def _ids(frame: pl.DataFrame, table: Table, mask: pl.Series) -> tuple[str, ...]:
    rows = frame.filter(mask).head(MAX_EXAMPLES)
    if all(column in frame.columns for column in table.key):
        return tuple("+".join(str(value) for value in row) for row in rows.select(table.key).iter_rows())
    return tuple(str(i) for i in mask.arg_true().head(MAX_EXAMPLES))


def _values(frame: pl.DataFrame, name: str, mask: pl.Series) -> str:
    shown = frame.filter(mask)[name].head(3).to_list()
    return ", ".join(repr(value)[:60] for value in shown)


def _column_violations(frame: pl.DataFrame, table: Table, name: str, column: Column) -> list[Violation]:
    series = frame[name]
    if series.dtype != column.dtype:
        return [Violation(table.name, name, f"type is {series.dtype}, expected {column.dtype}")]
    checks: list[tuple[str, pl.Series]] = []
    if not column.nullable:
        checks.append(("is null", series.is_null()))
    if column.one_of:
        bad = series.is_not_null() & ~series.is_in(list(column.one_of))
        checks.append((f"is not one of {'|'.join(column.one_of)}", bad))
    # Polars sorts NaN above every number: without this it would count as too high as well.
    numbers = series.fill_nan(None) if series.dtype == pl.Float64 else series
    if column.low is not None:
        checks.append((f"is below {column.low:g}", numbers < column.low))
    if column.high is not None:
        checks.append((f"is above {column.high:g}", numbers > column.high))
    if series.dtype == pl.Float64:
        checks.append(("is not a number", series.is_nan()))
    found = []
    for problem, mask in checks:
        count = int(mask.fill_null(value=False).sum())
        if count:
            detail = f"{problem} in {count} row(s): {_values(frame, name, mask)}"
            found.append(Violation(table.name, name, detail, count, _ids(frame, table, mask)))
    return found


def violations(frame: pl.DataFrame, table: Table) -> list[Violation]:
    """All departures of `frame` from `table`: missing columns, types, values, duplicate keys, row rules."""
    found = [
        Violation(table.name, name, f"column is missing; expected {column.dtype}")
        for name, column in table.columns.items()
        if name not in frame.columns
    ]
    if found:
        return found
    for name, column in table.columns.items():
        found.extend(_column_violations(frame, table, name, column))
    if found:
        return found
    duplicated = frame.select(table.key).is_duplicated()
    if duplicated.any():
        key = "+".join(table.key)
        count = int(duplicated.sum())
        found.append(Violation(table.name, key, f"{count} rows share a key", count, _ids(frame, table, duplicated)))
    for rule in table.rules:
        mask = frame.select(rule.violated().fill_null(value=False)).to_series()
        if mask.any():
            count = int(mask.sum())
            found.append(Violation(table.name, "row", rule.message, count, _ids(frame, table, mask)))
    return found


def check(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return `frame` unchanged, or raise `TableError` with everything that is wrong with it."""
    found = violations(frame, table)
    if found:
        raise TableError(found)
    return frame


def dangling(child: pl.DataFrame, column: str, parent: pl.DataFrame, key: str, table: Table) -> list[Violation]:
    """Rows of `child` whose `column` names no `key` of `parent` (nulls are allowed)."""
    mask = child[column].is_not_null() & ~child[column].is_in(parent[key].to_list())
    if not mask.any():
        return []
    count = int(mask.sum())
    values = _values(child, column, mask)
    return [Violation(table.name, column, f"names no {key}: {values}", count, _ids(child, table, mask))]

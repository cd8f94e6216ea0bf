"""Decisions to and from other tools: Label Studio JSON, CSV and XLSX tables."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.classification.codebook import Codebook, nearest
from pipeline.errors import JucuoError
from pipeline.review.models import Labels

COLUMNS = (
    "measure_id",
    "version",
    "issuer",
    "plan_year",
    "headline",
    "text",
    "suggested",
    "labels",
    "primary",
    "comment",
)
"""Columns of the table that goes out; `labels`, `primary` and `comment` are the ones people fill in."""

MAX_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEPARATOR = re.compile(r"[;；,，、|\s]+")
UNDECIDED = ""
NOTHING = "none"
"""Written in `labels` for a measure that was looked at and has no category; an empty cell means not looked at."""


@dataclass(frozen=True)
class Item:
    """A measure as it goes out: `labels` are what people settled, None where they have not."""

    measure_id: str
    version: int
    issuer: str
    plan_year: int | None
    headline: str
    text: str
    suggested: Labels
    scores: Mapping[str, float]
    labels: Labels | None = None
    annotator: str = ""


@dataclass(frozen=True)
class Proposal:
    """Labels that come in; `base` is the version they were made on, None where the tool does not say."""

    measure_id: str
    labels: Labels
    annotator: str = ""
    base: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class Incoming:
    """What a file holds: proposals, and every row that cannot be one with its reason."""

    proposals: list[Proposal]
    problems: list[str] = field(default_factory=list)


def label_config(codebook: Codebook) -> str:
    """The labelling interface for Label Studio: all categories, and the primary one."""
    choices = "\n".join(f"    <Choice value={quoteattr(c.id)} hint={quoteattr(c.zh)}/>" for c in codebook.categories)
    return (
        '<View>\n  <Header value="$headline"/>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="labels" toName="text" choice="multiple" showInline="true">\n{choices}\n  </Choices>\n'
        f'  <Choices name="primary" toName="text" choice="single" showInline="true">\n{choices}\n  </Choices>\n</View>\n'
    )


def _result(labels: Labels) -> list[dict[str, Any]]:
    parts = [("labels", list(labels.labels)), ("primary", [labels.primary] if labels.primary else [])]
    return [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": values}}
        for name, values in parts
        if values
    ]


def to_label_studio(items: Iterable[Item], model: str) -> str:
    """Tasks with the model's predictions and, where people have settled a measure, their annotation."""
    tasks = []
    for item in items:
        scores = [item.scores.get(name, 0.0) for name in item.suggested.labels]
        prediction = {
            "model_version": model,
            "score": round(min(scores), 4) if scores else 0.0,
            "result": _result(item.suggested),
        }
        data = {name: getattr(item, name) for name in COLUMNS[:6]}
        task: dict[str, Any] = {"data": data, "predictions": [prediction]}
        if item.labels is not None:
            task["annotations"] = [{"completed_by": {"email": item.annotator}, "result": _result(item.labels)}]
        tasks.append(task)
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _who(annotation: Mapping[str, Any]) -> str:
    """Label Studio names annotators by an object, a number or not at all, depending on how it exports."""
    who = annotation.get("completed_by")
    if isinstance(who, Mapping):
        return str(who.get("email") or who.get("id") or "")
    return "" if who is None else f"label-studio-{who}"


def _choices(annotation: Mapping[str, Any], name: str) -> list[str]:
    found: list[str] = []
    for part in annotation.get("result") or []:
        if isinstance(part, Mapping) and part.get("from_name") == name:
            value = part.get("value") or {}
            found += [str(choice) for choice in value.get("choices") or []]
    return found


def from_label_studio(text: str, codebook: Codebook) -> Incoming:
    """Annotations of an exported project (JSON); cancelled ones and tasks without any are passed over."""
    try:
        tasks = json.loads(text)
    except ValueError as error:
        raise JucuoError(f"this is not JSON: {error}", "Export the project from Label Studio as JSON.") from error
    if not isinstance(tasks, list):
        raise JucuoError("this is no list of tasks", "Export the project from Label Studio as JSON (not JSON-MIN).")
    found = Incoming([])
    for number, task in enumerate(tasks[:MAX_ROWS], 1):
        _take_task(found, codebook, number, task)
    return _capped(found, len(tasks))


def _take_task(found: Incoming, codebook: Codebook, number: int, task: Any) -> None:
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping) or not data.get("measure_id"):
        found.problems.append(f"task {number}: it has no data.measure_id")
        return
    version = data.get("version")
    for annotation in task.get("annotations") or []:
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        labels, primary = _choices(annotation, "labels"), _choices(annotation, "primary")
        row = {
            "measure_id": str(data["measure_id"]),
            "labels": labels or [NOTHING],
            "primary": primary[0] if primary else "",
            "annotator": _who(annotation),
            "base": version if isinstance(version, int) else None,
        }
        _take(found, codebook, f"task {number}", row)


def _take(found: Incoming, codebook: Codebook, where: str, row: Mapping[str, Any]) -> None:
    """Check one row of labels and add it as a proposal, or say what is wrong with it."""
    names = [name for name in row["labels"] if name != NOTHING]
    primary = row["primary"] or (names[0] if len(names) == 1 else None)
    unknown = [name for name in [*names, *([primary] if primary else [])] if name not in codebook.index]
    if unknown:
        hint = nearest(unknown[0], codebook.ids)
        found.problems.append(f"{where} ({row['measure_id']}): `{unknown[0]}` is no category; {hint}")
    elif names and primary not in names:
        found.problems.append(f"{where} ({row['measure_id']}): the primary category is missing or not among the labels")
    else:
        labels = Labels(tuple(dict.fromkeys(names)), primary)
        found.proposals.append(
            Proposal(row["measure_id"], labels, row["annotator"], row["base"], row.get("comment", ""))
        )


def _capped(found: Incoming, total: int) -> Incoming:
    if total > MAX_ROWS:
        found.problems.append(f"{total - MAX_ROWS} rows beyond the first {MAX_ROWS} were not read: split the file")
    return found


def _safe(value: str) -> str:
    """Text that a spreadsheet would run as a formula, made plain text by an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _plain(value: str) -> str:
    """The text again, without the apostrophe."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


def _cells(item: Item) -> list[str | int]:
    labels = item.labels
    settled = UNDECIDED if labels is None else (";".join(labels.labels) or NOTHING)
    texts = (item.issuer, str(item.plan_year or ""), item.headline, item.text, ";".join(item.suggested.labels))
    primary = (labels.primary or "") if labels is not None else ""
    return [item.measure_id, item.version, *map(_safe, texts), settled, primary, ""]


def to_csv(items: Iterable[Item]) -> str:
    """A table for people to fill in, with the mark that makes Excel read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(item) for item in items)
    return "\ufeff" + out.getvalue()


def to_xlsx(items: Iterable[Item]) -> bytes:
    """The same table as a workbook."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("review")
        sheet.freeze_panes(1, 0)
        sheet.set_column(5, 5, 80, book.add_format({"text_wrap": True, "valign": "top"}))
        for number, cells in enumerate([list(COLUMNS), *map(_cells, items)]):
            sheet.write_row(number, 0, cells)
    return out.getvalue()


def from_csv(text: str, codebook: Codebook) -> Incoming:
    """Rows of a filled-in table."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    return from_rows(rows, codebook)


def from_xlsx(data: bytes, codebook: Codebook) -> Incoming:
    """Rows of the first sheet of a filled-in workbook."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = [["" if v is None else str(v) for v in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise JucuoError(f"this is no readable workbook: {error}", "Save it as .xlsx, or send CSV.") from error
    return from_rows(rows, codebook)


def from_rows(rows: Sequence[Sequence[str]], codebook: Codebook) -> Incoming:
    """Rows of a table whose first row names its columns; rows with an empty `labels` were not decided."""
    header = [cell.strip() for cell in rows[0]] if rows else []
    missing = [name for name in ("measure_id", "labels") if name not in header]
    if missing:
        raise JucuoError(
            f"the table has no column {' and no column '.join(missing)}", f"It needs: {', '.join(COLUMNS)}."
        )
    found = Incoming([])
    for number, cells in enumerate(rows[1 : MAX_ROWS + 1], 2):
        row = {name: _plain(cells[i].strip()) if i < len(cells) else "" for i, name in enumerate(header)}
        if not row["labels"]:
            continue
        version = row.get("version", "").removesuffix(".0")
        entry = {
            "measure_id": row["measure_id"],
            "labels": [name for name in _SEPARATOR.split(row["labels"]) if name],
            "primary": row.get("primary", ""),
            "annotator": row.get("annotator", ""),
            "base": int(version) if version.isdigit() else None,
            "comment": row.get("comment", ""),
        }
        _take(found, codebook, f"row {number}", entry)
    return _capped(found, len(rows) - 1)

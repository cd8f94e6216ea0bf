"""Decisions to and from spreadsheets: CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from pipeline.classification.codebook import Codebook
from pipeline.errors import JucuoError
from pipeline.review.exchange import COLUMNS, MAX_ROWS, NOTHING, Incoming, Item, capped, take

UNDECIDED = ""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEPARATOR = re.compile(r"[;；,，、|\s]+")


def _safe(value: str) -> str:
    """Text that a spreadsheet would run as a formula, made plain text by an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _plain(value: str) -> str:
    """The text again, without the apostrophe."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


def _cells(item: Item) -> list[str | int]:
    labels = item.labels
    settled = UNDECIDED if labels is None else (";".join(labels.labels) or NOTHING)
    texts = (
        item.issuer,
        str(item.plan_year or ""),
        item.headline,
        item.text,
        ";".join(item.suggested.labels if item.suggested else ()),
    )
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
        take(found, codebook, f"row {number}", entry)
    return capped(found, len(rows) - 1)

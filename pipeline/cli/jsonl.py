"""JSON lines in: every bad line named at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import JucuoError

SHOWN = 20


def read(path: Path | None, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a file (None or `-`: standard input); each needs `fields` as text.

    Raises JucuoError naming every line that is no such object.
    """
    origin = "standard input" if path is None or str(path) == "-" else str(path)
    try:
        text = sys.stdin.read() if path is None or str(path) == "-" else path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise JucuoError(f"there is no file {path}", "Name an existing JSONL file, or - for standard input.") from error
    except UnicodeDecodeError as error:
        raise JucuoError(f"{origin} is not UTF-8: {error}", "Save it as UTF-8.") from error
    rows, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                problems.append(f"line {number}: not JSON ({error})")
                continue
            problem = _problem(row, fields)
            if problem:
                problems.append(f"line {number}: {problem}")
            else:
                rows.append(row)
    if problems:
        shown = "\n  ".join(problems[:SHOWN])
        rest = f"\n  … and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise JucuoError(f"{origin}: {len(problems)} bad line(s)\n  {shown}{rest}", "One JSON object a line.")
    return rows


def _problem(row: object, fields: Sequence[str]) -> str:
    if not isinstance(row, dict):
        return "not a JSON object"
    wrong = [name for name in fields if not isinstance(row.get(name), str)]
    return f"needs text in {', '.join(f'`{name}`' for name in wrong)}" if wrong else ""

"""Tables of tasks (任务清单): a header line with tab-separated column names, then one task a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TASK = re.compile(r"^(?:(?:重点|主要|具体|目标|工作|年度)*(?:任务|内容|事项|项目|措施|举措|工作)(?:名称|内容|要求)?)$")
_DUTY = re.compile(r"责任|牵头|配合|承办|单位|科室|处室|部门")
_DUE = re.compile(r"时限|时间|期限|进度")
_NUMBER = re.compile(r"^(?:序号|编号|号)$")
_COLUMNS_MIN = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells of a row hold the task, its number, who does it and until when."""

    task: int
    number: int | None
    duty: tuple[int, ...]
    due: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """Spans `[start, end)` of the cells of one task; `number` is printed text, empty if the table has none."""

    number: str
    task: tuple[int, int]
    duty: tuple[tuple[int, int], ...]
    due: tuple[tuple[int, int], ...]


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = start
    for piece in text[start:end].split("\t"):
        bare = piece.strip()
        offset = position + (piece.index(bare) if bare else 0)
        spans.append((offset, offset + len(bare)))
        position += len(piece) + 1
    return spans


def read_header(text: str, start: int, end: int) -> Columns | None:
    """Columns of a table of tasks if `[start, end)` is its header line, else `None`."""
    if "\t" not in text[start:end]:
        return None
    names = [text[a:b].replace(" ", "") for a, b in _cells(text, start, end)]
    tasks = [index for index, name in enumerate(names) if _TASK.match(name)]
    duty = tuple(index for index, name in enumerate(names) if _DUTY.search(name))
    due = tuple(index for index, name in enumerate(names) if _DUE.search(name))
    number = next((index for index, name in enumerate(names) if _NUMBER.match(name)), None)
    if len(names) < _COLUMNS_MIN or not tasks or not (duty or due or number is not None):
        return None
    # of `重点任务` and `工作内容` the last names what is done, the ones before it group
    return Columns(tasks[-1], number, duty, due, len(names))


def read_row(text: str, start: int, end: int, columns: Columns) -> Row | None:
    """One task, `None` for a line that is no row of the table or has no text in its task cell.

    Rows under merged cells are short of their first cells: columns are then counted from the right.
    """
    if "\t" not in text[start:end]:
        return None
    cells = _cells(text, start, end)
    shift = len(cells) - columns.width
    if shift > 0 or columns.task + shift < 0:
        return None
    task = cells[columns.task + shift]
    if task[0] == task[1]:
        return None
    number = ""
    if columns.number is not None and columns.number + shift >= 0:
        a, b = cells[columns.number + shift]
        number = text[a:b]

    def filled(indices: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        spans = (cells[index + shift] for index in indices if index + shift >= 0)
        return tuple(span for span in spans if span[0] < span[1])

    return Row(number, task, filled(columns.duty), filled(columns.due))

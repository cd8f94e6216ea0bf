"""The text of a page's elements, block by block: paragraphs, numbered list items, table rows."""

from __future__ import annotations

import re
from typing import Any

from pipeline.ingestion.htmlcensus import Census
from pipeline.ingestion.listnumbers import ItemNumbers

_BLOCK_TAGS = """p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd tr table tbody thead section article blockquote pre
    center header main figure figcaption address hr form fieldset"""
BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_MAX_DEPTH = 400
_LAYOUT_CELL = 1500
"""Characters from which a table cell is part of a page's layout, not of a table."""


class _Writer:
    """Collects lines: inline text runs on, blocks and breaks end a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.numbers = ItemNumbers()
        self._pieces: list[str] = []

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)

    def end(self) -> None:
        line = _SPACE.sub(" ", "".join(self._pieces)).strip(" ")
        self._pieces = []
        if line.strip():
            self.lines.append(line)


def blocks(element: Any, census: Census) -> list[str]:
    """Lines of an element's text: one a paragraph, list item (with its number) or table row (cells by tabs)."""
    writer = _Writer()
    stack: list[tuple[Any, bool, int]] = [(element, True, 0)]
    while stack:
        node, entering, depth = stack.pop()
        if entering:
            _enter(node, depth, stack, writer, census)
        else:
            _leave(node, writer, is_root=node is element)
    writer.end()
    return writer.lines


def _enter(node: Any, depth: int, stack: list[tuple[Any, bool, int]], writer: _Writer, census: Census) -> None:
    if not isinstance(node.tag, str) or (depth and census.is_silent(node)) or depth > _MAX_DEPTH:
        if depth:
            writer.add(node.tail)
        return
    if node.tag == "tr" and _is_data_row(node, census):
        writer.end()
        writer.lines.append(row_text(node, census))
        writer.add(node.tail if depth else None)
        return
    stack.append((node, False, depth))
    if node.tag in BLOCKS or node.tag == "br":
        writer.end()
    if node.tag == "li":
        writer.add(writer.numbers.label(node))
    writer.add(node.text)
    stack.extend((child, True, depth + 1) for child in reversed(node))


def _leave(node: Any, writer: _Writer, *, is_root: bool) -> None:
    if node.tag in BLOCKS:
        writer.end()
    if not is_root:
        writer.add(node.tail)


def _is_data_row(row: Any, census: Census) -> bool:
    """Whether a row holds data: several filled cells, no table inside, none as long as an article."""
    if census.has_table(row):
        return False
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    texts = ["".join(cell.itertext()).strip() for cell in cells]
    return sum(bool(text) for text in texts) > 1 and all(len(text) <= _LAYOUT_CELL for text in texts)


def row_text(row: Any, census: Census) -> str:
    """A table row on one line, its cells separated by tabs."""
    return "\t".join(" ".join(blocks(cell, census)) for cell in row if cell.tag in ("td", "th"))

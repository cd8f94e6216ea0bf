"""PDF files: lines in reading order, without running headers, footers and page numbers, joined to paragraphs.

pdfium gives the characters of a page in order with a box for each. A line that reaches the right margin goes on in the
next one unless that is indented; lines that repeat at the edges of the pages are furniture.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import UnusableDocument
from pipeline.ingestion.types import Extracted, PageHints

_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/／,，]?\s*共?\s*\d{1,4}\s*页?)?|[ivxIVX]{1,5})[-—–·\s]*"
)
_ENDS = re.compile(r"[。！？；：!?;:][”’）》\])]*$")
_STARTS = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、．.]|第[一二三四五六七八九十]{1,3}[章节条部分、，]|[①-⑳]|——|附件|[一二三四五六七八九十]是"
)
_EDGE_LINES = 3
_MARGIN = 0.08
_ACROSS = 0.1
_COLUMN = 0.25
_FAULTS = {"password": "encrypted", "security": "encrypted"}


@dataclass(frozen=True)
class Line:
    """A printed line and its box in points; `top` counts from the top of the page, `depth` is its share of it."""

    text: str
    left: float
    right: float
    top: float
    height: float
    depth: float


def read(data: bytes, max_pages: int = 2000) -> Extracted:
    """Read a PDF file.

    Raises:
        UnusableDocument: `encrypted`, `broken`, `too_large` or `no_text` (scanned pages).
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as exc:
        reason = next((found for word, found in _FAULTS.items() if word in str(exc).lower()), "broken")
        detail = "the PDF needs a password" if reason == "encrypted" else f"the PDF file is damaged ({exc})"
        raise UnusableDocument(reason, detail) from exc
    try:
        if len(document) > max_pages:
            raise UnusableDocument("too_large", f"the PDF has {len(document)} pages; {max_pages} are allowed")
        pages, faults = _pages(document)
    finally:
        document.close()
    body = without_furniture(pages)
    text = "\n".join(paragraphs([line for page in body for line in page]))
    if not text.strip():
        raise UnusableDocument("no_text", f"the {len(pages)} page(s) of the PDF hold no text; they may be scans")
    return Extracted(text, "utf-16-le", PageHints(), (f"{faults} page(s) could not be read",) if faults else ())


def _pages(document: Any) -> tuple[list[list[Line]], int]:
    import pypdfium2 as pdfium

    pages: list[list[Line]] = []
    faults = 0
    for index in range(len(document)):
        try:
            page = document[index]
            textpage = page.get_textpage()
            pages.append(_lines(textpage, page.get_height()))
            textpage.close()
            page.close()
        except pdfium.PdfiumError:
            faults += 1
    if faults and not pages:
        raise UnusableDocument("broken", f"none of the {faults} page(s) of the PDF can be read")
    return pages, faults


def _lines(textpage: Any, page_height: float) -> list[Line]:
    text = textpage.get_text_range()
    lines: list[Line] = []
    place = 0
    for raw in text.split("\n"):
        stripped = raw.strip("\r\x00\ufffe ")
        if stripped:
            first = place + raw.index(stripped[0])
            box = _box(textpage, first, first + len(stripped) - 1)
            if box is not None:
                left, bottom, right, top = box
                depth = 1 - (top + bottom) / 2 / max(page_height, 1.0)
                lines.append(Line(stripped.replace("\r", ""), left, right, page_height - top, top - bottom, depth))
        place += len(raw) + 1
    return _merged(lines)


def _box(textpage: Any, first: int, last: int) -> tuple[float, float, float, float] | None:
    count = textpage.count_chars()
    boxes = [textpage.get_charbox(index) for index in {first, (first + last) // 2, last} if index < count]
    if not boxes:
        return None
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return left, bottom, right, top


def _merged(lines: Sequence[Line]) -> list[Line]:
    """Pieces that stand on one printed line become one line (pdfium splits at wide gaps)."""
    merged: list[Line] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last and abs(last.top - line.top) < 0.3 * max(last.height, line.height, 1) and line.left >= last.right - 1:
            gap = "" if line.left - last.right < 0.6 * max(line.height, 1) else " "
            merged[-1] = replace(
                last, text=last.text + gap + line.text, right=line.right, height=max(last.height, line.height)
            )
        else:
            merged.append(line)
    return merged


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without what their margins repeat (figures aside) on half of them, and without page numbers.

    Only lines in the outer 8% of the page's height (2.4 cm on A4) are looked at, the first and the last three.
    """
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line) for line in (*page[:_EDGE_LINES], *page[-_EDGE_LINES:]) if _in_margin(line)})
    needed = max(2, len(pages) / 2)

    def is_furniture(line: Line) -> bool:
        if not _in_margin(line) or _STARTS.match(line.text):
            return False
        return bool(_PAGE_NUMBER.fullmatch(line.text)) or (len(pages) > 1 and seen[_shape(line)] >= needed)

    kept = []
    for page in pages:
        lines = list(page)
        for _ in range(_EDGE_LINES):
            if lines and is_furniture(lines[0]):
                lines.pop(0)
            if lines and is_furniture(lines[-1]):
                lines.pop()
        kept.append(lines)
    return kept


def _in_margin(line: Line) -> bool:
    return line.depth < _MARGIN or line.depth > 1 - _MARGIN


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s", "", line.text))


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Printed lines joined to paragraphs by their indents and right ends."""
    if not lines:
        return []
    size = statistics.median(line.height for line in lines) or 1.0
    middle = _middle(lines)
    sides = [[line for line in lines if (line.left >= middle) == after] for after in (False, True)]
    # right end and left margin of the text before the middle, and of the text after it
    edges = [(_right(side), _margin(side, size)) if side else (0.0, 0.0) for side in sides]
    made = [[lines[0].text]]
    for before, line in itertools.pairwise(lines):
        (right, _), (_, margin) = edges[before.left >= middle], edges[line.left >= middle]
        if _goes_on(before, line, size, right, margin):
            last = before.text[-1:]
            made[-1].append(" " if last.isascii() and line.text[:1].isascii() and last.isalpha() else "")
            made[-1].append(line.text)
        else:
            made.append([line.text])
    return ["".join(pieces) for pieces in made]


def _middle(lines: Sequence[Line]) -> float:
    """Where two columns part: the middle, if nine of ten lines keep to one side; infinity for a page of one column."""
    middle = (min(line.left for line in lines) + max(line.right for line in lines)) / 2
    across = sum(line.left < middle < line.right for line in lines)
    after = sum(line.left >= middle for line in lines)
    return middle if across <= _ACROSS * len(lines) and after >= _COLUMN * len(lines) else float("inf")


def _right(lines: Sequence[Line]) -> float:
    return sorted(line.right for line in lines)[int(0.9 * (len(lines) - 1))]


def _margin(lines: Sequence[Line], size: float) -> float:
    """The left edge most lines share, rounded to half a character."""
    step = max(size / 2, 0.5)
    places = Counter(round(line.left / step) for line in lines)
    return places.most_common(1)[0][0] * step


def _goes_on(before: Line, line: Line, size: float, right: float, margin: float) -> bool:
    full = before.right >= right - 2.2 * size
    indented = line.left > margin + 1.2 * size
    centred = before.left > margin + 3 * size
    if not full or centred or indented or abs(before.height - line.height) > 0.35 * size:
        return False
    return not (_ENDS.search(before.text) and _STARTS.match(line.text))

"""Word documents: paragraphs with their automatic numbers, tables by rows, tracked changes accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from pipeline.errors import UnusableDocument
from pipeline.ingestion.archive import Budget, check_members
from pipeline.ingestion.types import Extracted, PageHints
from pipeline.ingestion.wordnumbers import Numbering, W

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DROPPED = frozenset(
    {
        f"{W}{name}"
        for name in ("del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "fldData", "ruby")
    }
    | {f"{_MC}Fallback"}
)
_BREAKS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}softHyphen": "",
    f"{W}ptab": "\t",
}
_OFF = ("0", "false", "none")


def read(data: bytes, budget: Budget) -> Extracted:
    """Read a DOCX file.

    Raises:
        UnusableDocument: `broken`, `too_large` (a decompression bomb too), `encrypted` or `no_text`.
    """
    _check(data, budget)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        numbering = Numbering(_part(document.part, "numbering"), _part(document.part, "styles"))
        body = document.element.body
    except Exception as exc:
        raise UnusableDocument("broken", f"the DOCX file is damaged ({type(exc).__name__}: {exc})") from exc
    if body is None:
        raise UnusableDocument("broken", "the DOCX file has no body")
    text = "\n".join(_lines(body, numbering))
    if not text.strip():
        raise UnusableDocument("no_text", "the DOCX file holds no text; its pages may be pictures")
    title = _title(document)
    return Extracted(text, "utf-8", PageHints(title=title or None, title_rule="properties" if title else None))


def _check(data: bytes, budget: Budget) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_members(archive, budget)
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise UnusableDocument("encrypted", "the DOCX file is protected by a password")
                if info.filename.endswith(".xml") and info.file_size > budget.markup_bytes:
                    raise UnusableDocument(
                        "too_large", f"{info.filename} unpacks to {info.file_size / 2**20:.0f} MiB of markup"
                    )
    except zipfile.BadZipFile as exc:
        raise UnusableDocument("broken", f"the DOCX file is damaged or cut off ({exc})") from exc


def _title(document: Any) -> str:
    """The title among the file's properties; damaged properties cost the title and not the document."""
    kinds = (relation.reltype or "" for relation in document.part.package.rels.values())
    if not any("core-properties" in kind for kind in kinds):
        return ""  # python-docx would make properties up, with a title of its own
    try:
        return (document.core_properties.title or "").strip()
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def _part(part: Any, kind: str) -> Any | None:
    """The XML root of a part related to the main one; None when the file has none."""
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            target = relation.target_part
            element = getattr(target, "element", None)
            if element is not None:
                return element
            from docx.oxml import parse_xml

            return parse_xml(target.blob)
    return None


def _lines(container: Any, numbering: Numbering) -> Iterator[str]:
    """Lines of a body, cell or content control, in reading order."""
    stack = list(reversed(container))
    while stack:
        element = stack.pop()
        if element.tag == f"{W}p":
            yield from _paragraph(element, numbering)
        elif element.tag == f"{W}tbl":
            yield from _table(element, numbering)
        elif element.tag not in _DROPPED and element.tag != f"{W}sectPr":
            stack.extend(reversed(element))  # content controls, accepted insertions, custom XML


def _paragraph(paragraph: Any, numbering: Numbering) -> Iterator[str]:
    if _deleted(paragraph):
        return
    text = "".join(_text(paragraph))
    label = numbering.label(paragraph) if text.strip() else ""
    yield from (label + text.strip("\n ")).split("\n")


def _deleted(paragraph: Any) -> bool:
    """A paragraph whose mark and all of whose text were deleted with tracking on."""
    return paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None and not "".join(_text(paragraph)).strip()


def _text(element: Any) -> Iterator[str]:
    stack = list(reversed(element))
    while stack:
        node = stack.pop()
        if node.tag in _DROPPED or (node.tag == f"{W}r" and _hidden(node)):
            if node.tag == f"{W}ruby":
                stack.extend(reversed([base for base in node if base.tag == f"{W}rubyBase"]))
            continue
        if node.tag == f"{W}t":
            yield node.text or ""
        elif node.tag in _BREAKS:
            yield _BREAKS[node.tag]
        elif node.tag == f"{W}sym":
            continue  # a glyph of a symbol font: a bullet or box, no character
        else:
            stack.extend(reversed(node))


def _hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val") not in _OFF


def _table(table: Any, numbering: Numbering) -> Iterator[str]:
    """One line a row, cells by tabs; a row with one filled cell is its paragraphs (a layout table or a heading)."""
    for row in _descend(table, f"{W}tr"):
        if row.find(f"{W}trPr/{W}del") is not None:
            continue
        cells = [list(_cell(cell, numbering)) for cell in _descend(row, f"{W}tc")]
        filled = [lines for lines in cells if any(line.strip() for line in lines)]
        if len(filled) == 1:
            yield from (line for line in filled[0] if line.strip())
        elif filled:
            yield "\t".join(" ".join(line.strip() for line in lines if line.strip()) for lines in cells)


def _cell(cell: Any, numbering: Numbering) -> Iterator[str]:
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    if merged is not None and merged.get(f"{W}val") in (None, "continue"):
        return iter(())
    return _lines(cell, numbering)


def _descend(element: Any, tag: str) -> Iterator[Any]:
    """Nearest descendants with a tag, through content controls and tracked insertions but not into nested tables."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in (f"{W}tbl", f"{W}tc", f"{W}p") and child.tag not in _DROPPED:
            yield from _descend(child, tag)

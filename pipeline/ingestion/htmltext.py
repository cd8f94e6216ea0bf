"""The text of a page's elements, block by block: paragraphs, numbered list items, table rows."""

from __future__ import annotations

import re
from typing import Any

from pipeline.ingestion.listnumbers import ItemNumbers

_BLOCK_TAGS = """p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd tr table tbody thead section article blockquote pre
    center header main figure figcaption address hr form fieldset"""
_SILENT_TAGS = """script style noscript template iframe object embed svg canvas video audio button select option
    textarea input nav footer aside head title rt rp map datalist dialog"""
BLOCKS = frozenset(_BLOCK_TAGS.split())
SILENT = frozenset(_SILENT_TAGS.split())
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|crumbs?|position|location|share|bdshare\w*|social|toolbar|sidebar|side|"
    r"footer|foot|copyright|comments?|related|recommend|prevnext|prev|next|pages?|pagination|qrcode|ewm|print|hot|rank)(?:$|[\s_-])",
    re.IGNORECASE,
)
CONTENT = re.compile(
    r"(?:^|[\s_-])(?:TRS_Editor|TRS_UEDITOR|UCAP-CONTENT|zoom|vsb_content\w*|v_news_content|article[-_]?(?:content|body|text|con|main)|"
    r"news[-_]?(?:content|body|text|con)|main[-_]?content|detail[-_]?(?:content|text|con)|info[-_]?content|conTxt|contentText|"
    r"view[-_]?con(?:tent)?|wz[-_]?con\w*|pages_content|easysite-news-text|content)(?:$|[\s_-])",
    re.IGNORECASE,
)
CHINESE = re.compile(r"[一-鿿]")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_DEPTH = 400
_LAYOUT_CELL = 1500
"""Characters from which a table cell is part of a page's layout, not of a table."""


def is_silent(node: Any) -> bool:
    """Whether an element prints nothing that belongs to a text: scripts, forms, menus, hidden parts."""
    return (
        node.tag in SILENT
        or node.get("hidden") is not None
        or _HIDDEN.search(node.get("style") or "") is not None
        or _is_furniture(node)
    )


def _is_furniture(node: Any) -> bool:
    if node.tag in ("body", "html", "p", "span"):
        return False
    name = f"{node.get('id') or ''} {node.get('class') or ''}".strip()
    if not name or not _FURNITURE.search(name) or CONTENT.search(name):
        return False
    # some systems wrap the article itself in a `position` or `pages` element
    return len(CHINESE.findall("".join(node.itertext()))) < 300  # noqa: PLR2004 - menus are shorter, articles longer


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


def blocks(element: Any) -> list[str]:
    """Lines of an element's text: one a paragraph, list item (with its number) or table row (cells by tabs)."""
    writer = _Writer()
    stack: list[tuple[Any, bool, int]] = [(element, True, 0)]
    while stack:
        node, entering, depth = stack.pop()
        if entering:
            _enter(node, depth, stack, writer)
        else:
            _leave(node, writer, is_root=node is element)
    writer.end()
    return writer.lines


def _enter(node: Any, depth: int, stack: list[tuple[Any, bool, int]], writer: _Writer) -> None:
    if not isinstance(node.tag, str) or (depth and is_silent(node)) or depth > _MAX_DEPTH:
        if depth:
            writer.add(node.tail)
        return
    if node.tag == "tr" and _is_data_row(node):
        writer.end()
        writer.lines.append(row_text(node))
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


def _is_data_row(row: Any) -> bool:
    """Whether a row holds data: several filled cells, no table inside, none as long as an article."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    texts = ["".join(cell.itertext()).strip() for cell in cells]
    if sum(bool(text) for text in texts) <= 1 or any(len(text) > _LAYOUT_CELL for text in texts):
        return False
    return row.find(".//table") is None


def row_text(row: Any) -> str:
    """A table row on one line, its cells separated by tabs."""
    return "\t".join(" ".join(blocks(cell)) for cell in row if cell.tag in ("td", "th"))

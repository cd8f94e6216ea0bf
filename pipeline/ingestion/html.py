"""HTML pages of government sites and of the sites that copy them: the article's text, block by block.

trafilatura says where the article is; the text itself is taken from the page's own tree, because extractors merge or
drop short numbered paragraphs, list numbers and table rows, and those are our measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.errors import UnusableDocument
from pipeline.ingestion.decoding import declared_encoding, decode
from pipeline.ingestion.listnumbers import item_number
from pipeline.ingestion.pagehints import from_html
from pipeline.ingestion.types import Extracted

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "tr",
        "table",
        "tbody",
        "thead",
        "section",
        "article",
        "blockquote",
        "pre",
        "center",
        "header",
        "main",
        "figure",
        "figcaption",
        "address",
        "hr",
        "form",
        "fieldset",
    ]
)
_SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "video",
        "audio",
        "button",
        "select",
        "option",
        "textarea",
        "input",
        "nav",
        "footer",
        "aside",
        "head",
        "title",
        "rt",
        "rp",
        "map",
        "datalist",
        "dialog",
    ]
)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|crumbs?|position|location|share|bdshare\w*|social|toolbar|sidebar|side|"
    r"footer|foot|copyright|comments?|related|recommend|prevnext|prev|next|pages?|pagination|qrcode|ewm|print|hot|rank)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"(?:^|[\s_-])(?:TRS_Editor|TRS_UEDITOR|UCAP-CONTENT|zoom|vsb_content\w*|v_news_content|article[-_]?(?:content|body|text|con|main)|"
    r"news[-_]?(?:content|body|text|con)|main[-_]?content|detail[-_]?(?:content|text|con)|info[-_]?content|conTxt|contentText|"
    r"view[-_]?con(?:tent)?|wz[-_]?con\w*|pages_content|easysite-news-text|content)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[一-鿿]")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_DEPTH = 400
_ARTICLE_SHARE = 0.9
_MARKED_SHARE = 0.6
_MIN_CHINESE = 10
_LAYOUT_CELL = 1500
"""Characters from which a table cell is part of a page's layout, not of a table."""


def read(data: bytes) -> Extracted:
    """Read a page.

    Raises:
        UnusableDocument: `encoding`, `broken` for what no parser can take, `no_text` for a page without an article.
    """
    declared = declared_encoding(data)
    decoded = decode(data, declared)
    root = _parse(decoded.text)
    article = _article(root, decoded.text)
    text = "\n".join(blocks(article))
    if not _CHINESE.search(text):
        raise UnusableDocument("no_text", "the page holds no Chinese text; it may load its article by script")
    title = from_html(root, text)
    return Extracted(text, decoded.encoding, title, decoded.notes)


def _parse(text: str) -> Any:
    from lxml import etree
    from lxml import html as lxml_html

    # libxml2 stops at NUL and refuses an encoding declaration in decoded text
    prepared = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""))
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(prepared, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as exc:
        raise UnusableDocument("broken", f"the page cannot be parsed ({exc})") from exc
    return root


def _article(root: Any, text: str) -> Any:
    """The smallest element that holds the article."""
    body = root.find("body")
    body = root if body is None else body
    marked = _marked(body)
    found = _by_trafilatura(body, text)
    if marked is not None and (found is None or _weight(marked) >= _MARKED_SHARE * _weight(found)):
        return marked
    return body if found is None else found


def _marked(body: Any) -> Any:
    """The element whose class or id is one that content systems give to articles, if it holds most of the text."""
    total = _weight(body)
    best, weight = None, 0
    for element in body.iter():
        name = f"{element.get('id') or ''} {element.get('class') or ''}"
        if name.strip() and _CONTENT.search(name):
            mine = _weight(element)
            # an inner container with nearly the same text is nearer to the article
            if mine > 0.5 * total and mine >= 0.97 * weight:
                best, weight = element, mine
    return best


def _weight(element: Any) -> int:
    """Chinese characters outside links and furniture."""
    return sum(len(_CHINESE.findall(piece)) for piece in _visible(element, links=False))


def _visible(element: Any, *, links: bool) -> Iterator[str]:
    stack = [element]
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str) or _is_silent(node) or (node.tag == "a" and not links):
            continue
        if node.text:
            yield node.text
        for child in node:
            if child.tail:
                yield child.tail
            stack.append(child)


def _by_trafilatura(body: Any, text: str) -> Any:
    """The smallest element that holds nine tenths of what trafilatura takes for the article."""
    from trafilatura import extract

    try:
        taken = extract(text, favor_recall=True, include_comments=False, include_tables=True, no_fallback=True)
    except (RecursionError, ValueError, AttributeError, TypeError):
        taken = None  # trafilatura gives up on some broken trees; the page's own text is then taken whole
    wanted = {_squeeze(line) for line in (taken or "").split("\n")}
    wanted = {line for line in wanted if len(line) >= _MIN_CHINESE}
    if not wanted:
        return None
    return _holder(body, wanted)


def _squeeze(text: str) -> str:
    return re.sub(r"[^一-鿿]", "", text)


def _holder(body: Any, wanted: set[str]) -> Any:
    needed = _ARTICLE_SHARE * sum(len(line) for line in wanted)
    here = body
    while True:
        inner = None
        for child in here:
            if isinstance(child.tag, str) and child.tag not in ("p", "table") and not _is_silent(child):
                held = _squeeze("".join(child.itertext()))
                if sum(len(line) for line in wanted if line in held) >= needed:
                    inner = child
                    break
        if inner is None:
            return here
        here = inner


def _is_silent(node: Any) -> bool:
    return (
        node.tag in _SILENT
        or node.get("hidden") is not None
        or _HIDDEN.search(node.get("style") or "") is not None
        or _is_furniture(node)
    )


def _is_furniture(node: Any) -> bool:
    if node.tag in ("body", "html", "p", "span"):
        return False
    name = f"{node.get('id') or ''} {node.get('class') or ''}".strip()
    if not name or not _FURNITURE.search(name) or _CONTENT.search(name):
        return False
    # some systems wrap the article itself in a `position` or `pages` element
    return len(_CHINESE.findall("".join(node.itertext()))) < 300  # noqa: PLR2004 - menus are shorter, articles longer


class _Writer:
    """Collects lines: inline text runs on, blocks and breaks end a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
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
    if not isinstance(node.tag, str) or (depth and _is_silent(node)) or depth > _MAX_DEPTH:
        if depth:
            writer.add(node.tail)
        return
    if node.tag == "tr" and _is_data_row(node):
        writer.end()
        writer.lines.append(row_text(node))
        writer.add(node.tail if depth else None)
        return
    stack.append((node, False, depth))
    if node.tag in _BLOCKS or node.tag == "br":
        writer.end()
    if node.tag == "li":
        writer.add(item_number(node))
    writer.add(node.text)
    stack.extend((child, True, depth + 1) for child in reversed(node))


def _leave(node: Any, writer: _Writer, *, is_root: bool) -> None:
    if node.tag in _BLOCKS:
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

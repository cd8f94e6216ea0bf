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
from pipeline.ingestion.htmltext import CHINESE, CONTENT, blocks, is_silent
from pipeline.ingestion.pagehints import from_html
from pipeline.ingestion.types import Extracted

_LARGE = 2_000_000
"""Characters of markup from which a page is taken whole: trafilatura needs a minute for ten million."""

_ARTICLE_SHARE = 0.9
_MARKED_SHARE = 0.6
_MINCHINESE = 10


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
    if not CHINESE.search(text):
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
    found = _by_trafilatura(body, text) if len(text) < _LARGE else None
    if marked is not None and (found is None or _weight(marked) >= _MARKED_SHARE * _weight(found)):
        return marked
    return body if found is None else found


def _marked(body: Any) -> Any:
    """The element whose class or id is one that content systems give to articles, if it holds most of the text."""
    total = _weight(body)
    best, weight = None, 0
    for element in body.iter():
        name = f"{element.get('id') or ''} {element.get('class') or ''}"
        if name.strip() and CONTENT.search(name):
            mine = _weight(element)
            # an inner container with nearly the same text is nearer to the article
            if mine > 0.5 * total and mine >= 0.97 * weight:
                best, weight = element, mine
    return best


def _weight(element: Any) -> int:
    """Chinese characters outside links and furniture."""
    return sum(len(CHINESE.findall(piece)) for piece in _visible(element, links=False))


def _visible(element: Any, *, links: bool) -> Iterator[str]:
    stack = [element]
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str) or is_silent(node) or (node.tag == "a" and not links):
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
    wanted = {line for line in wanted if len(line) >= _MINCHINESE}
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
            if isinstance(child.tag, str) and child.tag not in ("p", "table") and not is_silent(child):
                held = _squeeze("".join(child.itertext()))
                if sum(len(line) for line in wanted if line in held) >= needed:
                    inner = child
                    break
        if inner is None:
            return here
        here = inner

"""HTML pages of government sites and of the sites that copy them: the article's text, block by block.

trafilatura says where the article is; the text itself is taken from the page's own tree, because extractors merge or
drop short numbered paragraphs, list numbers and table rows, and those are our measures.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.errors import UnusableDocument
from pipeline.ingestion.decoding import declared_encoding, decode
from pipeline.ingestion.htmlcensus import CHINESE, CONTENT, Census
from pipeline.ingestion.htmltext import blocks
from pipeline.ingestion.pagehints import from_html
from pipeline.ingestion.types import Extracted

_LARGE = 2_000_000
"""Characters of markup from which a page is taken whole: trafilatura needs a minute for ten million."""

_ARTICLE_SHARE = 0.9
_LOOKS = 20
"""Layers that add text of their own; a page has about six, 2,000 of them would take minutes."""

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
    census = Census(root)
    text = "\n".join(blocks(_article(root, decoded.text, census), census))
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


def _article(root: Any, text: str, census: Census) -> Any:
    """The smallest element that holds the article."""
    body = root.find("body")
    body = root if body is None else body
    marked = _marked(body, census)
    found = _by_trafilatura(body, text, census) if len(text) < _LARGE else None
    if marked is not None and (found is None or census.weight(marked) >= _MARKED_SHARE * census.weight(found)):
        return marked
    return body if found is None else found


def _marked(body: Any, census: Census) -> Any:
    """The element whose class or id is one that content systems give to articles, if it holds most of the text."""
    total = census.weight(body)
    best, weight = None, 0
    for element in body.iter():
        name = f"{element.get('id') or ''} {element.get('class') or ''}"
        if name.strip() and CONTENT.search(name):
            mine = census.weight(element)
            # an inner container with nearly the same text is nearer to the article
            if mine > 0.5 * total and mine >= 0.97 * weight:
                best, weight = element, mine
    return best


def _by_trafilatura(body: Any, text: str, census: Census) -> Any:
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
    return _holder(body, wanted, census)


def _squeeze(text: str) -> str:
    return re.sub(r"[^一-鿿]", "", text)


def _holder(body: Any, wanted: set[str], census: Census) -> Any:
    """Descend from the body while one child holds what is wanted; reads at most `_LOOKS` times the page's text."""
    needed = _ARTICLE_SHARE * sum(len(line) for line in wanted)
    left = _LOOKS * max(1, census.chinese(body))
    here = body
    while True:
        inner = None
        for child in here:
            held = census.chinese(child)
            if held < needed or child.tag in ("p", "table") or census.is_silent(child):
                continue
            left -= 0 if held == census.chinese(here) else held
            if held == census.chinese(here) or (left >= 0 and _holds(child, wanted, needed)):
                inner = child
                break
        if inner is None:
            return here
        here = inner


def _holds(element: Any, wanted: set[str], needed: float) -> bool:
    text = _squeeze("".join(element.itertext()))
    return sum(len(line) for line in wanted if line in text) >= needed

"""What a page says about its document: title, date posted, source; from markup or from the lines around the text."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pipeline.ingestion.types import PageHints

_TITLE_META = ("articletitle", "og:title", "dc.title", "title")
_DATE_META = ("pubdate", "publishdate", "article:published_time", "og:published_time", "publishtime", "dc.date", "date")
_SOURCE_META = ("contentsource", "source", "article:author", "og:site_name", "sitename")
DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>1[0-2]|0?[1-9])\s*[-/.月]\s*(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)\s*日?"
)
_FIELD = re.compile(
    r"(?:(?:发布|發佈|發布|发表|更新|发文|录入|上传|提交|公开|上网)?(?:时间|時間|日期)|来源)\s*[:：]\s*\n?\s*(?:[^\n:：]{0,12}?\s)?"
    + DATE.pattern
)
_LINE = re.compile(r"^\s*" + DATE.pattern + r"(?:\s+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?\s*(?:来源[:：].{0,30})?$")
_SOURCE = re.compile(r"来\s*源\s*[:：]\s*\n?\s*(?P<source>[^\s|:：。，]{2,30})")
_EDGE = 1500
_SITE = re.compile(r"\s*[-_|—–>]{1,2}\s*[^-_|—–>]{2,30}(?:网|网站|门户|政府|局|厅|委|平台|频道)\s*$")


def _as_date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def from_text(text: str) -> PageHints:
    """Hints from the lines a page leaves around a copied text; only its first and last 1,500 characters count."""
    posted, span = _posted(text)
    match = _SOURCE.search(text, 0, _EDGE)
    return PageHints(
        posted=posted,
        source=match["source"] if match else None,
        posted_quote=text[slice(*span)] if span else None,
        posted_span=span,
        posted_rule="page_field" if posted else None,
    )


def _posted(text: str) -> tuple[date | None, tuple[int, int] | None]:
    for match in _FIELD.finditer(text, 0, _EDGE):
        found = _as_date(match)
        if found:
            return found, match.span()
    place = 0
    for line in text[:_EDGE].split("\n"):
        match_line = _LINE.match(line)
        if match_line:
            found = _as_date(match_line)
            if found:
                return found, (place, place + len(line))
        place += len(line) + 1
    for match in _FIELD.finditer(text, max(0, len(text) - _EDGE)):
        found = _as_date(match)
        if found:
            return found, match.span()
    return None, None


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = (meta.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((metas[name] for name in names if metas.get(name)), None)


def from_html(root: Any, text: str) -> PageHints:
    """Hints from a page's meta elements and `<title>`, completed by those of its text.

    Args:
        root: the page's tree.
        text: the article as extracted; offsets of spans refer to it.
    """
    metas = _metas(root)
    title = _first(metas, _TITLE_META[:3])
    rule = "meta" if title else None
    if not title:
        element = root.find(".//title")
        title = _SITE.sub("", "".join(element.itertext()).strip()) if element is not None else None
        rule = "title_element" if title else None
    quoted = _first(metas, _DATE_META)
    match = DATE.search(quoted) if quoted else None
    posted = _as_date(match) if match else None
    beside = from_text(text)
    whole = beside if posted else from_text("\n".join(_lines(root)))
    return PageHints(
        title=title or None,
        posted=posted or beside.posted or whole.posted,
        source=_first(metas, _SOURCE_META) or beside.source or whole.source,
        posted_quote=quoted if posted else (beside.posted_quote or whole.posted_quote),
        posted_span=None if posted else beside.posted_span,
        title_rule=rule,
        posted_rule="meta" if posted else (beside.posted_rule or whole.posted_rule),
    )


def _lines(root: Any) -> list[str]:
    """Text of the elements that stand before the article's end, for a date outside the article's own element."""
    pieces = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style", "title"):
            own = " ".join(part.strip() for part in (element.text, element.tail) if part and part.strip())
            if own:
                pieces.append(own)
        if len(pieces) > 400:  # noqa: PLR2004 - a header has fewer
            break
    return pieces

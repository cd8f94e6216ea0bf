"""How often metadata agree with a gold standard, field by field, beside plain regular expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_YEAR = re.compile(r"((?:19|20)\d\d)年")
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_ISSUER = re.compile(r"[一-鿿]{2,12}?(?:教育局|教育体育局|人民政府|国务院)|国务院")
_LEVELS = (("省", "province"), ("市", "city"), ("县", "county"), ("区", "county"))

FIELDS = (
    *("title", "issuer", "province", "city", "county", "level"),
    *("doc_type", "plan_year", "published", "posted", "script"),
)


def compare(found: Mapping[str, Any], gold: Mapping[str, Any]) -> dict[str, bool]:
    """Whether each field the gold standard states is right; dates as ISO strings, titles without their blanks."""
    return {name: _plain(found.get(name)) == _plain(gold[name]) for name in FIELDS if name in gold}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return re.sub(r"\s", "", value) if isinstance(value, str) else value


def baseline(text: str) -> dict[str, Any]:
    """What plain regular expressions give: first line, first year, first office, first date, first level word."""
    year, day, issuer = _YEAR.search(text), _DATE.search(text), _ISSUER.search(text)
    name = issuer[0] if issuer else ""
    when = f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}" if day else None
    places = {level: re.match(rf"[一-鿿]{{1,8}}?{word}", name) for word, level in _LEVELS}
    return {
        "title": next((line.strip() for line in text.split("\n") if line.strip()), ""),
        "issuer": name or None,
        **{level: (match[0] if (match := places[level]) else None) for level in ("province", "city", "county")},
        "level": next((level for word, level in reversed(_LEVELS) if word in name), None),
        "doc_type": "plan" if "计划" in text[:200] else "work_points" if "要点" in text[:200] else "other",
        "plan_year": int(year[1]) if year else None,
        "published": when,
        "posted": when,
        "script": "hans",
    }

"""Ready-made references to a measure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pipeline.web.queries.page_models import CitedAs


def _when(row: dict[str, Any]) -> str:
    dated: date | None = row["published"] or row["posted"]
    return dated.isoformat() if dated else str(row["plan_year"] or "日期不详")


def _braced(text: str) -> str:
    """Text that BibTeX reads as it stands: braces would unbalance the entry, a percent sign begin a comment."""
    return re.sub(r"([%&#_$])", r"\\\1", re.sub(r"[{}\\]", "", text))


def cite(row: dict[str, Any], permalink: str, accessed: date) -> CitedAs:
    """References to a row of the wide frame: GB/T 7714-2015 (type Z, online), a plain sentence, BibTeX."""
    issuer = row["issuer"] or "发布单位不详"
    where = f"第 {row['number'].strip('.．、')} 条" if row["number"] else f"第 {row['ordinal']} 项"
    when = _when(row)
    title = row["title"]
    year = (row["published"] or row["posted"] or date(row["plan_year"] or accessed.year, 1, 1)).year
    fields = {
        "title": title,
        "author": "{" + _braced(issuer) + "}",
        "year": str(year),
        "note": f"{where}：{row['headline']}；{row['measure_id']}",
        "url": permalink,
        "urldate": accessed.isoformat(),
    }
    body = ",\n".join(
        f"  {name} = {{{value if name in ('author', 'url', 'urldate') else _braced(value)}}}"
        for name, value in fields.items()
    )
    key = re.sub(r"[^A-Za-z0-9]+", "-", row["measure_id"]).strip("-")
    return CitedAs(
        gbt7714=f"{issuer}. {title}: {where}[Z/OL]. ({when})[{accessed.isoformat()}]. {permalink}.",
        plain=f"{issuer}《{title}》{where}“{row['headline']}”（{row['measure_id']}）",
        bibtex=f"@misc{{{key},\n{body}\n}}",
    )

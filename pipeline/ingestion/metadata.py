"""What a document is: issuer, region, level, kind, year and dates, each with the evidence it rests on.

Facts come from the document's own words. Places that a text merely mentions, years of five-year plans it drafts and
the date its page was posted are kept as candidates in the evidence and never become values, with one exception that
is marked `inferred`: a bureau that prints only its level (市教育局) is completed when its text names one single city.
"""

from __future__ import annotations

from pipeline.ingestion import bodies, titles, years
from pipeline.ingestion.evidence import Evidence, Metadata
from pipeline.ingestion.types import PageHints

_SPELLINGS = {"陕西": "shaanxi"}
"""Official spellings that tell apart what pinyin without tones does not (山西 is shanxi)."""

__all__ = ["Evidence", "Metadata", "extract", "slug"]


def extract(text: str, *, path: str, hints: PageHints) -> Metadata:
    """Metadata of a clean text.

    Args:
        text: clean text; offsets in the evidence refer to it.
        path: path of the file in its corpus: weak evidence, used last.
        hints: what the page says; `posted` comes from here alone.
    """
    lines = titles.zone(text)
    title = titles.choose(text, lines, hints, path)
    kind, kind_evidence = titles.doc_type(title.text, text)
    body = bodies.identify(text, title, lines, path, report=kind == "government_report")
    year, year_evidence = years.plan_year(text, title.text, lines, path, printed=title.evidence.where != "path")
    published, published_evidence = years.published(text, lines)
    return Metadata(
        title=title.text,
        issuer=body.issuer,
        province=body.place.province,
        city=body.place.city,
        county=body.place.county,
        level=body.level,
        doc_type=kind,
        plan_year=year,
        published=published,
        posted=hints.posted,
        evidence={
            "title": title.evidence,
            **body.evidence,
            "doc_type": kind_evidence,
            "plan_year": year_evidence,
            "published": published_evidence,
            "posted": _posted(hints),
        },
    )


def _posted(hints: PageHints) -> Evidence:
    if hints.posted is None:
        return Evidence("none", where="derived")
    quote = hints.posted_quote or ""
    if hints.posted_span is None:
        return Evidence(hints.posted_rule or "page", quote, where="page")
    return Evidence(hints.posted_rule or "page_field", quote, *hints.posted_span, where="source")


def slug(metadata: Metadata) -> str:
    """Readable head of a document id: pinyin of the lowest place and the year, `qingyuan-2019`, `unknown-undated`.

    A place is cut to its stem (清远市 -> 清远), a national document is `guowuyuan` or its issuer's name.
    """
    from pypinyin import lazy_pinyin

    from pipeline.ingestion.places import stem

    name = metadata.county or metadata.city or metadata.province
    if name is None and metadata.level == "national":
        name = metadata.issuer
    root = stem(name) if name else ""
    letters = _SPELLINGS.get(root) or "".join(lazy_pinyin(root)) or "unknown"
    plain = "".join(character for character in letters.lower() if character.isascii() and character.isalnum())
    return f"{plain or 'unknown'}-{metadata.plan_year or 'undated'}"

"""Templates: one environment, and what every page knows."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.classification.codebook import Codebook
from pipeline.web.config import WebConfig
from pipeline.web.gate import Visitor
from pipeline.web.i18n import COOKIE, Translator, choose
from pipeline.web.library import Library
from pipeline.web.queries.filters import NONE
from pipeline.web.security import csrf_token, session_of

STATIC = Path(__file__).parent / "static"
REVIEWER = "jucuo_reviewer"


@cache
def asset(name: str) -> str:
    """Address of a static file; the digest in it lets browsers keep the file for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def path_of(kind: str, name: str) -> str:
    """Address of a measure, document or family."""
    return f"/{kind}/{quote(name, safe='/')}"


def percent(share: float) -> str:
    """A share as a whole percentage; what is not zero is not shown as zero."""
    rounded = f"{share:.0%}"
    return "<1%" if share > 0 and rounded == "0%" else rounded


def label(number: str, headline: str) -> str:
    """A measure's number and headline as print sets them: no space after full-width punctuation."""
    gap = "" if not number or number[-1] in "、．）〕：" else " "
    return f"{number}{gap}{headline}"


def shade(share: float) -> int:
    """Class 0..20 of a heat map's colour: inline styles are not allowed by our content policy."""
    return round(20 * min(1.0, max(0.0, share)))


@cache
def environment() -> Environment:
    """The templates; every value in them is escaped."""
    found = Environment(
        loader=PackageLoader("pipeline.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(asset=asset, path_of=path_of, urlencode=urlencode, NONE=NONE, shade=shade, label=label)
    found.filters.update(percent=percent)
    return found


class Page:
    """What a request's page needs: language, tables, the address it stands at."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.config: WebConfig = request.app.state.config
        self.library: Library = request.app.state.library
        self.lang = choose(request.query_params.get("lang"), request.cookies.get(COOKIE))
        self.t = Translator(self.lang)

    @property
    def visitor(self) -> Visitor:
        """How whoever asked came in."""
        found: Visitor = self.request.state.visitor
        return found

    @property
    def reviewer(self) -> str:
        """Name the person reviews under: their account's; where nobody has one, the name they gave, if they did."""
        from pipeline.web.people import read_name

        if self.visitor.accounts:
            return self.visitor.name
        return read_name(self.config, self.request.cookies.get(REVIEWER, ""))

    @property
    def csrf(self) -> str:
        """Token for this page's forms."""
        return csrf_token(self.config, session_of(self.request))

    def permalink(self, kind: str, name: str) -> str:
        """Full address of a measure, document or family."""
        return str(self.request.base_url).rstrip("/") + path_of(kind, name)

    def category_name(self, codebook: Codebook, category: str | None) -> str:
        """A category's name in the page's language."""
        if category is None or category == NONE:
            return self.t("无类别", "no category")
        if category not in codebook.index:
            return category
        found = codebook.category(category)
        return found.zh if self.lang == "zh" else found.en

    def switch(self) -> str:
        """Address of this page in the other language."""
        other = "en" if self.lang == "zh" else "zh"
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        return f"{quote(self.request.url.path)}?{urlencode([*kept, ('lang', other)])}"

    def render(self, template: str, http_status: int = 200, **values: Any) -> HTMLResponse:
        """The page as a response; a language asked for in the URL is remembered."""
        codebook = values.pop("codebook", None)

        @cache
        def known() -> Codebook:
            """Looked up once a page: each look asks the disk whether the file has changed."""
            return codebook or self.library.codebook

        def cat(name: str | None) -> str:
            return self.category_name(known(), name)

        html = (
            environment()
            .get_template(template)
            .render(t=self.t, lang=self.lang, page=self, cat=cat, path=self.request.url.path, **values)
        )
        response = HTMLResponse(html, status_code=http_status)
        if self.request.query_params.get("lang") == self.lang:
            response.set_cookie(COOKIE, self.lang, max_age=365 * 86400, samesite="lax", path="/")
        return response

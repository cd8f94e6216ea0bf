"""`/login` and `/docs`: the token's form, and the API described without anything from outside."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.web.problems import WebError
from pipeline.web.routes.common import PageDep
from pipeline.web.security import ACCESS, access_cookie, require_csrf

router = APIRouter(include_in_schema=False)


def safe_target(value: str) -> str:
    """An address on this server to go on to; anything else leads to the overview."""
    plain = value.startswith("/") and not value.startswith(("//", "/\\")) and value.isprintable()
    return value if plain else "/"


@router.get("/login")
def ask(page: PageDep, target: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> HTMLResponse:
    """The form that asks for the token."""
    return page.render(
        "login.html.j2", target=safe_target(target), csrf=page.csrf, needed=page.config.token is not None
    )


@router.post("/login")
def enter(
    page: PageDep,
    token: Annotated[str, Form(max_length=500)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
    target: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Check the token and remember that this browser knows it."""
    require_csrf(page.request, csrf)
    if page.config.token is None or not hmac.compare_digest(token.strip().encode(), page.config.token.encode()):
        raise WebError(
            401,
            page.t("口令不对", "that is not the token"),
            page.t("请核对启动命令显示的口令", "Check the one shown at start"),
        )
    response = RedirectResponse(safe_target(target), status_code=303)
    response.set_cookie(ACCESS, access_cookie(page.config), httponly=True, samesite="strict", path="/")
    return response


@router.get("/docs")
def docs(page: PageDep) -> HTMLResponse:
    """Every address of the API with its parameters."""
    schema = page.request.app.openapi()
    return page.render("docs.html.j2", paths=schema["paths"], schemas=schema.get("components", {}).get("schemas", {}))

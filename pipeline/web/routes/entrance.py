"""`/login`, `/logout` and `/docs`: signing in and out, and the API described without anything from outside."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.web.gate import ACCOUNT, SESSION_SECONDS, Gate
from pipeline.web.problems import WebError
from pipeline.web.rendering import Page
from pipeline.web.routes.common import PageDep
from pipeline.web.security import ACCESS, SESSION, access_cookie, renew_session, require_csrf, set_cookie

router = APIRouter(include_in_schema=False)

Csrf = Annotated[str, Form(max_length=200)]


def gate_of(page: Page) -> Gate:
    """Where people come in."""
    gate: Gate = page.request.app.state.gate
    return gate


def address_of(request: Request) -> str:
    """Where a request wanted to go, to lead there after signing in."""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path) + query


def safe_target(value: str) -> str:
    """An address on this server to go on to; anything else leads to the overview."""
    plain = value.startswith("/") and not value.startswith(("//", "/\\")) and value.isprintable()
    return value if plain else "/"


def sign_in_page(page: Page, target: str, why: WebError | None = None, name: str = "") -> HTMLResponse:
    """The form that asks who somebody is; `why` says what was wrong with the last try."""
    accounts = gate_of(page).accounts is not None
    return page.render(
        "login.html.j2",
        http_status=why.status if why is not None else 200,
        target=safe_target(target),
        why=why,
        name=name,
        csrf=page.csrf,
        accounts=accounts,
        token=page.config.token is not None,
        needed=accounts or page.config.token is not None,
        closed=page.config.closed,
    )


@router.get("/login")
def ask(page: PageDep, target: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> HTMLResponse:
    """The sign-in page."""
    return sign_in_page(page, target)


@router.post("/login")
def enter(
    page: PageDep,
    name: Annotated[str, Form(max_length=80)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
    token: Annotated[str, Form(max_length=500)] = "",
    csrf: Csrf = "",
    target: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Check name and password, or the shared token, and remember this browser."""
    require_csrf(page.request, csrf)
    gate, response = gate_of(page), RedirectResponse(safe_target(target), status_code=303)
    if token:
        if not gate.knows_token(page.request, token.strip()):
            wrong = page.t("口令不对，请核对启动命令显示的口令", "that is not the token shown at start")
            return sign_in_page(page, target, WebError(401, wrong, kind="wrong"))
        set_cookie(page.request, response, ACCESS, access_cookie(page.config))
    else:
        account = gate.enter(page.request, name.strip(), password)
        if account is None:
            wrong = page.t("姓名或密码不对", "name and password do not belong together")
            return sign_in_page(page, target, WebError(401, wrong, kind="wrong"), name.strip())
        set_cookie(page.request, response, ACCOUNT, gate.session(account), SESSION_SECONDS)
    renew_session(page.request)
    return response


@router.post("/logout")
def leave(page: PageDep, csrf: Csrf = "") -> Response:
    """Forget this browser."""
    require_csrf(page.request, csrf)
    response = RedirectResponse("/login", status_code=303)
    for cookie in (ACCOUNT, ACCESS, SESSION):
        response.delete_cookie(cookie, path="/", httponly=True, samesite="lax")
    return response


@router.get("/docs")
def docs(page: PageDep) -> HTMLResponse:
    """Every address of the API with its parameters."""
    schema = page.request.app.openapi()
    return page.render("docs.html.j2", paths=schema["paths"], schemas=schema.get("components", {}).get("schemas", {}))

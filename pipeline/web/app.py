"""The application: routes, errors, protection."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipeline.errors import JucuoError
from pipeline.web.config import WebConfig
from pipeline.web.explaining import Explainer
from pipeline.web.gate import Gate, Visitor
from pipeline.web.library import Library, MissingTableError
from pipeline.web.problems import TITLES, WebError, problem
from pipeline.web.queries.filters import FilterError
from pipeline.web.queries.items import NotFoundError
from pipeline.web.rendering import STATIC, Page
from pipeline.web.reviewing import ReviewDesk
from pipeline.web.routes import ROUTERS
from pipeline.web.routes.entrance import address_of, sign_in_page
from pipeline.web.security import OPEN_PATHS, BodyLimit, finish, screen

UNKNOWN_VISITOR = 401

log = logging.getLogger("jucuo.web")

DESCRIPTION = "举措数据接口：每个页面的数据都在这里。Data of every page. Errors are RFC 9457 problems."


def _unusable(error: RequestValidationError) -> WebError:
    details = [{"where": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in error.errors()]
    return WebError(422, "; ".join(f"{d['where']}: {d['what']}" for d in details), kind="value", errors=details)


def _unrouted(error: HTTPException) -> WebError:
    """The framework's own refusals: an address that nothing answers, a method that it does not take."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return WebError(HTTPStatus.NOT_FOUND, "nothing here has this address", kind="no-page")
    return WebError(error.status_code, str(error.detail or TITLES.get(error.status_code, "")))


_MEANINGS: tuple[tuple[type[Exception], Callable[[Any], WebError]], ...] = (
    (WebError, lambda e: e),
    (NotFoundError, lambda e: WebError(404, str(e), kind="not-found")),
    (FilterError, lambda e: WebError(422, str(e), kind="filter")),
    (MissingTableError, lambda e: WebError(503, e.cause, e.remedy, kind="missing-table")),
    (JucuoError, lambda e: WebError(503, e.cause, e.remedy, kind="not-ready")),
    (RequestValidationError, _unusable),
    (HTTPException, _unrouted),
)


def as_web_error(error: Exception) -> WebError:
    """What an exception means to whoever asked."""
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning(error)
    return WebError(500, "something went wrong here; the server's log has the details", kind="internal")


def answer(request: Request, error: Exception) -> Response:
    """An error as a problem under /api, as a page elsewhere."""
    found = as_web_error(error)
    if found.kind == "internal":
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith("/api/"):
        response: Response = problem(
            found.status, found.detail, request.url.path, found.remedy, found.kind, **found.members
        )
    else:
        response = _page(request, found)
    if found.status == UNKNOWN_VISITOR:
        response.headers["WWW-Authenticate"] = 'Bearer realm="jucuo"'
    if "retry_after" in found.members:
        response.headers["Retry-After"] = str(found.members["retry_after"])
    return response


def _page(request: Request, found: WebError) -> Response:
    """An error as a page: strangers get the sign-in form, which leads on to where they wanted to go."""
    page = Page(request)
    if found.status == UNKNOWN_VISITOR and request.method == "GET":
        return sign_in_page(page, address_of(request), found)
    return page.render(
        "error.html.j2",
        http_status=found.status,
        status_code=found.status,
        detail=found.detail,
        remedy=found.remedy,
        kind=found.kind,
        retry_after=found.members.get("retry_after", 0),
    )


def _static(app: FastAPI) -> None:
    class Kept(StaticFiles):
        """Static files carry their digest in the address, so browsers may keep them."""

        def file_response(self, *args: object, **kwargs: object) -> Response:
            response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return response

    app.mount("/static", Kept(directory=STATIC), name="static")


def _warm(library: Library, explainer: Explainer) -> None:
    """Load what the first pages need, then what takes longest: 8 s of one core that nobody waits for.

    What is missing, the pages will say.
    """
    try:
        _ = library.wide
        _ = library.index
        library.encode(["举措"])
        _ = explainer.classifier
    except (JucuoError, OSError) as error:
        log.info("not loaded ahead: %s", error)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    config: WebConfig = app.state.config
    if config.warm:
        threading.Thread(
            target=_warm, args=(app.state.library, app.state.explainer), daemon=True, name="jucuo-warm"
        ).start()
    yield


async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every request: turned away, or answered for who sends it; every answer with the protective headers."""
    config, gate = request.app.state.config, request.app.state.gate
    request.state.visitor = Visitor()
    try:
        refused = screen(config, request)
        if refused is not None:
            raise refused  # noqa: TRY301 - one way out for all refusals
        if not request.url.path.startswith(OPEN_PATHS):
            # It asks the database: not in the event loop.
            request.state.visitor = await run_in_threadpool(gate.visitor, request)
        response = await call_next(request)
    except Exception as error:  # noqa: BLE001 - the last place before the server; logged in `answer`
        response = answer(request, error)
    return finish(request, response, private=request.state.visitor.way != "local")


def create_app(config: WebConfig) -> FastAPI:
    """The application over one workspace; nothing is read from it before a page asks."""
    app = FastAPI(
        lifespan=_lifespan,
        title="Jucuo 举措",
        description=DESCRIPTION,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.config = config
    app.state.library = Library(config.workspace, config.settings)
    app.state.review = ReviewDesk(app.state.library, config.database_url)
    app.state.explainer = Explainer(app.state.library)
    app.state.gate = Gate(config, app.state.review)
    app.middleware("http")(guarded)
    app.add_middleware(BodyLimit, limit=config.max_body)
    for known in (WebError, NotFoundError, FilterError, JucuoError, RequestValidationError, HTTPException):
        app.add_exception_handler(known, answer)
    for router in ROUTERS:
        app.include_router(router)
    _static(app)
    return app

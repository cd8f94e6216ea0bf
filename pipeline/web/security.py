"""What a request and a page may do: hosts, forgery protection, content policy, cookies, size limits."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.config import WebConfig
from pipeline.web.problems import WebError

SESSION = "jucuo_session"
ACCESS = "jucuo_access"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = ("/login", "/static/", "/health")
"""What strangers may see; the sign-in page needs its style."""
MAX_URL = 32_000
"""A query of 2,000 Chinese characters is 18,000 long once it is encoded."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def signature(secret: bytes, value: str) -> str:
    """Keyed digest of a value, so that nobody else can make one."""
    return hmac.new(secret, value.encode(), sha256).hexdigest()


def access_cookie(config: WebConfig) -> str:
    """What a browser that has shown the token carries instead of it."""
    return signature((config.token or "").encode(), "access")


def host_of(request: Request) -> str:
    """Host the client says it is talking to, without the port."""
    value = request.headers.get("host", "")
    return urlsplit(f"//{value}").hostname or ""


def _same_origin(request: Request) -> bool:
    """Whether a browser says that the request comes from our own pages; other programs send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def csrf_token(config: WebConfig, session: str) -> str:
    """The form token of a session."""
    return signature(config.secret, f"csrf:{session}")


def require_csrf(request: Request, sent: str) -> None:
    """Refuse a form that none of our pages gave to this browser."""
    config: WebConfig = request.app.state.config
    expected = csrf_token(config, request.cookies.get(SESSION, ""))
    if not request.cookies.get(SESSION) or not hmac.compare_digest(expected, sent or ""):
        raise WebError(
            403, "this form has expired or does not come from our own pages", "Go back, reload, try again.", "csrf"
        )


def screen(config: WebConfig, request: Request) -> WebError | None:
    """The reason to turn a request away whoever sends it; None when there is none."""
    if "*" not in config.hosts and host_of(request) not in config.hosts:
        return WebError(
            421, "this server does not answer to that host name", "Start it with --name, or use 127.0.0.1.", "host"
        )
    if len(str(request.url)) > MAX_URL:
        return WebError(413, f"the address is longer than {MAX_URL} characters", kind="too-large")
    if request.method not in SAFE_METHODS and not _same_origin(request):
        return WebError(403, "requests that change something must come from our own pages", kind="foreign")
    return None


Handler = Callable[[Request], Awaitable[Response]]


def set_cookie(request: Request, response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie that scripts cannot read and that travels encrypted where the page did.

    `lax`: a permalink opened from a letter finds its reader signed in; forms have tokens of their own.
    """
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure, path="/")


def finish(request: Request, response: Response, *, private: bool) -> Response:
    """Add the protective headers, and a session for the forms' tokens; `private` pages are kept nowhere."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "cache-control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if private else "no-cache"
    new = getattr(request.state, "new_session", None)
    if new:
        set_cookie(request, response, SESSION, new)
    return response


def session_of(request: Request) -> str:
    """This browser's session; a new one is sent along with the page."""
    session = request.cookies.get(SESSION) or getattr(request.state, "new_session", None)
    if session is None:
        session = request.state.new_session = secrets.token_urlsafe(24)
    return session


def renew_session(request: Request) -> None:
    """Another session for the forms' tokens: nobody who knew the old one shares the new."""
    request.state.new_session = secrets.token_urlsafe(24)


class BodyLimit:
    """Refuses bodies over `limit` bytes, whether announced or not, before anything reads them."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in; past the limit the request ends with 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            await self._refuse(send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise WebError(413, f"more than {self.limit} bytes were sent", kind="too-large")
            return message

        await self.app(scope, counted, send)

    async def _refuse(self, send: Send) -> None:
        body = b'{"type":"about:blank","title":"Request too large","status":413}'
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})

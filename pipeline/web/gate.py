"""Who is asking: anybody on this machine, a holder of the shared token, or somebody with an account."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from fastapi import Request
from itsdangerous import BadData, URLSafeTimedSerializer

from pipeline.review.accounts import Account, Accounts
from pipeline.web.config import WebConfig
from pipeline.web.problems import WebError
from pipeline.web.reviewing import ReviewDesk
from pipeline.web.security import ACCESS, access_cookie
from pipeline.web.throttle import Throttle, origin_of

ACCOUNT = "jucuo_account"
SESSION_SECONDS = 14 * 86400
"""How long a browser stays signed in; a new password or the account's removal ends it at once."""

WINDOW = 15 * 60.0
PER_NAME, PER_ORIGIN, PER_TOKEN = 5, 30, 60
"""Failures in 15 minutes: for one name from one place, for one place (an office may share it), with wrong tokens."""


@dataclass(frozen=True)
class Visitor:
    """How somebody came in. `name` is the account's, `accounts` whether there are any: then only they review."""

    way: Literal["nobody", "local", "token", "account"] = "nobody"
    name: str = ""
    accounts: bool = False


class Gate:
    """Lets requests in; safe to use from several threads."""

    def __init__(self, config: WebConfig, desk: ReviewDesk) -> None:
        self._config = config
        self._desk = desk
        self._sessions = URLSafeTimedSerializer(config.secret, salt="account")
        self._names = Throttle(PER_NAME, WINDOW)
        self._origins = Throttle(PER_ORIGIN, WINDOW)
        self._tokens = Throttle(PER_TOKEN, WINDOW)

    @property
    def accounts(self) -> Accounts | None:
        """The accounts, None where nobody has one; whoever only reads gets no database made for them."""
        url = sa.make_url(self._config.database_url)
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
            return None
        found = Accounts(self._desk.store.engine)
        return found if found.any() else None

    def visitor(self, request: Request) -> Visitor:
        """Who this is; raises WebError 401 for strangers, 429 for those who guess tokens."""
        accounts = self.accounts
        found = self._by_header(request, accounts) or self._by_cookie(request, accounts)
        if found is not None:
            return found
        if accounts is None and self._config.token is None and not self._config.closed:
            return Visitor("local")
        way = "`Authorization: Bearer TOKEN`"
        if accounts is None and self._config.token is None:
            raise WebError(401, "nobody has an account here any more", "jucuo review users add NAME", "no-accounts")
        raise WebError(401, "this server asks who you are", f"Open /login, or send {way}.", "sign-in")

    def _by_header(self, request: Request, accounts: Accounts | None) -> Visitor | None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or (accounts is None and self._config.token is None):
            return None
        origin, token = self._origin(request), value.strip()
        self._try(self._tokens, origin)
        found: Visitor | None = None
        if self._is_token(token):
            found = Visitor("token", accounts=accounts is not None)
        elif accounts is not None and (account := accounts.of_token(token)) is not None:
            found = Visitor("account", account.name, accounts=True)
        if found is None:
            raise WebError(401, "nobody has that token", "Make a new one on /account.", "sign-in")
        self._tokens.forget(origin)
        return found

    def _by_cookie(self, request: Request, accounts: Accounts | None) -> Visitor | None:
        if accounts is not None and (account := self._signed_in(request, accounts)) is not None:
            return Visitor("account", account.name, accounts=True)
        if self._config.token is None:
            return None
        known = hmac.compare_digest(request.cookies.get(ACCESS, "").encode(), access_cookie(self._config).encode())
        return Visitor("token", accounts=accounts is not None) if known else None

    def _signed_in(self, request: Request, accounts: Accounts) -> Account | None:
        value = request.cookies.get(ACCOUNT)
        if not value:
            return None
        try:
            name, fingerprint = self._sessions.loads(value, max_age=SESSION_SECONDS)
        except (BadData, TypeError, ValueError):
            return None
        account = accounts.find(name)
        return account if account is not None and account.fingerprint == fingerprint else None

    def session(self, account: Account) -> str:
        """The cookie of somebody who is signed in."""
        return str(self._sessions.dumps([account.name, account.fingerprint]))

    def enter(self, request: Request, name: str, password: str) -> Account | None:
        """The account, if name and password belong together; raises WebError 429 after too many failures."""
        origin = self._origin(request)
        own = f"{origin} {name}"
        self._try(self._origins, origin)
        self._try(self._names, own)
        accounts = self.accounts
        found = accounts.check(name, password) if accounts is not None else None
        if found is not None:
            self._origins.forget(origin)
            self._names.forget(own)
        return found

    def knows_token(self, request: Request, token: str) -> bool:
        """Whether this is the shared token; raises WebError 429 after too many failures."""
        origin = self._origin(request)
        self._try(self._origins, origin)
        if right := self._is_token(token):
            self._origins.forget(origin)
        return right

    def _is_token(self, value: str) -> bool:
        token = self._config.token
        return token is not None and hmac.compare_digest(value.encode(), token.encode())

    def _origin(self, request: Request) -> str:
        return origin_of(request.client.host if request.client is not None else "")

    def _try(self, throttle: Throttle, key: str) -> None:
        seconds = throttle.wait(key)
        if seconds:
            raise WebError(
                429,
                "too many failed attempts from here",
                f"Try again in {seconds} s.",
                "slow-down",
                retry_after=seconds,
            )

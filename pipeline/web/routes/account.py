"""`/account`: one's own password and token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import JucuoError
from pipeline.review.accounts import Account, Accounts
from pipeline.web.gate import ACCOUNT, SESSION_SECONDS
from pipeline.web.problems import WebError
from pipeline.web.rendering import Page
from pipeline.web.routes.common import PageDep
from pipeline.web.routes.entrance import Csrf, gate_of
from pipeline.web.security import require_csrf, set_cookie

router = APIRouter(prefix="/account", include_in_schema=False)

Password = Annotated[str, Form(max_length=500)]


def _own(page: Page) -> tuple[Accounts, Account]:
    """The accounts and the visitor's own; raises WebError for visitors without one."""
    accounts = gate_of(page).accounts
    account = accounts.find(page.visitor.name) if accounts is not None else None
    if accounts is None or account is None:
        raise WebError(404, page.t("你没有账号", "you have no account"), "jucuo review users add NAME")
    return accounts, account


def _shown(page: Page, account: Account, *, token: str = "", changed: bool = False) -> HTMLResponse:
    return page.render("account.html.j2", account=account, token=token, changed=changed, csrf=page.csrf)


@router.get("")
def show(page: PageDep) -> HTMLResponse:
    """What belongs to the account."""
    _, account = _own(page)
    return _shown(page, account, changed=page.request.query_params.get("changed") == "1")


@router.post("/password")
def password(page: PageDep, old: Password = "", new: Password = "", again: Password = "", csrf: Csrf = "") -> Response:
    """Another password: whoever else is signed in under the account has to sign in again."""
    require_csrf(page.request, csrf)
    accounts, account = _own(page)
    if new != again:
        raise WebError(422, page.t("两次输入的新密码不同", "the new password was not typed alike twice"))
    if gate_of(page).enter(page.request, account.name, old) is None:
        raise WebError(403, page.t("原密码不对", "that is not the present password"))
    try:
        accounts.set_password(account.name, new)
    except JucuoError as error:
        raise WebError(422, error.cause, error.remedy) from error
    response = RedirectResponse("/account?changed=1", status_code=303)
    fresh = accounts.find(account.name)
    if fresh is not None:
        set_cookie(page.request, response, ACCOUNT, gate_of(page).session(fresh), SESSION_SECONDS)
    return response


@router.post("/token")
def token(page: PageDep, csrf: Csrf = "", drop: Annotated[str, Form(max_length=5)] = "") -> HTMLResponse:
    """A new token for programs, shown this once; or none any more."""
    require_csrf(page.request, csrf)
    accounts, account = _own(page)
    if drop:
        accounts.drop_token(account.name)
        return _shown(page, _own(page)[1])
    made = accounts.new_token(account.name)
    return _shown(page, _own(page)[1], token=made)

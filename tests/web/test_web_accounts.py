"""Signing in, who decides, what ends a session, and how often somebody may guess."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from web_forms import csrf_of

from pipeline.cli.main import cli
from pipeline.errors import JucuoError
from pipeline.review.accounts import Accounts
from pipeline.review.store import Store
from pipeline.settings import Settings
from pipeline.web.app import create_app
from pipeline.web.config import WebConfig, kept_secret
from pipeline.web.throttle import MAX_KEYS, Throttle, origin_of
from pipeline.workspace import Workspace

NAME, PASSWORD = "王芳", "four plain old words"
TOKEN = "a-token-of-enough-characters"  # noqa: S105 - the test's own
TEACHERS = "qinghe-2023-aaaaaa/1.1"


@pytest.fixture
def accounts(workspace: Workspace, settings: Settings) -> Accounts:
    found = Accounts(Store(WebConfig(workspace, settings).database_url).engine)
    found.add(NAME, PASSWORD)
    return found


def browser(workspace: Workspace, settings: Settings, **more: Any) -> TestClient:
    return TestClient(create_app(WebConfig(workspace, settings, **more)), raise_server_exceptions=False)


@pytest.fixture
def guest(accounts: Accounts, workspace: Workspace, settings: Settings) -> TestClient:
    """A browser nobody has signed in with, at a server with accounts."""
    del accounts
    return browser(workspace, settings)


def sign_in(client: TestClient, name: str = NAME, password: str = PASSWORD, **more: str) -> Any:
    csrf = csrf_of(client.get("/login").text)
    return client.post(
        "/login", data={"name": name, "password": password, "csrf": csrf, **more}, follow_redirects=False
    )


def decision(**more: Any) -> dict[str, Any]:
    body = {"measure_id": TEACHERS, "action": "correct", "key": "key-00000001", "base": 0, "labels": ["publicity"]}
    return body | more


def test_strangers_see_the_sign_in_page_and_nothing_else(guest: TestClient) -> None:
    for url in ("/", "/search?q=x", f"/measure/{TEACHERS}", "/review", "/export", "/docs", "/account"):
        answer = guest.get(url)
        assert answer.status_code == 401, url
        assert 'name="password"' in answer.text
        assert "骨干教师" not in answer.text
    refused = guest.get("/api/overview")
    assert refused.json()["type"] == "urn:jucuo:problem:sign-in"
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert 'value="/search?q=x"' in guest.get("/search?q=x").text
    assert guest.get("/health").status_code == 200
    assert guest.get("/static/style.css").status_code == 200


def test_who_signs_in_goes_on_and_reviews_under_the_account(guest: TestClient) -> None:
    answer = sign_in(guest, next="/review")
    assert answer.headers["location"] == "/review"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("jucuo_account"))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert PASSWORD not in cookie
    home = guest.get("/review").text
    assert NAME in home
    assert 'action="/review/name"' not in home
    assert guest.post("/review/name", data={"name": "别人", "csrf": csrf_of(home)}).status_code == 409
    form = guest.get(f"/review/measure/{TEACHERS}").text
    part = form[form.index('action="/review/decide"') :]
    hidden = dict(re.findall(r'name="(csrf|key|measure_id|base|queue|back)" value="([^"]*)"', part)[:6])
    assert guest.post("/review/decide", data={**hidden, "action": "accept"}).status_code == 200
    records = guest.get("/api/review/decisions").json()["decisions"]
    assert [r["reviewer"] for r in records] == [NAME]


def test_a_name_given_in_a_cookie_counts_for_nothing_where_people_have_accounts(
    workspace: Workspace, settings: Settings
) -> None:
    client = browser(workspace, settings, token=TOKEN)
    client.post("/login", data={"token": TOKEN, "csrf": csrf_of(client.get("/login").text)})
    csrf = csrf_of(client.get("/review").text)
    client.post("/review/name", data={"name": "甲", "csrf": csrf})
    assert client.get("/review/next").status_code == 200
    Accounts(Store(WebConfig(workspace, settings).database_url).engine).add(NAME, PASSWORD)
    assert client.get("/").status_code == 200, "the shared token still opens the pages to read"
    assert "登录" in client.get("/review").text
    refused = client.get("/review/next")
    assert refused.status_code == 403
    assert "/login" in refused.text
    assert client.post("/api/review/decisions", json=decision(reviewer="甲")).status_code == 403


def test_programs_decide_under_their_accounts_name_alone(guest: TestClient, accounts: Accounts) -> None:
    token = accounts.new_token(NAME)
    send = {"authorization": f"Bearer {token}"}
    assert guest.get("/api/review/me", headers=send).json() == {"way": "account", "name": NAME}
    assert guest.post("/api/review/decisions", json=decision(reviewer="别人"), headers=send).status_code == 403
    made = guest.post("/api/review/decisions", json=decision(), headers=send)
    assert made.json()["reviewer"] == NAME
    clash = guest.post("/api/review/decisions", json=decision(key="key-00000002", labels=["preschool"]), headers=send)
    assert clash.json()["mine"]["reviewer"] == NAME
    turn = guest.post("/api/review/undo", json={"key": "undo-0001", "reviewer": "别人"}, headers=send)
    assert turn.status_code == 403
    assert len(guest.post("/api/review/undo", json={"key": "undo-0001"}, headers=send).json()["decisions"]) == 1
    accounts.drop_token(NAME)
    assert guest.get("/api/review/me", headers=send).status_code == 401


def test_without_accounts_the_api_asks_for_a_name(own: TestClient) -> None:
    refused = own.post("/api/review/decisions", json=decision())
    assert refused.status_code == 422
    assert "reviewer" in refused.json()["detail"]
    assert own.get("/api/review/me").json() == {"way": "local", "name": ""}


def test_sessions_end_with_sign_out_password_and_account(
    guest: TestClient, accounts: Accounts, workspace: Workspace, settings: Settings
) -> None:
    sign_in(guest)
    assert guest.get("/").status_code == 200
    guest.post("/logout", data={"csrf": csrf_of(guest.get("/account").text)})
    assert guest.get("/").status_code == 401
    sign_in(guest)
    accounts.set_password(NAME, "another long password")
    assert guest.get("/").status_code == 401
    sign_in(guest, password="another long password")  # noqa: S106
    assert guest.get("/").status_code == 200
    other = browser(workspace, settings)
    other.cookies = guest.cookies
    assert other.get("/").status_code == 401, "signed with another secret"
    accounts.add("李四", PASSWORD)
    accounts.remove(NAME)
    assert guest.get("/").status_code == 401


def test_a_session_outlives_a_restart_where_the_secret_is_kept(
    accounts: Accounts, workspace: Workspace, settings: Settings
) -> None:
    del accounts
    first = browser(workspace, settings, secret=kept_secret(workspace))
    sign_in(first)
    second = browser(workspace, settings, secret=kept_secret(workspace))
    second.cookies = first.cookies
    assert second.get("/").status_code == 200
    mode = stat.S_IMODE(workspace.path("review/secret").stat().st_mode)
    assert mode == 0o600
    workspace.path("review/secret").write_bytes(b"short")
    with pytest.raises(JucuoError, match="secret"):
        kept_secret(workspace)


def test_a_forged_session_is_none(guest: TestClient) -> None:
    for value in ("x", "WyJ4IiwieSJd.Z.Z", ""):
        guest.cookies.set("jucuo_account", value)
        assert guest.get("/").status_code == 401


def test_guessing_is_slowed_down_for_the_guesser_alone(guest: TestClient) -> None:
    answers = [sign_in(guest, password=f"wrong password {n}") for n in range(6)]
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert "姓名或密码不对" in answers[0].text
    assert int(answers[5].headers["retry-after"]) > 0
    assert sign_in(guest).status_code == 429, "the right password has to wait as well, or guessing would go on"
    elsewhere = TestClient(guest.app, client=("192.0.2.7", 50000))
    assert sign_in(elsewhere).status_code == 303


def test_guessing_tokens_is_slowed_down_too(guest: TestClient, accounts: Accounts) -> None:
    for _ in range(60):
        wrong = guest.get("/api/review/me", headers={"authorization": "Bearer jucuo_wrong"})
        assert wrong.status_code == 401
    assert guest.get("/api/review/me", headers={"authorization": "Bearer jucuo_wrong"}).status_code == 429
    right = {"authorization": f"Bearer {accounts.new_token(NAME)}"}
    assert guest.get("/api/review/me", headers=right).status_code == 429
    assert TestClient(guest.app, client=("192.0.2.7", 1)).get("/api/review/me", headers=right).status_code == 200


def test_sign_in_is_a_form_of_ours(guest: TestClient) -> None:
    answer = guest.post("/login", data={"name": NAME, "password": PASSWORD, "csrf": "0" * 64})
    assert answer.status_code == 403
    assert guest.post("/logout", data={"csrf": "0" * 64}).status_code == 401
    sign_in(guest)
    for url in ("/logout", "/account/password", "/account/token"):
        assert guest.post(url, data={"csrf": "0" * 64}).status_code == 403


def test_ones_own_password_and_token(guest: TestClient) -> None:
    sign_in(guest)
    csrf = csrf_of(guest.get("/account").text)
    new = "a fresh long password"
    wrong = guest.post("/account/password", data={"csrf": csrf, "old": "no", "new": new, "again": new})
    assert wrong.status_code == 403
    differ = guest.post("/account/password", data={"csrf": csrf, "old": PASSWORD, "new": new, "again": "x"})
    assert differ.status_code == 422
    short = guest.post("/account/password", data={"csrf": csrf, "old": PASSWORD, "new": "x", "again": "x"})
    assert short.status_code == 422
    done = guest.post("/account/password", data={"csrf": csrf, "old": PASSWORD, "new": new, "again": new})
    assert "密码已更换" in done.text, "and this browser stays signed in"
    shown = guest.post("/account/token", data={"csrf": csrf}).text
    token = re.search(r"jucuo_[\w-]+", shown[shown.index('class="copy"') :]).group()  # type: ignore[union-attr]
    assert guest.get("/api/review/me", headers={"authorization": f"Bearer {token}"}).json()["name"] == NAME
    assert token not in guest.get("/account").text
    guest.post("/account/token", data={"csrf": csrf, "drop": "1"})
    guest.cookies.clear()
    assert guest.get("/api/review/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_an_uploaded_file_decides_under_the_account_of_whoever_sends_it(guest: TestClient) -> None:
    import json

    sign_in(guest)
    tasks = json.loads(guest.get("/review/export?format=label-studio&issuer=青禾市教育局").content)
    task = next(t for t in tasks if t["data"]["measure_id"] == TEACHERS)
    chosen = [
        {"from_name": "labels", "to_name": "text", "type": "choices", "value": {"choices": ["publicity"]}},
        {"from_name": "primary", "to_name": "text", "type": "choices", "value": {"choices": ["publicity"]}},
    ]
    task["annotations"] = [{"result": chosen, "completed_by": {"email": f"{who}@example.org"}} for who in "ab"]
    csrf = csrf_of(guest.get("/review").text)
    files = {"file": ("x.json", json.dumps([task]).encode())}
    assert guest.post("/review/import", data={"csrf": csrf, "confirm": "1"}, files=files).status_code == 200
    records = guest.get("/api/review/decisions").json()["decisions"]
    assert [r["reviewer"] for r in records] == [NAME]
    assert "a@example.org" in records[0]["comment"]


def test_a_closed_server_stays_closed_without_accounts(
    accounts: Accounts, workspace: Workspace, settings: Settings
) -> None:
    client = browser(workspace, settings, closed=True, hosts=frozenset({"*"}))
    accounts.remove(NAME)
    answer = client.get("/")
    assert answer.status_code == 401
    assert "jucuo review users add" in answer.text


def test_a_database_out_of_reach_lets_nobody_in(workspace: Workspace, settings: Settings) -> None:
    client = browser(workspace, settings, database="postgresql://nobody@127.0.0.1:1/nothing")
    for url in ("/", "/api/overview", f"/measure/{TEACHERS}"):
        answer = client.get(url)
        assert answer.status_code == 503, "whether people have accounts cannot be known"
        assert "database" in answer.text
        assert "骨干教师" not in answer.text


def test_serve_opens_to_others_with_accounts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import uvicorn

    started: list[Any] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **_: started.append(app))
    arguments = ["serve", "--host", "0.0.0.0", "--workspace", str(workspace.root)]  # noqa: S104
    refused = CliRunner().invoke(cli, arguments)
    assert isinstance(refused.exception, JucuoError)
    assert "users add" in refused.exception.remedy
    CliRunner().invoke(cli, ["review", "users", "add", NAME, "--generate", "--workspace", str(workspace.root)])
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert started[0].state.config.closed
    assert TestClient(started[0]).get("/").status_code == 401


def test_reading_makes_no_database(own: TestClient, workspace: Workspace) -> None:
    assert own.get("/").status_code == 200
    assert own.get("/login").status_code == 200
    assert not Path(workspace.path("review/decisions.db")).exists()


def test_the_throttle_forgets_in_time_and_in_size() -> None:
    now = [0.0]
    throttle = Throttle(2, 60, lambda: now[0])
    assert [throttle.wait("a") for _ in range(3)] == [0, 0, 61]
    now[0] = 30.0
    assert throttle.wait("a") == 31
    assert throttle.wait("b") == 0
    now[0] = 61.0
    assert throttle.wait("a") == 0
    throttle.forget("b")
    for n in range(MAX_KEYS + 5):
        throttle.wait(str(n))
    assert len(throttle._tries) == MAX_KEYS


def test_one_customer_of_ipv6_is_one_origin() -> None:
    assert origin_of("2001:db8::1") == origin_of("2001:db8::ffff:1")
    assert origin_of("2001:db8:0:1::1") != origin_of("2001:db8::1")
    assert origin_of("192.0.2.1") != origin_of("192.0.2.2")

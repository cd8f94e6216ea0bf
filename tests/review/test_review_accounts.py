"""Accounts on SQLite and PostgreSQL, and from the shell."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from review_helpers import decide

from pipeline.cli.main import cli
from pipeline.errors import JucuoError
from pipeline.review import passwords
from pipeline.review.accounts import Accounts
from pipeline.review.database import open_engine
from pipeline.review.migrate import upgrade
from pipeline.review.store import Store
from pipeline.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from web_workspace import make

FIRST, SECOND = "four plain old words", "another long password"


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store.engine)


def test_a_password_is_kept_as_scrypt_with_salt() -> None:
    one, two = passwords.hashed(FIRST), passwords.hashed(FIRST)
    assert one != two
    assert one.startswith("scrypt$15$8$3$")
    assert FIRST not in one
    assert passwords.fits(FIRST, one)
    assert not passwords.fits(FIRST + "x", one)
    assert passwords.fits("ｆｏｕｒ plain old words", one), "full-width letters of an input method are the same letters"
    for broken in ("", "scrypt$1", "scrypt$a$b$c$d$e", "scrypt$15$8$3$!$!"):
        assert not passwords.fits(FIRST, broken)


def test_only_name_and_password_together_let_in(accounts: Accounts) -> None:
    assert not accounts.any()
    assert accounts.add("王芳", FIRST) is False
    assert accounts.any()
    assert accounts.check("王芳", SECOND) is None
    assert accounts.check("李四", FIRST) is None
    found = accounts.check("王芳", FIRST)
    assert found is not None
    assert found.name == "王芳"
    assert found == accounts.find("王芳")


def test_nothing_kept_is_a_password_or_a_token(accounts: Accounts, store: Store) -> None:
    accounts.add("王芳", FIRST)
    token = accounts.new_token("王芳")
    with store.engine.connect() as connection:
        kept = repr(connection.execute(sa.text("SELECT * FROM accounts")).all())
    assert FIRST not in kept
    assert token not in kept


def test_another_password_changes_the_fingerprint(accounts: Accounts) -> None:
    accounts.add("王芳", FIRST)
    before = accounts.find("王芳")
    accounts.set_password("王芳", SECOND)
    after = accounts.find("王芳")
    assert before is not None
    assert after is not None
    assert before.fingerprint != after.fingerprint
    assert accounts.check("王芳", FIRST) is None
    assert accounts.check("王芳", SECOND) is not None


def test_a_new_token_ends_the_old(accounts: Accounts) -> None:
    accounts.add("王芳", FIRST)
    old = accounts.new_token("王芳")
    new = accounts.new_token("王芳")
    assert accounts.of_token(old) is None
    assert accounts.of_token(new) == accounts.find("王芳")
    accounts.drop_token("王芳")
    assert accounts.of_token(new) is None


def test_who_is_removed_keeps_the_decisions_and_may_come_back(accounts: Accounts, store: Store) -> None:
    accounts.add("王芳", FIRST)
    token = accounts.new_token("王芳")
    decide(store, "m/1", "王芳", "alpha")
    accounts.remove("王芳")
    assert not accounts.any()
    assert accounts.check("王芳", FIRST) is None
    assert accounts.of_token(token) is None
    assert [d.reviewer for d in store.fold().by_id.values()] == ["王芳"]
    assert accounts.listing()[0].removed_at is not None
    assert accounts.add("王芳", SECOND) is True
    assert accounts.check("王芳", SECOND) is not None
    assert accounts.of_token(token) is None, "the old token does not come back with the account"


@pytest.mark.parametrize("name", ["", " ", "<b>", "x" * 61, "a\nb", "-x"])
def test_names_that_cannot_be(accounts: Accounts, name: str) -> None:
    with pytest.raises(JucuoError):
        accounts.add(name, FIRST)


def test_what_cannot_be_done_says_why(accounts: Accounts) -> None:
    accounts.add("王芳", FIRST)
    with pytest.raises(JucuoError, match="already"):
        accounts.add("王芳", FIRST)
    with pytest.raises(JucuoError, match="5 characters"):
        accounts.add("李四", "short")
    for change in (accounts.remove, accounts.new_token, lambda n: accounts.set_password(n, FIRST)):
        with pytest.raises(JucuoError, match="王芳"):
            change("李四")


def test_a_database_of_decisions_alone_gets_accounts(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine, "0001")
    assert not sa.inspect(engine).has_table("accounts")
    engine.dispose()
    store = Store(url)
    Accounts(store.engine).add("王芳", FIRST)
    store.close()
    assert [a.name for a in Accounts(Store(url).engine).listing()] == ["王芳"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make(tmp_path / "w")


def run(workspace: Workspace, *arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(cli, ["review", *arguments, "--workspace", str(workspace.root)], input=text)


def test_accounts_from_the_shell(workspace: Workspace) -> None:
    assert "Nobody" in run(workspace, "users", "list").output
    made = json.loads(run(workspace, "users", "add", "王芳", "--generate", "--token", "--json").stdout)
    assert len(made["password"]) >= passwords.SHORTEST
    assert made["token"].startswith(passwords.TOKEN_PREFIX)
    assert run(workspace, "users", "add", "李四", "--stdin", text=f"{FIRST}\n").exit_code == 0
    listed = json.loads(run(workspace, "users", "list", "--json").stdout)
    assert [(a["name"], a["has_token"]) for a in listed] == [("李四", False), ("王芳", True)]
    assert made["password"] not in run(workspace, "users", "list", "--json").output
    assert "password" in run(workspace, "users", "password", "李四", "--generate").stdout
    assert run(workspace, "users", "token", "李四").stdout.startswith("token: ")
    assert run(workspace, "users", "token", "李四", "--drop").exit_code == 0
    assert run(workspace, "users", "remove", "李四").exit_code == 0
    assert "No account is left" in run(workspace, "users", "remove", "王芳").output
    assert isinstance(run(workspace, "users", "add", "x").exception, JucuoError), "no terminal to ask at"


def test_the_shell_knows_the_accounts_too(workspace: Workspace) -> None:
    run(workspace, "users", "add", "王芳", "--generate")
    line = json.dumps({"measure_id": "qinghe-2023-aaaaaa/1.1", "base": 0, "labels": ["publicity"]}) + "\n"
    assert isinstance(run(workspace, "apply", "--reviewer", "王方", text=line).exception, JucuoError)
    assert run(workspace, "apply", "--reviewer", "王芳", text=line).exit_code == 0

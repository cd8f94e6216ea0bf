"""Named accounts in the review database: who may sign in, and under which name each decision is recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.errors import JucuoError
from pipeline.review import passwords
from pipeline.review.database import now, writing
from pipeline.review.models import NAME, accounts


@dataclass(frozen=True)
class Account:
    """An account; `fingerprint` changes with its password, `removed_at` is None while it may sign in."""

    name: str
    fingerprint: str
    has_token: bool
    added_at: str
    removed_at: str | None


def _account(row: sa.Row[tuple[str, str, str | None, str, str | None]]) -> Account:
    return Account(row.name, passwords.fingerprint(row.password), row.token is not None, row.added_at, row.removed_at)


@functools.cache
def _nobody() -> str:
    """Something to compare with where the name is unknown: an answer at once would tell which names exist."""
    return passwords.hashed("nobody")


_PRESENT = accounts.c.removed_at.is_(None)


class Accounts:
    """The accounts of a database that `migrate.upgrade` has seen."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], str] = now) -> None:
        self._engine = engine
        self._clock = clock

    def any(self) -> bool:
        """Whether anybody has an account: then nobody reviews without one."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(accounts.c.name).where(_PRESENT).limit(1)).first() is not None

    def listing(self) -> list[Account]:
        """All accounts by name, removed ones too."""
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(sa.select(accounts).order_by(accounts.c.name))]

    def find(self, name: str) -> Account | None:
        """The account of that name, if it may sign in."""
        return self._one(accounts.c.name == name)

    def of_token(self, token: str) -> Account | None:
        """The account a token belongs to."""
        return self._one(accounts.c.token == passwords.token_digest(token))

    def _one(self, condition: sa.ColumnElement[bool]) -> Account | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(accounts).where(condition, _PRESENT)).first()
        return None if row is None else _account(row)

    def check(self, name: str, password: str) -> Account | None:
        """The account, if name and password belong together."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(accounts).where(accounts.c.name == name, _PRESENT)).first()
        right = passwords.fits(password, row.password if row is not None else _nobody())
        return _account(row) if row is not None and right else None

    def add(self, name: str, password: str) -> bool:
        """A new account, or a removed one that comes back (then True); raises JucuoError for what cannot be one."""
        if not NAME.fullmatch(name):
            raise JucuoError(
                f"“{name}” cannot be a name", "1 to 60 letters, digits, spaces, or . @ - _ after the first."
            )
        kept = passwords.hashed(checked(password))
        with writing(self._engine) as connection:
            row = connection.execute(sa.select(accounts).where(accounts.c.name == name)).first()
            if row is not None and row.removed_at is None:
                raise JucuoError(f"there is an account “{name}” already", "Set its password, or choose another name.")
            if row is None:
                new = {"name": name, "password": kept, "added_at": self._clock()}
                connection.execute(sa.insert(accounts).values(**new))
            else:
                back = {"password": kept, "token": None, "removed_at": None}
                connection.execute(sa.update(accounts).where(accounts.c.name == name).values(**back))
        return row is not None

    def set_password(self, name: str, password: str) -> None:
        """Another password; sessions under the old one end. Raises JucuoError for an unknown name."""
        self._change(name, password=passwords.hashed(checked(password)))

    def new_token(self, name: str) -> str:
        """A token for programs, shown this once; the one before it ends. Raises JucuoError for an unknown name."""
        token = passwords.new_token()
        self._change(name, token=passwords.token_digest(token))
        return token

    def drop_token(self, name: str) -> None:
        """End the account's token."""
        self._change(name, token=None)

    def remove(self, name: str) -> None:
        """Nobody signs in under the name any more; the decisions under it stay. Raises JucuoError if unknown."""
        self._change(name, removed_at=self._clock(), token=None)

    def _change(self, name: str, **values: str | None) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(sa.update(accounts).where(accounts.c.name == name, _PRESENT).values(**values))
            if not changed.rowcount:
                known = connection.execute(sa.select(accounts.c.name).where(_PRESENT).order_by(accounts.c.name))
                names = ", ".join(known.scalars()) or "none"
                raise JucuoError(f"there is no account “{name}”", f"Accounts: {names}.")


def checked(password: str) -> str:
    """The password, if it is long enough; raises JucuoError otherwise. Length alone is asked for, as NIST advises."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise JucuoError(
            f"the password has {len(password)} characters",
            f"At least {passwords.SHORTEST} and at most {passwords.LONGEST}; several words are easy to remember.",
        )
    return password

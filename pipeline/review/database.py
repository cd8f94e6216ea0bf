"""The review database itself: engines for its URL, and write transactions that come one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import JucuoError

LOCK = 7_203_114
"""Number of our advisory lock in PostgreSQL: writers queue, so that ids become visible in their order."""


def now() -> str:
    """The time as it is recorded: UTC, to the millisecond."""
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds")


def _sqlite(engine: sa.Engine) -> None:
    """Let SQLAlchemy, not the driver, begin transactions, and make a commit survive a crash of the machine."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def open_engine(url: str) -> sa.Engine:
    """An engine for a database URL; `postgresql://` means psycopg. Raises JucuoError for a URL it cannot use."""
    try:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError) as error:
        raise JucuoError(
            f"the database URL cannot be used: {error}", "Write sqlite:///FILE or postgresql://…"
        ) from error
    if engine.dialect.name == "sqlite":
        _sqlite(engine)
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction; writers come one after another."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        yield connection

"""`jucuo review`: analysts' work from the shell, and its exchange with other tools."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.cli.retrain import retrain
from pipeline.cli.users import database_option, open_accounts, users
from pipeline.errors import JucuoError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.web.reviewing import ReviewDesk

QUEUE_NAMES = ("doubtful", "audit", "disagreement", "conflicts", "stale", "changed", "flagged", "all")
FORMATS = ("jsonl", "label-studio", "label-config", "csv", "xlsx")


def open_desk(context: Context, settings: Settings, database: str | None) -> ReviewDesk:
    """The review desk of a workspace."""
    from pipeline.web.config import WebConfig
    from pipeline.web.library import Library
    from pipeline.web.reviewing import ReviewDesk

    config = WebConfig(context.workspace, settings, database=database)
    return ReviewDesk(Library(context.workspace, settings), config.database_url)


@click.group()
def review() -> None:
    """Analysts' decisions: what to look at, recording, exchange."""


review.add_command(users)
review.add_command(retrain)


def known_reviewer(context: Context, settings: Settings, database: str | None, reviewer: str) -> str:
    """The name given; raises JucuoError where people have accounts and nobody is called so."""
    accounts = open_accounts(context, settings, database)
    if accounts.any() and accounts.find(reviewer) is None:
        names = ", ".join(a.name for a in accounts.listing() if a.removed_at is None)
        raise JucuoError(f"nobody with an account is called “{reviewer}”", f"Accounts: {names}.")
    return reviewer


@review.command()
@click.argument("name", type=click.Choice(QUEUE_NAMES), default="doubtful")
@click.option("--reviewer", default="", help="Leave out what this person has decided.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True)
@database_option
@with_settings
@common
def queue(context: Context, name: str, reviewer: str, top: int, database: str | None, settings: Settings) -> None:
    """What waits in a queue, in its order; --json gives what `review apply` needs."""
    from pipeline.review.queues import Queue
    from pipeline.web.queries.filters import Filters

    desk = open_desk(context, settings, database)
    chosen: Queue = next(known for known in get_args(Queue) if known == name)
    ids = desk.listing(chosen, Filters(), reviewer)
    items = desk.outgoing(ids[:top])
    if context.as_json:
        context.result([_queue_row(item) for item in items])
        return
    rows = [
        (i.measure_id, i.issuer, i.plan_year, " ".join(i.suggested.labels) if i.suggested else "", i.text[:60])
        for i in items
    ]
    context.table(f"Queue {name}: {len(ids)}", ("measure", "issuer", "year", "suggested", "text"), rows)


def _queue_row(item: Any) -> dict[str, Any]:
    row = {
        "measure_id": item.measure_id,
        "base": item.version,
        "issuer": item.issuer,
        "headline": item.headline,
        "text": item.text,
    }
    return (
        row
        if item.suggested is None
        else row | {"suggested": list(item.suggested.labels), "primary": item.suggested.primary}
    )


@review.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--reviewer", required=True, help="Who decides.")
@database_option
@with_settings
@common
def apply(context: Context, file: Any, reviewer: str, database: str | None, settings: Settings) -> None:
    """Record decisions: JSON lines with measure_id, action, base, labels, primary, reason, comment, key.

    `key` may be left out: it is then made from the line, so that the same file applied twice is recorded once.
    Exit code 1 when some were refused; the others are recorded.
    """
    known_reviewer(context, settings, database, reviewer)
    desk = open_desk(context, settings, database)
    done, refused = 0, []
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        problem = _apply(desk, line, reviewer)
        if problem is None:
            done += 1
        else:
            refused.append({"line": number} | problem)
    if context.as_json:
        context.result({"recorded": done, "refused": refused})
    else:
        for entry in refused:
            click.echo(f"line {entry['line']}: {entry['problem']}", err=True)
        context.say(f"{done} recorded, {len(refused)} refused")
    if refused:
        sys.exit(1)


def _apply(desk: ReviewDesk, line: str, reviewer: str) -> dict[str, Any] | None:
    """Record one line; what is wrong with it otherwise."""
    from pydantic import ValidationError

    from pipeline.review.store import ConflictError
    from pipeline.web.queries.items import NotFoundError
    from pipeline.web.queries.review_models import DecisionIn
    from pipeline.web.reviewing import Asked

    try:
        row = json.loads(line)
        key = hashlib.sha256(f"{reviewer}\n{line.strip()}".encode()).hexdigest()[:40]
        body = DecisionIn.model_validate({"key": key, "action": "correct", **row, "reviewer": reviewer})
        values = body.model_dump(exclude={"reviewer"}) | {"labels": tuple(body.labels)}
        desk.decide(Asked(**values), reviewer)
    except (ValueError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        return {"problem": f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)}
    except NotFoundError as error:
        return {"problem": str(error)}
    except JucuoError as error:
        return {"problem": f"{error.cause}. {error.remedy}"}
    except ConflictError as error:
        return {"problem": str(error), "version": error.state.version}
    return None


@review.command()
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option(
    "--queue",
    "name",
    type=click.Choice(QUEUE_NAMES),
    default="all",
    show_default=True,
    help="Measures to send out (not for jsonl).",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File (jsonl: default labels/reviewed.jsonl).",
)
@database_option
@with_settings
@common
def export(
    context: Context, fmt: str, name: str, output: Path | None, database: str | None, settings: Settings
) -> None:
    """Settled decisions as labels/reviewed.jsonl for the next `dvc repro`, or measures for another tool."""
    from pipeline.web.reviewing import REVIEWED

    desk = open_desk(context, settings, database)
    if fmt == "jsonl" and output is None:
        found = desk.write_reviewed()
        withheld = {why: len(ids) for why, ids in found.withheld.items()}
        path = context.workspace.path(REVIEWED)
        if context.as_json:
            context.result({"labels": len(found.rows), "withheld": withheld, "path": str(path)})
        context.say(
            f"{len(found.rows)} labels written to {path}"
            + "".join(f"; {n} {why} withheld" for why, n in withheld.items())
        )
        return
    if output is None:
        raise JucuoError(f"{fmt} needs a file", "Name one with --output.")
    _send(desk, fmt, name, output)
    context.say(f"written to {output}")


def _send(desk: ReviewDesk, fmt: str, name: str, output: Path) -> None:
    from pipeline.review.queues import Queue
    from pipeline.web.queries.filters import Filters
    from pipeline.web.routes.exchanging import Format, body_of
    from pipeline.workspace import atomic

    chosen: Queue = next(known for known in get_args(Queue) if known == name)
    form: Format = next(known for known in get_args(Format) if known == fmt)
    data = body_of(desk, form, desk.listing(chosen, Filters()))
    atomic(output, lambda path: path.write_bytes(data))


@review.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--reviewer", required=True, help="Who stands for rows that name nobody.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@database_option
@with_settings
@common
def import_(
    context: Context, path: Path, reviewer: str, database: str | None, settings: Settings, *, dry_run: bool
) -> None:
    """Take in a filled-in CSV or XLSX, or a Label Studio export (JSON); conflicts are reported and left alone."""
    from pipeline.review.incoming import plan
    from pipeline.web.routes.exchanging import incoming

    known_reviewer(context, settings, database, reviewer)
    desk = open_desk(context, settings, database)
    data = path.read_bytes()
    found = incoming(path.name, data, desk.library)
    planned = plan(found.proposals, desk.fold, desk.desk, desk.desk.digests, reviewer, hashlib.sha256(data).hexdigest())
    if not dry_run:
        desk.store.append(planned.drafts)
    clashes = [
        {
            "measure_id": c.proposal.measure_id,
            "file": c.proposal.labels.as_json(),
            "recorded": c.held.as_json() if c.held else None,
        }
        for c in planned.clashes
    ]
    summary = {"recorded": 0 if dry_run else len(planned.drafts), "new": len(planned.drafts), "same": planned.same}
    if context.as_json:
        context.result(summary | {"conflicts": clashes, "unknown": planned.unknown, "problems": found.problems})
    else:
        for problem in found.problems:
            click.echo(problem, err=True)
        for clash in clashes:
            click.echo(
                f"{clash['measure_id']}: the file says {clash['file']}, recorded is {clash['recorded']}", err=True
            )
        context.say(
            f"{summary['recorded']} recorded, {planned.same} the same, {len(clashes)} conflicts, "
            f"{len(planned.unknown)} not in the corpus"
        )
    if clashes or found.problems or planned.unknown:
        sys.exit(1)

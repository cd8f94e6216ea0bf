"""Decisions to and from other tools: what goes out and comes in, and Label Studio's JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.classification.codebook import Codebook, nearest
from pipeline.errors import JucuoError
from pipeline.review.models import Labels

COLUMNS = (
    "measure_id",
    "version",
    "issuer",
    "plan_year",
    "headline",
    "text",
    "suggested",
    "labels",
    "primary",
    "comment",
)
"""Columns of the table that goes out; `labels`, `primary` and `comment` are the ones people fill in."""

MAX_ROWS = 20_000
NOTHING = "none"
"""Written in `labels` for a measure that was looked at and has no category; an empty cell means not looked at."""


@dataclass(frozen=True)
class Item:
    """A measure as it goes out: `labels` are what people settled, None where they have not.

    `suggested` is None for the blind sample: whoever labels it elsewhere must not see what the model says either.
    """

    measure_id: str
    version: int
    issuer: str
    plan_year: int | None
    headline: str
    text: str
    suggested: Labels | None
    scores: Mapping[str, float]
    labels: Labels | None = None
    annotator: str = ""


@dataclass(frozen=True)
class Proposal:
    """Labels that come in; `base` is the version they were made on, None where the tool does not say."""

    measure_id: str
    labels: Labels
    annotator: str = ""
    base: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class Incoming:
    """What a file holds: proposals, and every row that cannot be one with its reason."""

    proposals: list[Proposal]
    problems: list[str] = field(default_factory=list)


def label_config(codebook: Codebook) -> str:
    """The labelling interface for Label Studio: all categories, and the primary one."""
    choices = "\n".join(f"    <Choice value={quoteattr(c.id)} hint={quoteattr(c.zh)}/>" for c in codebook.categories)
    return (
        '<View>\n  <Header value="$headline"/>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="labels" toName="text" choice="multiple" showInline="true">\n{choices}\n  </Choices>\n'
        f'  <Choices name="primary" toName="text" choice="single" showInline="true">\n{choices}\n  </Choices>\n'
        "</View>\n"
    )


def _result(labels: Labels) -> list[dict[str, Any]]:
    parts = [("labels", list(labels.labels)), ("primary", [labels.primary] if labels.primary else [])]
    return [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": values}}
        for name, values in parts
        if values
    ]


def _predictions(item: Item, model: str) -> list[dict[str, Any]]:
    if item.suggested is None:
        return []
    scores = [item.scores.get(name, 0.0) for name in item.suggested.labels]
    score = round(min(scores), 4) if scores else 0.0
    return [{"model_version": model, "score": score, "result": _result(item.suggested)}]


def to_label_studio(items: Iterable[Item], model: str) -> str:
    """Tasks with the model's predictions and, where people have settled a measure, their annotation."""
    tasks = []
    for item in items:
        data = {name: getattr(item, name) for name in COLUMNS[:6]}
        task: dict[str, Any] = {"data": data, "predictions": _predictions(item, model)}
        if item.labels is not None:
            task["annotations"] = [{"completed_by": {"email": item.annotator}, "result": _result(item.labels)}]
        tasks.append(task)
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _who(annotation: Mapping[str, Any]) -> str:
    """Label Studio names annotators by an object, a number or not at all, depending on how it exports."""
    who = annotation.get("completed_by")
    if isinstance(who, Mapping):
        return str(who.get("email") or who.get("id") or "")
    return "" if who is None else f"label-studio-{who}"


def _choices(annotation: Mapping[str, Any], name: str) -> list[str]:
    found: list[str] = []
    for part in annotation.get("result") or []:
        if isinstance(part, Mapping) and part.get("from_name") == name:
            value = part.get("value") or {}
            found += [str(choice) for choice in value.get("choices") or []]
    return found


def from_label_studio(text: str, codebook: Codebook) -> Incoming:
    """Annotations of an exported project (JSON); cancelled ones and tasks without any are passed over."""
    try:
        tasks = json.loads(text)
    except ValueError as error:
        raise JucuoError(f"this is not JSON: {error}", "Export the project from Label Studio as JSON.") from error
    if not isinstance(tasks, list):
        raise JucuoError("this is no list of tasks", "Export the project from Label Studio as JSON (not JSON-MIN).")
    found = Incoming([])
    for number, task in enumerate(tasks[:MAX_ROWS], 1):
        _take_task(found, codebook, number, task)
    return capped(found, len(tasks))


def _take_task(found: Incoming, codebook: Codebook, number: int, task: Any) -> None:
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping) or not data.get("measure_id"):
        found.problems.append(f"task {number}: it has no data.measure_id")
        return
    version = data.get("version")
    for annotation in task.get("annotations") or []:
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        labels, primary = _choices(annotation, "labels"), _choices(annotation, "primary")
        row = {
            "measure_id": str(data["measure_id"]),
            "labels": labels or [NOTHING],
            "primary": primary[0] if primary else "",
            "annotator": _who(annotation),
            "base": version if isinstance(version, int) else None,
        }
        take(found, codebook, f"task {number}", row)


def take(found: Incoming, codebook: Codebook, where: str, row: Mapping[str, Any]) -> None:
    """Check one row of labels and add it as a proposal, or say what is wrong with it."""
    names = [name for name in row["labels"] if name != NOTHING]
    primary = row["primary"] or (names[0] if len(names) == 1 else None)
    unknown = [name for name in [*names, *([primary] if primary else [])] if name not in codebook.index]
    if unknown:
        hint = nearest(unknown[0], codebook.ids)
        found.problems.append(f"{where} ({row['measure_id']}): `{unknown[0]}` is no category; {hint}")
    elif names and primary not in names:
        found.problems.append(f"{where} ({row['measure_id']}): the primary category is missing or not among the labels")
    else:
        labels = Labels(tuple(dict.fromkeys(names)), primary)
        found.proposals.append(
            Proposal(row["measure_id"], labels, row["annotator"], row["base"], row.get("comment", ""))
        )


def capped(found: Incoming, total: int) -> Incoming:
    """The same, with a note about rows beyond the limit."""
    if total > MAX_ROWS:
        found.problems.append(f"{total - MAX_ROWS} rows beyond the first {MAX_ROWS} were not read: split the file")
    return found

"""Why a measure has its categories, as pages show it and the API returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.web.queries.marking import Mark, Run, runs
from pipeline.web.queries.models import View

if TYPE_CHECKING:
    from pipeline.classification.explain import Neighbour, Piece, Reason

STEPS = 5
"""Shades of a sentence: fifths of the strongest sentence's contribution."""

SHORT = 90


class ReasonPiece(View):
    """A stretch of the measure's text, [start, end), and what it adds to the log-odds."""

    text: str
    start: int
    end: int
    contribution: float


class Labelled(View):
    """A measure people have labelled, its text shortened; `here` says whether it is in this workspace."""

    measure_id: str
    similarity: float
    text: str
    title: str
    labels: list[str]
    here: bool


class CategoryReasons(View):
    """Why one category has its probability.

    `parts` sum to `log_odds`, and probability = 1 / (1 + e^-log_odds); `sentences` sum to the part `wording`; `words`
    are the most telling words in them; `near_with` and `near_without` the nearest labelled measures that have the
    category, and that have not.
    """

    category: str
    probability: float
    log_odds: float
    parts: dict[str, float]
    sentences: list[ReasonPiece]
    words: list[ReasonPiece]
    near_with: list[Labelled]
    near_without: list[Labelled]


class MeasureReasons(View):
    """Reasons for a measure's categories.

    `classifier` is the one that gives them, `assigned_by` the one the categories in the tables come from: after a
    training that was not followed by classifying they differ, and so may the figures.
    """

    measure_id: str
    classifier: str
    assigned_by: str
    categories: list[CategoryReasons]


def _pieces(pieces: list[Piece]) -> list[ReasonPiece]:
    return [ReasonPiece(text=p.text, start=p.start, end=p.end, contribution=round(p.contribution, 4)) for p in pieces]


def _labelled(near: list[Neighbour], examples: Mapping[str, Mapping[str, Any]], here: set[str]) -> list[Labelled]:
    found = []
    for one in near:
        known = examples.get(one.measure_id)
        if known is None:
            continue
        text = known["text"]
        found.append(
            Labelled(
                measure_id=one.measure_id,
                similarity=round(one.similarity, 4),
                text=text if len(text) <= SHORT else text[: SHORT - 1] + "…",
                title=known["title"] or "",
                labels=list(known["labels"]),
                here=one.measure_id in here,
            )
        )
    return found


def view_of(reason: Reason, examples: Mapping[str, Mapping[str, Any]], here: set[str]) -> CategoryReasons:
    """A reason with the texts of the labelled measures it names."""
    return CategoryReasons(
        category=reason.category,
        probability=round(reason.probability, 6),
        log_odds=round(reason.log_odds, 4),
        parts={name: round(value, 4) for name, value in reason.parts.items()},
        sentences=_pieces(reason.sentences),
        words=_pieces(reason.words),
        near_with=_labelled(reason.nearest_for, examples, here),
        near_without=_labelled(reason.nearest_against, examples, here),
    )


def shaded(text: str, reasons: CategoryReasons) -> list[Run]:
    """The text with each sentence shaded by what it adds and the telling words marked."""
    strongest = max((abs(s.contribution) for s in reasons.sentences), default=0.0)
    marks = [Mark(w.start, w.end, "telling", f"{w.contribution:+.2f}") for w in reasons.words]
    for sentence in reasons.sentences:
        step = round(STEPS * abs(sentence.contribution) / strongest) if strongest else 0
        if step:
            side = "for" if sentence.contribution > 0 else "against"
            marks.append(Mark(sentence.start, sentence.end, f"{side}{step}", f"{sentence.contribution:+.2f}"))
    return runs(text, marks)

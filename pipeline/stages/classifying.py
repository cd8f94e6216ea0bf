"""Categories for loose texts, as `jucuo classify` and the served model give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.classification.inputs import headline_of
from pipeline.settings import Settings
from pipeline.stages.classify import load_classifier
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.progress import Progress, silent
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.classification.explain import Reason
    from pipeline.classification.inputs import Encode
    from pipeline.classification.model import Classifier

CONTEXT: dict[str, Any] = {
    "doc_id": pl.String,
    "heading_path": pl.List(pl.String),
    "headline": pl.String,
    "text": pl.String,
}


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as measures, each in a document of its own: its title must not pass to the next."""
    values = [
        {
            "doc_id": str(i),
            "heading_path": list(row.get("heading_path") or []),
            "headline": row.get("headline") or headline_of(row["text"]),
            "text": row["text"],
        }
        for i, row in enumerate(rows)
    ]
    return pl.DataFrame(values, schema=CONTEXT)


def _why(reason: Reason) -> dict[str, Any]:
    return {
        "category": reason.category,
        "words": [piece.text for piece in reason.words if piece.contribution > 0],
        "parts": {name: round(value, 3) for name, value in reason.parts.items()},
        "sentence": reason.best_sentence.text,
        "like": [near.measure_id for near in reason.nearest_for],
    }


def answer_rows(rows: Sequence[Mapping[str, Any]], classifier: Classifier, encode: Encode) -> list[dict[str, Any]]:
    """For each row (`text`, perhaps `id`, `heading_path`, `title`): labels, primary, probabilities and why."""
    from pipeline.classification.explain import explain

    if not rows:
        return []
    frame = _frame(rows)
    titles = {str(i): str(row.get("title") or "") for i, row in enumerate(rows)}
    vectors = encode(frame["text"].to_list())
    answers = classifier.answer(frame, titles, vectors, encode)
    reasons = explain(classifier, frame, titles, vectors, encode)
    ids = classifier.codebook.ids
    return [
        {
            "id": row.get("id"),
            "labels": [reason.category for reason in reasons[i]],
            "primary": ids[primary] if (primary := int(answers.primary[i])) >= 0 else None,
            "probabilities": {name: round(float(p), 4) for name, p in zip(ids, answers.probabilities[i], strict=True)},
            "why": [_why(reason) for reason in reasons[i]],
        }
        for i, row in enumerate(rows)
    ]


def classify_rows(
    rows: Sequence[Mapping[str, Any]], workspace: Workspace, settings: Settings, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Categories of texts by the workspace's own classifier, or the one that ships."""
    encode = CachedEncoder(settings, progress)
    return answer_rows(rows, load_classifier(workspace, settings), encode)

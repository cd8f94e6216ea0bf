"""The classifier as MLflow serves it: `mlflow models serve -m models:/jucuo-classifier@champion`.

MLflow runs this file to make the model ("models from code"), so nothing is pickled. Rows, sent as
`dataframe_records`, have `text` and, if known, `heading_path`, `headline`, `title`, `id`; each answer has labels,
primary, probabilities and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it was sent: MLflow fills what a row lacks with NaN.

    Raises ValueError for `inputs`: there MLflow takes texts for base64 and hands on bytes.
    """
    if any(isinstance(value, bytes) for value in row.values()):
        raise ValueError("send the rows as `dataframe_records`, not as `inputs`")
    return {name: value for name, value in row.items() if value is not None and value == value}  # noqa: PLR0124


class ServedClassifier(mlflow.pyfunc.PythonModel):  # type: ignore[misc,name-defined]
    """Reads the classifier from the artifacts; the encoder loads at the first question."""

    def load_context(self, context: Any) -> None:
        """Read the artifacts that were logged with the model."""
        from pipeline.classification import store
        from pipeline.resources import shipped
        from pipeline.settings import load
        from pipeline.stages.embed import CachedEncoder

        self._encode = CachedEncoder(load(shipped("configs/params.yaml")))
        self._classifier = store.loads(Path(context.artifacts["classifier"]).read_bytes())

    # A frame is the one hint of which MLflow makes no schema. Without a hint it warns when the class is made, inside
    # a filter of its own that comes before any of ours.
    def predict(self, context: Any, model_input: pd.DataFrame) -> list[dict[str, Any]]:  # noqa: ARG002
        """Answers in the order of the rows."""
        from pipeline.stages.classifying import answer_rows

        rows = model_input.to_dict("records") if hasattr(model_input, "to_dict") else model_input
        return answer_rows([_plain(row) for row in rows], self._classifier, self._encode)


mlflow.models.set_model(ServedClassifier())

"""Filters to a mask over the measures, and why nothing is left."""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.search.query import Filters
    from pipeline.search.table import MeasureTable

_SHOWN = 5
_PART = ("province", "city", "county")
_PART_OF_ANY = {"issuer": "joint_issuers", "cites": "cited"}
"""Conditions that a part of any entry of a list satisfies."""

_COLUMN = {"year": "plan_year", "category": "categories", **_PART_OF_ANY}


def _as_list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | int) else list(value)


def active(filters: Filters) -> dict[str, list[Any]]:
    """The conditions that are set: name -> accepted values."""
    given = {field.name: getattr(filters, field.name) for field in dataclasses.fields(filters)}
    lists = {name: _as_list(value) for name, value in given.items() if value is not None}
    return {name: values for name, values in lists.items() if values}


def mask_of(name: str, values: Sequence[Any], table: MeasureTable) -> np.ndarray:
    """Which measures one condition accepts, boolean (n,); `name` is a field of `Filters`.

    What documents say is looked up in the documents: there are some thirty times fewer of them.
    """
    column = _COLUMN.get(name, name)
    frame = table.measures if column in table.measures.columns else table.documents
    found = frame.select(_condition(name, column, values).fill_null(value=False))[:, 0].to_numpy()
    mask: np.ndarray = found if frame is table.measures else found[table.document_of]
    return mask


def _condition(name: str, column: str, values: Sequence[Any]) -> pl.Expr:
    if name in _PART:
        return pl.any_horizontal(
            *(pl.col(column).str.contains(str(v), literal=True).fill_null(value=False) for v in values)
        )
    if name == "category":
        return pl.col(column).list.set_intersection([str(v) for v in values]).list.len() > 0
    if name in _PART_OF_ANY:
        parts = (pl.element().str.contains(str(v), literal=True) for v in values)
        return pl.col(column).list.eval(pl.any_horizontal(*parts)).list.any()
    return pl.col(column).is_in(values)


def mask_of_all(filters: Filters, table: MeasureTable) -> np.ndarray:
    """Which measures all conditions accept, boolean (n,)."""
    mask = np.ones(len(table), bool)
    for name, values in active(filters).items():
        mask &= mask_of(name, values, table)
    return mask


def known_values(name: str, table: MeasureTable) -> list[Any]:
    """The values of a condition that occur, sorted."""
    column = _COLUMN.get(name, name)
    series = (table.measures if column in table.measures.columns else table.documents)[column]
    if isinstance(series.dtype, pl.List):
        series = series.explode()
    return sorted(series.drop_nulls().unique().to_list())


def why_empty(filters: Filters, table: MeasureTable) -> str:
    """A sentence for every condition that accepts nothing, else that they exclude one another."""
    counts = {name: int(mask_of(name, values, table).sum()) for name, values in active(filters).items()}
    reasons = [
        _nothing(name, values, known_values(name, table))
        for name, values in active(filters).items()
        if not counts[name]
    ]
    if reasons:
        return " ".join(reasons)
    parts = ", ".join(f"{name} alone leaves {count}" for name, count in counts.items())
    return f"No measure satisfies all filters together ({parts})."


def _nothing(name: str, values: Sequence[Any], known: list[Any]) -> str:
    wanted = ", ".join(str(value) for value in values)
    if not known:
        return f"No measure has any {name}, so none has {wanted}."
    names = [str(value) for value in known]
    close = difflib.get_close_matches(str(values[0]), names, n=1, cutoff=0.4)
    if close:
        return f"No measure has {name} {wanted}; did you mean {close[0]}?"
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"No measure has {name} {wanted}; there are {shown}."

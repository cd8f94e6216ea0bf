"""Filters to a mask over the measures, and why nothing is left."""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from pipeline.search.query import Filters

_SHOWN = 5
_PART = ("province", "city", "county")
_LISTS = {"issuer": "joint_issuers", "cites": "cited"}
"""Conditions that a part of any entry of a list satisfies."""

_COLUMN = {"year": "plan_year", "category": "categories", **_LISTS}


def _as_list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | int) else list(value)


def active(filters: Filters) -> dict[str, list[Any]]:
    """The conditions that are set: name -> accepted values."""
    given = {field.name: getattr(filters, field.name) for field in dataclasses.fields(filters)}
    return {name: _as_list(value) for name, value in given.items() if value is not None and value != ()}


def mask_of(name: str, values: Sequence[Any], table: pl.DataFrame) -> np.ndarray:
    """Which measures one condition accepts, boolean (n,).

    Args:
        name: a field of `Filters`.
        values: accepted values.
        table: one row a measure, with the columns of its document, `cited` (titles) and `categories`.
    """
    if name in _PART:
        expression = pl.any_horizontal(
            *(pl.col(name).fill_null("").str.contains(str(value), literal=True) for value in values)
        )
    elif name == "category":
        expression = pl.col(_COLUMN[name]).list.set_intersection([str(v) for v in values]).list.len() > 0
    elif name in _LISTS:
        expression = (
            pl.col(_COLUMN[name])
            .list.eval(pl.any_horizontal(*(pl.element().str.contains(str(v), literal=True) for v in values)))
            .list.any()
        )
    else:
        expression = pl.col(_COLUMN.get(name, name)).is_in(values)
    return table.select(expression.fill_null(value=False).alias("mask"))["mask"].to_numpy()


def known_values(name: str, table: pl.DataFrame) -> list[Any]:
    """The values of a condition that occur, sorted."""
    series = table[_COLUMN.get(name, name)]
    if isinstance(series.dtype, pl.List):
        series = series.explode()
    return sorted(series.drop_nulls().unique().to_list())


def why_empty(filters: Filters, table: pl.DataFrame) -> str:
    """A sentence for every condition that accepts nothing, else that they exclude one another."""
    reasons = []
    counts = {}
    for name, values in active(filters).items():
        counts[name] = int(mask_of(name, values, table).sum())
        if counts[name] == 0:
            reasons.append(_nothing(name, values, known_values(name, table)))
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

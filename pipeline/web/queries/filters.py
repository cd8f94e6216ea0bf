"""Filters that live in the URL, the rows they select, and the facets that remain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

import polars as pl

from pipeline.report.figures import UNKNOWN
from pipeline.schemas import KINDS, LEVELS

MAX_VALUE = 300
MAX_VALUES = 60
MAX_QUERY = 2000
NONE = "none"
"""Value of `category` that selects measures without any."""


class FilterError(ValueError):
    """A value in the URL that cannot be a filter; the message says which and why."""


@dataclass(frozen=True)
class Filters:
    """Values of each facet: within one they are alternatives, between facets all must hold."""

    issuer: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    category: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    document: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether anything is filtered at all."""
        return any(getattr(self, field.name) for field in fields(self))

    def pairs(self) -> list[tuple[str, str]]:
        """(name, value) as they stand in a URL, in a fixed order."""
        return [(field.name, str(value)) for field in fields(self) for value in getattr(self, field.name)]

    def urlencode(self) -> str:
        """The query string of these filters."""
        return urlencode(self.pairs())

    def toggled(self, name: str, value: str) -> Filters:
        """These filters with one value added, or removed where it was set."""
        old: tuple[object, ...] = getattr(self, name)
        typed: object = int(value) if name == "year" else value
        new = tuple(v for v in old if v != typed) if typed in old else (*old, typed)
        return replace(self, **{name: new})  # type: ignore[arg-type]


NAMES = tuple(field.name for field in fields(Filters))
FACETS = ("issuer", "province", "level", "year", "category", "kind")
_YEAR = re.compile(r"[1-9][0-9]{3}")
_FIXED = {"kind": KINDS, "level": LEVELS}


def _checked(name: str, values: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
    if len(kept) > MAX_VALUES:
        raise FilterError(f"{name}: {len(kept)} values, at most {MAX_VALUES} are taken")
    for value in kept:
        if len(value) > MAX_VALUE:
            raise FilterError(f"{name}: a value of {len(value)} characters, at most {MAX_VALUE} are taken")
        if name in _FIXED and value not in _FIXED[name]:
            raise FilterError(f"{name}: “{value}” is none of {', '.join(_FIXED[name])}")
    return kept


def _years(values: Iterable[str]) -> tuple[int, ...]:
    years = []
    for value in _checked("year", values):
        if not _YEAR.fullmatch(value):
            raise FilterError(f"year: “{value}” is no year of four digits")
        years.append(int(value))
    return tuple(years)


def parse(params: Mapping[str, Sequence[str]], categories: Sequence[str]) -> Filters:
    """Filters from the values of a query string; raises FilterError for what cannot be one."""
    texts = {name: _checked(name, params.get(name, ())) for name in NAMES if name != "year"}
    for value in texts["category"]:
        if value != NONE and value not in categories:
            raise FilterError(f"category: the codebook has no “{value}”")
    return Filters(year=_years(params.get("year", ())), **texts)


def _of_issuer(values: Sequence[str]) -> pl.Expr:
    """Documents of any of these issuers, alone or jointly; a joint document's whole name selects it too."""
    alone = pl.col("issuer").fill_null(UNKNOWN).is_in(list(values))
    return alone | (pl.col("joint_issuers").list.set_intersection(list(values)).list.len() > 0)


def _of_category(values: Sequence[str]) -> pl.Expr:
    named = [value for value in values if value != NONE]
    found = pl.col("categories").list.set_intersection(named).list.len() > 0 if named else pl.lit(value=False)
    return found | (pl.col("categories").list.len() == 0) if NONE in values else found


def _condition(name: str, values: Sequence[str] | Sequence[int]) -> pl.Expr:
    if name == "issuer":
        return _of_issuer([str(v) for v in values])
    if name == "category":
        return _of_category([str(v) for v in values])
    if name in ("flag", "cites"):
        column = "flags" if name == "flag" else "cites"
        return pl.col(column).list.set_intersection([str(v) for v in values]).list.len() > 0
    column = {"year": "plan_year", "document": "doc_id"}.get(name, name)
    return pl.col(column).is_in(list(values))


def select(wide: pl.DataFrame, filters: Filters, without: str | None = None) -> pl.DataFrame:
    """Rows of `wide` that pass; `without` leaves one facet out, for counting its alternatives."""
    conditions = [
        _condition(name, getattr(filters, name)) for name in NAMES if name != without and getattr(filters, name)
    ]
    return wide.filter(*conditions) if conditions else wide


@dataclass(frozen=True)
class Option:
    """One value of a facet and how many measures it would select."""

    value: str
    count: int
    chosen: bool


def _counts(rows: pl.DataFrame, name: str) -> list[tuple[str, int]]:
    if name == "category":
        exploded = rows.select(pl.col("categories").list.explode(empty_as_null=True).fill_null(NONE).alias("v"))
    elif name == "issuer":
        names = pl.when(pl.col("joint_issuers").list.len() > 0).then("joint_issuers")
        each = names.otherwise(pl.concat_list(pl.col("issuer").fill_null(UNKNOWN)))
        exploded = rows.select(each.list.explode(empty_as_null=True).alias("v"))
    else:
        column = "plan_year" if name == "year" else name
        exploded = rows.select(pl.col(column).cast(pl.String).alias("v")).drop_nulls()
    counted = exploded.group_by("v").len()
    ordered = (
        counted.sort("v", descending=True) if name == "year" else counted.sort("len", "v", descending=[True, False])
    )
    return [(value, count) for value, count in ordered.iter_rows()]


def facets(wide: pl.DataFrame, filters: Filters) -> dict[str, list[Option]]:
    """Alternatives of each facet under all the other facets, most frequent first (years: newest first).

    A chosen value stays in the list when it selects nothing, so that it can be taken back.
    """
    unfiltered = select(wide, filters)
    found: dict[str, list[Option]] = {}
    for name in FACETS:
        chosen = {str(value) for value in getattr(filters, name)}
        rows = select(wide, filters, without=name) if chosen else unfiltered
        counts = _counts(rows, name)
        missing = chosen - {value for value, _ in counts}
        options = [Option(value, count, value in chosen) for value, count in counts]
        found[name] = options + [Option(value, 0, chosen=True) for value in sorted(missing)]
    return found

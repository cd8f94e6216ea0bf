"""Pages that survive inserts: a cursor names the last row seen, not how many rows came before it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pipeline.web.queries.filters import FilterError

T = TypeVar("T")
Key = tuple[Any, ...]

MAX_CURSOR = 400


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, how many there are in all, and the cursor of the page after (None on the last)."""

    rows: list[T]
    total: int
    after: str | None


def encode(key: Key) -> str:
    """A row's sorting key as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(cursor: str, shape: Sequence[type]) -> Key:
    """The key in a cursor; raises FilterError unless it is one of ours, of the given types."""
    if len(cursor) > MAX_CURSOR:
        raise FilterError("after: this is no cursor of ours")
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise FilterError("after: this is no cursor of ours") from error
    fits = isinstance(value, list) and len(value) == len(shape)
    if not fits or not all(isinstance(v, t) and not isinstance(v, bool) for v, t in zip(value, shape, strict=True)):
        raise FilterError("after: this is no cursor of ours")
    return tuple(value)


def page(rows: Sequence[T], key: Callable[[T], Key], cursor: str | None, shape: Sequence[type], size: int) -> Page[T]:
    """The `size` rows after the cursor; `rows` must be sorted by `key`, ascending, without equal keys."""
    low = 0
    if cursor:
        wanted = decode(cursor, shape)
        high = len(rows)
        while low < high:
            middle = (low + high) // 2
            if key(rows[middle]) <= wanted:
                low = middle + 1
            else:
                high = middle
    shown = list(rows[low : low + size])
    more = low + size < len(rows)
    return Page(shown, len(rows), encode(key(shown[-1])) if more and shown else None)

"""Search over measures: lexical, dense, hybrid; explained hits."""

from __future__ import annotations

from pipeline.search.query import Filters, Hit, Query, Reasons, SearchResult, Shared

__all__ = ["Filters", "Hit", "Query", "Reasons", "SearchIndex", "SearchResult", "Shared"]


def __getattr__(name: str) -> object:
    """Import `SearchIndex` only when it is used."""
    if name == "SearchIndex":
        from pipeline.search.index import SearchIndex

        return SearchIndex
    raise AttributeError(name)

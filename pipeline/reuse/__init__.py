"""Shared wording: related pairs of measures, shared passages of documents, families, two texts side by side.

Everything is pure: tables and arrays in, tables and results out, the same bytes for the same input. Names are loaded
when first used, since compiled code takes half a second to import.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.reuse.alignment import AlignedSpan, AlignmentResult, align
    from pipeline.reuse.compare import IssuerComparison, changes_over_years, compare_issuers, count_changes
    from pipeline.reuse.families import build_families
    from pipeline.reuse.pairs import Related, detect_pairs, find_pairs, update_pairs
    from pipeline.reuse.passages import Detected, detect_passages, find_passages, update_passages
    from pipeline.reuse.shares import share_matrix

_HOME = {
    "AlignedSpan": "alignment",
    "AlignmentResult": "alignment",
    "align": "alignment",
    "build_families": "families",
    "Related": "pairs",
    "detect_pairs": "pairs",
    "find_pairs": "pairs",
    "update_pairs": "pairs",
    "Detected": "passages",
    "detect_passages": "passages",
    "find_passages": "passages",
    "update_passages": "passages",
    "share_matrix": "shares",
    "compare_issuers": "compare",
    "changes_over_years": "compare",
    "count_changes": "compare",
    "IssuerComparison": "compare",
}

__all__ = [
    "AlignedSpan",
    "AlignmentResult",
    "Detected",
    "IssuerComparison",
    "Related",
    "align",
    "build_families",
    "changes_over_years",
    "compare_issuers",
    "count_changes",
    "detect_pairs",
    "detect_passages",
    "find_pairs",
    "find_passages",
    "share_matrix",
    "update_pairs",
    "update_passages",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)

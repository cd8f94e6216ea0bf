"""The headline of a measure: its run-in title or first clause."""

from __future__ import annotations

import re

TITLE_MAX = 60
"""A first sentence up to this length is a run-in title; the longest seen in the corpus has 50 characters."""

_CLAUSE_MAX = 40
_FIRST_SENTENCE = re.compile(r"[^。！？!?\n]+")
_CLAUSE = re.compile(r"[^，。；：！？,;:\n]+")


def run_in_title(text: str) -> str:
    """The first sentence if it is short enough to be a title, else the first clause, without its final mark."""
    found = _FIRST_SENTENCE.match(text)
    sentence = found[0] if found else text
    if len(sentence) <= TITLE_MAX:
        return sentence.strip(" \u3000：:")
    clause = _CLAUSE.match(text)
    return (clause[0] if clause else text)[:TITLE_MAX].strip(" \u3000")


def is_headline_only(text: str) -> bool:
    """Whether a measure says nothing beyond one short sentence (`“双创”覆盖倍增行动。`)."""
    body = text.strip().rstrip("。；;.")
    return len(body) <= _CLAUSE_MAX and not any(mark in body for mark in "。！？；\n")

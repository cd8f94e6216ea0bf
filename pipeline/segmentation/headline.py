"""The headline of a measure: its run-in title or first clause."""

from __future__ import annotations

import re

TITLE_MAX = 60
"""A first sentence up to this length is a run-in title; the longest seen in the corpus has 50 characters."""

_CLAUSE_MAX = 40
_FIRST_SENTENCE = re.compile(r"[^。！？!?\n]+")
_CLAUSE = re.compile(r"[^，。；：！？,;:\n]+")

_LEAD_TITLE = re.compile(
    r"(?!这|我们|必须|目前|当前|同时|为此|[^。]*(?:年|时期|不平凡))[^，。；：！？]{4,30}(?=。)(?<!工作)(?<!方面)(?<!措施)"
)


def run_in_title(text: str) -> str:
    """The first sentence if it is short enough to be a title, else the first clause, without its final mark."""
    found = _FIRST_SENTENCE.match(text)
    sentence = found[0] if found else text
    if len(sentence) <= TITLE_MAX:
        return sentence.strip(" \u3000：:")
    clause = _CLAUSE.match(text)
    return (clause[0] if clause else text)[:TITLE_MAX].strip(" \u3000")


def lead_title(text: str, start: int, end: int) -> str:
    """The run-in title of the words that lead into an enumeration (`扩大就业。抓好三件事：`), empty without one."""
    found = _LEAD_TITLE.match(text, start, end)
    return "" if found is None else found[0]


def is_headline_only(text: str) -> bool:
    """Whether a measure says nothing beyond one short sentence (`“双创”覆盖倍增行动。`)."""
    body = text.strip().rstrip("。；;.")
    return len(body) <= _CLAUSE_MAX and not any(mark in body for mark in "。！？；\n")

"""Why an unnumbered paragraph is no measure: it opens, sums up, sets targets, weighs the situation, thanks, closes."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.segmentation.announcements import announces_lessons
from pipeline.segmentation.lexicon import address_length
from pipeline.segmentation.reasonrules import CHANGES, RULES, Window

_WINDOW = 240
_LEAD_MAX = 120


def _compiled(patterns: tuple[str, ...], *, anchored: bool) -> re.Pattern[str] | None:
    """Those of a rule's patterns that begin at a window's start, or all others, so that few are tried everywhere."""
    chosen = [pattern for pattern in patterns if pattern.startswith("^") == anchored]
    return re.compile("|".join(chosen)) if chosen else None


_COMPILED = [
    (reason, where, _compiled(patterns, anchored=True), _compiled(patterns, anchored=False))
    for reason, where, patterns in RULES
]

_SITUATION = [
    re.compile(rf"^(?!面对|针对|应对|[^。]*提出[^。]{{0,10}}要求){subject}[^。]{{0,40}}(?:{CHANGES})")
    for subject in (
        r"[^。]{0,24}(?:世界|国际|国内外|外部|全球)",
        r"[^。]{0,30}面临的?[^。]{0,10}(?:形势|环境|风险|挑战|机遇)",
    )
]
_ACTS = re.compile(r"我们(?:将|要|坚定|坚持|积极|一方面|采取)")
_COUNT = r"[一二三四五六七八九十几两\d]+(?:个|项|件|方面|大)"
_LEAD_IN = re.compile(
    r"(?:[：:]|(?:以下|如下|下列).{0,12}(?:工作|方面|任务|要求|重点|体会)?[。：:]"
    rf"|(?:抓好|做好|采取)[^。，；]{{0,4}}{_COUNT}[^。，；]{{0,6}}[。；：:]"
    rf"|(?:做|抓)[了好]?(?:以下|如下|各项|各方面|[^。，、]{{0,4}}{_COUNT})[^。，、]{{0,10}}工作[。：:])$"
)
_WHOLE_PERIOD = re.compile(r"(?:过去的?[一五]年|[一五]年来)，")
_SECTION_END = frozenset({"thanks", "problems", "closing"})


def _reason(text: str) -> str | None:
    windows: dict[Window, str] = {
        "head": text[:_WINDOW],
        "tail": text[-_WINDOW:],
        "whole": text if len(text) <= _WINDOW else "",
    }
    found = next(
        (
            reason
            for reason, where, first, anywhere in _COMPILED
            if (first and first.match(windows[where])) or (anywhere and anywhere.search(windows[where]))
        ),
        None,
    )
    return "situation" if found is None and _weighs_situation(text) else found


def _weighs_situation(text: str) -> bool:
    """Whether a paragraph weighs the situation: what changes in the world or lies ahead, with no figure but years.

    One that goes on to say what we do about it is work.
    """
    weighs = any(pattern.search(text[:_WINDOW]) for pattern in _SITUATION)
    return weighs and not _ACTS.search(text[:_LEAD_MAX]) and not re.search(r"\d", re.sub(r"\d+年", "", text))


@lru_cache(maxsize=1024)
def paragraph_reason(text: str) -> str | None:
    """Why an unnumbered paragraph is no measure (`problems`, `thanks`, `lead_in`, …), or `None`.

    An address at its start (`各位代表！`) is part of some closings and stands before every other kind.
    """
    if len(text) <= _LEAD_MAX and _LEAD_IN.search(text):
        return "lead_in"
    return _reason(text) or _reason(text[address_length(text) :])


def ends_section(text: str) -> bool:
    """Whether a paragraph speaks for the whole section and so continues no item.

    Thanks, problems, lessons and closings do, and what opens with the whole period (`过去一年，…`).
    """
    if text.startswith("各位代表") or _WHOLE_PERIOD.match(text) is not None:
        return True
    return paragraph_reason(text) in _SECTION_END or announces_lessons(text)

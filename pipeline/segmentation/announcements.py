"""What a paragraph announces for those below it: goals, targets, lessons, principles."""

from __future__ import annotations

import re

_LESSONS = re.compile(
    r"(?:体会|经验|启示)[^。]{0,12}[：:]$|(?:积累|丰富)了[^。]{0,60}经验。$|工作体会[^。]{0,12}。$|以下[^。]{0,6}(?:方针|原则)。"
)
_PRINCIPLES = re.compile(r"(?:原则|要求|把握好|把握以下|注重以下|遵循)[^。、，的]{0,12}[：:。]$")
_GENERAL_LEAD = re.compile(r"指导思想|总体要求|主要目标|预期目标|总体思路")
_TARGETS = re.compile(
    r"(?:(?:以下|下列)[^。，；]{0,8}目标[。：:]|目标[^。，；]{0,6}[：:]|目标作[^。，；]{0,4}说明[。：:])$"
)
_REMARK = re.compile(r"关于[^。，]{2,12}。")


def announces_general(lead: str) -> bool:
    """Whether a line announces guiding principles or goals that the next paragraph states."""
    return _GENERAL_LEAD.search(lead) is not None


def announces_targets(lead: str) -> bool:
    """Whether a paragraph ends by announcing targets (`要努力实现以下主要目标。`)."""
    return _TARGETS.search(lead) is not None


def announces_lessons(lead: str) -> bool:
    """Whether a paragraph ends by announcing lessons (`我们的主要体会是：`)."""
    return _LESSONS.search(lead) is not None


def is_lesson(text: str) -> bool:
    """Whether a paragraph states a lesson or principle (`必须坚持…`)."""
    return text.startswith(("必须", "坚持", "要坚持", "始终"))


def is_remark(text: str) -> bool:
    """Whether a paragraph takes up one of the targets before it (`关于价格水平。…`)."""
    return _REMARK.match(text) is not None


def announces_principles(lead: str) -> bool:
    """Whether the words before an enumeration announce principles (`必须把握好以下原则：`)."""
    return _PRINCIPLES.search(lead.rstrip()) is not None

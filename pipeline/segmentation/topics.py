"""Where one printed paragraph holds several measures: inline enumerations, run-in titles, sentences that open alike."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict

from pipeline.segmentation.lines import SENTENCE_END, enumeration
from pipeline.segmentation.markers import Marker
from pipeline.segmentation.sentences import Span, sentences

_LEAD_MAX = 120
_ANNOUNCEMENT_MAX = 200
_ITEM_MEAN_MIN = 25
_CLAUSE_MEAN_MIN = 40
_SENTENCES_MEAN_MIN = 50
_MANY = 3
_SPLIT_MIN = 300
_MEAN_MIN = 80
_BODY_MIN = 25
_NEAR = 40
_KEPT_MIN = 0.75
_TITLED_MIN = 90
_LONG_MIN = 500
_ALIKE_BODY_MIN = 50
_ALIKE_MEAN_MIN = 60
_TOPIC_MAX = 36
_OPENING_MAX = 8
_TITLE = re.compile(r"[^，。；：、！？“”\d]{4,16}。")
_ALIKE_TITLE = re.compile(r"[^，。；：！？]{4,20}。")
_NO_TOPIC = re.compile(r"这|我|要|必须|今年|目前|当前|同时|但|[^。]*是")
_ASPECT = re.compile(r"[^，。；：]{2,10}方面[，：]|[^，。；：]{2,8}政策要[^。]{2,24}。")
_PREFIX = 3
_DEMAND = re.compile(r"我们(?:要|将)|(要[^，。]{2})")


def enumerated(text: str, span: Span, *, alone: bool = False) -> list[Marker]:
    """Markers of the inline enumeration that a paragraph consists of; empty where it is only a part of it.

    A paragraph beside others stays whole unless the items follow a mere announcement (`抓好三个方面：一是…`) or are
    sentences of 50 characters and more on the average; one that is all its section has (`alone`) is cut also after a
    sentence or two. Clauses between semicolons stay whole.
    """
    items = enumeration(text, span.start, span.end)
    if not items:
        return []
    lead = text[span.start : items[0].start].rstrip()
    ends = [*(item.start for item in items[1:]), span.end]
    mean = (span.end - items[0].start) / len(items)
    clauses = sum(text[end - 1] in "；;，," for end in ends[:-1])
    announced = lead.endswith(("：", ":"))
    if len(lead) > (_ANNOUNCEMENT_MAX if announced else _LEAD_MAX) and (
        clauses or len(items) < _MANY or span.end - items[0].start < len(lead)
    ):
        return []
    if not (alone or not lead or announced or (not clauses and mean >= _SENTENCES_MEAN_MIN)):
        return []
    if clauses * 2 > len(items) - 1 and (mean < _CLAUSE_MEAN_MIN or any(char in SENTENCE_END for char in lead)):
        return []
    return items if mean >= _ITEM_MEAN_MIN or not lead else []


def topic_starts(text: str, span: Span, *, alone: bool = False) -> list[int]:
    """Where topics of one rank begin inside a paragraph; empty if it has a single one.

    Five shapes are certain enough, each with three members at least: `就业方面，…。教育方面，…`; short sentences
    that open alike (`这五年，产业结构优化。`, `要加强作风建设。`); demands that open alike (`要坚守…`, `我们要…`);
    four first clauses of one length and opening (`发展低空经济，…`); and short verbal titles (`推进体系建设。`), each
    followed by sentences of its own, the first of them at the start or right below a title over all of them; beside
    other paragraphs four of these, since three may be chance. What stands before the first start leads in.
    """
    if span.end - span.start < _SPLIT_MIN or span.head is not None:
        return []
    pieces = sentences(text, span.start, span.end)
    for shape in (_aspects, _alike, _demanded, _paced, _titles):
        starts = shape(text, pieces)
        over = bool(starts) and starts[0] > span.start
        many = _MANY if alone or over or shape is not _titles else _MANY + 1
        if shape is _titles and not alone and min(_gaps(starts[1:], span.end), default=0) < _TITLED_MIN:
            continue
        mean = _MEAN_MIN if shape is _titles else _ALIKE_MEAN_MIN
        spread = len(starts) >= many and span.end - starts[0] >= mean * len(starts)
        if spread and starts[0] - span.start <= _ANNOUNCEMENT_MAX:
            return starts
    return []


def _aspects(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    return [start for start, end in pieces if _ASPECT.match(text, start, end)]


def _gaps(starts: list[int], end: int) -> list[int]:
    return [after - start for start, after in itertools.pairwise([*starts, end])]


def _alike(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    """Short sentences with the commonest opening: up to a comma (`这五年，`), or their first words without one.

    Words open titles only where no longer sentence of the paragraph begins with them.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for start, end in pieces:
        comma = text.find("，", start, min(end, start + _OPENING_MAX))
        if comma > start and end - start <= _TOPIC_MAX:
            groups[text[start : comma + 1]].append(start)
        elif _ALIKE_TITLE.fullmatch(text, start, end):
            for words in (2, _PREFIX):
                groups[text[start : start + words]].append(start)
    openings = Counter(text[start : start + words] for start, _ in pieces for words in (2, _PREFIX))
    for opening, starts in groups.items():
        begun = len(starts) if opening.endswith("，") else openings[opening]
        weak = len(opening) == 2 and len(starts) <= _MANY  # noqa: PLR2004 - one word, such as 加强
        if weak or begun > len(starts) or min(_gaps(starts, pieces[-1][1])) < _ALIKE_BODY_MIN:
            groups[opening] = []
    return max(groups.values(), key=len, default=[])


def _paced(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    """At least four neighbouring sentences whose first clauses begin alike and are equally long (`发展低空经济，…`)."""
    runs = [list(run) for _, run in itertools.groupby(pieces, lambda piece: _pace(text, *piece))]
    longest = max(runs, key=len, default=[])
    if len(longest) <= _MANY or not _pace(text, *longest[0]):
        return []
    return [start for start, _ in longest]


def _pace(text: str, start: int, end: int) -> str:
    """First word and length of a sentence's first clause, empty if the clause has more than seven characters."""
    comma = text.find("，", start, min(end, start + _OPENING_MAX))
    return f"{text[start : start + 2]}{comma - start}" if comma > start + 2 else ""


def _demanded(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    """Sentences that demand alike, each with text of its own after it: `要坚守…`, in a long paragraph `我们要…` too."""
    demands: dict[str, list[int]] = defaultdict(list)
    for start, end in pieces:
        found = _DEMAND.match(text, start, end)
        if found is not None:
            demands[found[1] or "要"].append(start)
    end = pieces[-1][1]
    if end - pieces[0][0] < _LONG_MIN and len(demands["要"]) <= _MANY:
        demands.pop("要", None)
    starts = max(demands.values(), key=len, default=[])
    return starts if len(starts) >= _MANY and min(_gaps(starts, end)) >= _ALIKE_BODY_MIN else []


def _bodies_first(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Titles without those at most 40 characters behind another, which are sentences of its body."""
    kept = found[:1]
    for title in found[1:]:
        if title[0] - kept[-1][1] > _NEAR:
            kept.append(title)
    return kept


def _titles(text: str, pieces: list[tuple[int, int]]) -> list[int]:
    """Short verbal sentences, the first of them opening the paragraph; those without a body are ordinary sentences.

    One right above another stands over all of them (`扩大有效投资。扩大民间投资。…。扩大工业投资。…`).
    """
    found = [
        (start, end)
        for start, end in pieces
        if _TITLE.fullmatch(text, start, end) and not _NO_TOPIC.match(text, start, end)
    ]
    if not found or found[0][0] != pieces[0][0]:
        return []
    over = len(found) > _MANY and found[0][1] == found[1][0]
    found = _bodies_first(found[1:]) if over else found
    following = [*(start for start, _ in found[1:]), pieces[-1][1]]
    bodied = [start for (start, end), after in zip(found, following, strict=True) if after - end >= _BODY_MIN]
    if bodied[:1] != [found[0][0]] or len(bodied) < _KEPT_MIN * len(found):
        return []
    return bodied if min(_gaps(bodied[1:], pieces[-1][1]), default=0) >= _MEAN_MIN else []

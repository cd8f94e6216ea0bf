"""Documents cited in 《…》 with issuer, year and document number where the text states them."""

from __future__ import annotations

import re

from pipeline.segmentation.models import Citation

_TITLE_MAX = 160
_WINDOW = 30
_NUMBER = re.compile(r"[ ]?[（(]?([\u4e00-\u9fff]{0,12}[〔\[［（(]((?:19|20)\d\d)[〕\]］）)]第?\d{1,5}号)[）)]?")
_YEAR = re.compile(r"(?:19|20)\d\d(?=年|[-—–~～至])")
_OFFICE = (
    r"(?:中共中央|国务院|中央|全国人大|全国人大常委会|省委|市委|区委|县委|州委|党委|政府|办公厅|办公室|工委|委员会|厅|局|部|委|院"
    r"|部门|部委)"
)
_ENDS_IN_OFFICE = re.compile(
    rf"^([\u4e00-\u9fff、 \d]*{_OFFICE})(?:联合)?(?:印发|制定|出台|发布|下发|颁布|颁发)?(?:的|了)?$"
)
_IN_TITLE = re.compile(rf"^([^，。《》]{{1,30}}?{_OFFICE})[ ]?(?:关于|印发|转发)")
_VERB = re.compile(
    r"认真|严格|全面|深入|继续|切实|坚决|积极|学习|宣传|贯彻|落实|执行|按照|根据|依据|遵循|对照|结合|实施|推进|围绕|配合|做好|"
    r"^(?:要|以|由|和|与|及|将|的|好|按|制定|出台|印发|修订|完善)"
)
_CLAUSE_EDGE = re.compile(r"[，。；：！？,;:\n》”（）()]")
_MARKS = re.compile("[《》]")
_PERIODICAL = ("日报", "晚报", "周报", "时报", "早报", "周刊", "月刊")


def _pairs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Outermost pairs of 《…》; a mark that is never closed, or closed too far away, opens nothing."""
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for match in _MARKS.finditer(text, start, end):
        position = match.start()
        opened = [begin for begin in opened if position - begin <= _TITLE_MAX]
        if match[0] == "《":
            opened.append(position)
        elif opened:
            begin = opened.pop()
            while pairs and pairs[-1][0] > begin:
                pairs.pop()
            pairs.append((begin, position + 1))
    return pairs


def _issuer(text: str, start: int, title: str, floor: int) -> str | None:
    """The office in the title (`教育部关于…`), else the one right before the opening mark (`国务院《…》`)."""
    inside = _IN_TITLE.match(title)
    if inside:
        return inside[1]
    clause = _CLAUSE_EDGE.split(text[max(floor, start - _WINDOW) : start])[-1]
    verbs = list(_VERB.finditer(clause))
    named = _ENDS_IN_OFFICE.match(clause[verbs[-1].end() :] if verbs else clause)
    return named[1].strip("、 ") if named and len(named[1]) > 1 else None


def find_citations(text: str, start: int, end: int) -> list[Citation]:
    """Documents cited in `text[start:end]`, newspapers left out; offsets are those of `text`."""
    found: list[Citation] = []
    for begin, stop in _pairs(text, start, end):
        title = text[begin + 1 : stop - 1].strip()
        if not title or title.endswith(_PERIODICAL):
            continue
        number = _NUMBER.match(text, stop, end)
        years = [number[2]] if number else _YEAR.findall(title)
        found.append(
            Citation(
                title=title,
                issuer=_issuer(text, begin, title, start),
                year=int(years[0]) if years else None,
                start=begin,
                end=number.end() if number else stop,
                number=number[1] if number else None,
            )
        )
    return found

"""Who issued a document: names of bureaus, committees and governments in titles, signatures and opening sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingestion.places import MUNICIPALITIES, Level, Place, divide, divide_known

_EDUCATION = (
    r"教育(?:和|与)?(?:体育|科技|科学技术|文化)?(?:和|与)?(?:科技|体育|文化)?(?:和旅游)?(?:体育)?局|教(?:体|科|文|文体|科体|科文)局|教育厅|教育委员会|教委"
    r"|社会(?:事业|发展)(?:和)?[一-鿿]{0,4}局"
)
_OTHERS = (
    r"(?:发展和?改革|财政|人力资源和?社会保障|卫生健康|民政|公安|科学技术|文化和?旅游|市场监督管理|自然资源|住房和?城乡建设|农业农村|"
    r"机构编制|体育|审计|司法|民族宗教事务|乡村振兴)(?:局|厅|委员会|委|部|办公室)"
)
_PARTY = r"委教育(?:工委|工作委员会|工作领导小组(?:办公室|秘书组)?)|委员会教育工作委员会"
_GOVERNMENT = r"人民政府(?:办公[厅室]|教育督导(?:委员会)?(?:办公室)?)?"
_CENTRAL = r"国务院(?:办公厅)?|中共中央(?:办公厅)?|中华人民共和国教育部|(?<![一-鿿])教育部(?:办公厅)?"
_ORGAN = re.compile(rf"(?P<central>{_CENTRAL})|(?P<organ>{_PARTY}|{_EDUCATION}|{_GOVERNMENT}|{_OTHERS})(?:办公室)?")
_LEADS = re.compile(
    r"(?:关于|印发|转发|下发|公布|发布|做好|推进|根据|按照|贯彻|落实|加强|全面|我代表|代表|以及|配合|会同|联合|接受|强化|指导|督促"
    r"|[年的由经在向与和及为是对])"
)
"""Words that may stand before a name; a name itself may hold some of them (和平区), so known names go first."""

_LEVEL_WORD: dict[str, Level] = {
    "省": "province",
    "市": "city",
    "州": "city",
    "县": "county",
    "区": "county",
    "旗": "county",
}
_MAX_PLACE = 24
_MIN_PLACE = 2
_RUN = re.compile(r"[一-鿿]*$")
_NO_NAME = re.compile(r"^(?:全|我|各|本|该|两|原|上级|当地|所在|有关|其他|县级|市辖|城|郊|老|新|示范|试点)")
_FAMILY = (
    ("party", re.compile(_PARTY)),
    ("education", re.compile(_EDUCATION)),
    ("government", re.compile(_GOVERNMENT)),
)


@dataclass(frozen=True)
class Issuer:
    """A body named in a text: its name as printed, the place in the name, and how it ranks."""

    name: str
    place: Place | None
    level: Level | None
    start: int
    end: int
    kind: str

    @property
    def complete(self) -> bool:
        """Whether the name says which place: 清远市教育局 does, 市教育局 does not."""
        return self.place is not None or self.level == "national"


def find(text: str, offset: int = 0) -> Iterator[Issuer]:
    """Bodies named in a line, in order; `offset` is added to their positions."""
    for match in _ORGAN.finditer(text):
        if match["central"]:
            yield Issuer(match[0], None, "national", offset + match.start(), offset + match.end(), "central")
            continue
        issuer = _local(text, match, offset)
        if issuer is not None:
            yield issuer


def _local(text: str, match: re.Match[str], offset: int) -> Issuer | None:
    left = text[max(0, match.start() - _MAX_PLACE) : match.start()]
    run = _RUN.search(left)
    named = _name_before(run[0] if run else "")
    if named is None:
        return None
    printed, place = named
    if place is not None:
        level: Level | None = "province" if place.lowest in MUNICIPALITIES else place.level
    else:
        level = _LEVEL_WORD.get(printed) or ("province" if match["organ"].startswith("教育厅") else None)
    start = match.start() - len(printed)
    if match["organ"].startswith("委") and text[max(0, start - 2) : start] == "中共":
        start -= 2
    kind = next((name for name, pattern in _FAMILY if pattern.match(match["organ"])), "other")
    return Issuer(text[start : match.end()], place, level, offset + start, offset + match.end(), kind)


def _name_before(run: str) -> tuple[str, Place | None] | None:
    """The place name that ends a run of characters, as printed; a bare 市 or nothing; None for other words."""
    for begin in range(len(run) - 1):
        place = divide_known(run[begin:])
        if place is not None:
            return run[begin:], place
    cuts = [cut.end() for cut in _LEADS.finditer(run)]
    rest = (run[cuts[-1] :] if cuts else run).removeprefix("中共")
    if len(rest) >= _MIN_PLACE and not _NO_NAME.match(rest):
        place = divide(rest)
        if place is not None:
            return rest, place
    return (rest, None) if not rest or rest in _LEVEL_WORD else None


def kind_rank(issuer: Issuer) -> int:
    """Order in which joint bodies stand for the region: a bureau, its party committee, others, governments."""
    return {"education": 0, "party": 1, "other": 2, "government": 3, "central": 3}[issuer.kind]

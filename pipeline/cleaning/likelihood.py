"""How likely a Chinese text is: characters by trigrams, words by frequency, from jieba's dictionary and the document.

The dictionary (349,045 words with frequencies, read as data; jieba itself is not imported) knows which characters
make words; the document knows its own names and phrases (`清远`, `两个维护`) and its punctuation.
"""

from __future__ import annotations

import importlib.util
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RARE = 1e-7
"""Probability of a character that neither the dictionary nor the document has."""

OWN_SHARE = 0.3
"""Weight of the document's own words beside the dictionary's."""

IMPOSSIBLE = -10.0
"""For a pause after a pause (`。、`) or an opening mark, which no Chinese text has and the counts cannot know."""

_PAUSES = frozenset("，。、；：！？”》）")
_AFTER_OPENING = frozenset("，、；：“《（")
_STOPS = frozenset("。！？")
_LONGEST_WORD = 6
DISCOUNT = 5.0
"""Pseudo-count of the shorter context in each interpolation (Dirichlet smoothing, MacKay and Peto 1995)."""


@dataclass(frozen=True)
class Counts:
    """Frequencies of pairs and triples, of contexts, and of what may follow a context it was never seen before.

    Attributes:
        grams: frequency of each pair and triple within a text.
        contexts: frequency of each context of one or two characters, at the end of a text too.
        ends: how much of that stands at the end of a text, where a new text begins: words of a dictionary follow each
            other, so 学校 is followed by the first character of any word as often as 学校 ends one.
        starts: frequency of each character at the start of a text.
        novel: number of different characters that a character follows (Kneser and Ney 1995): 作 is frequent but
            follows few besides 工, 合 and 操, so it is an unlikely successor where it was never seen.
    """

    grams: Mapping[str, float]
    contexts: Mapping[str, float]
    ends: Mapping[str, float]
    starts: Mapping[str, float]
    novel: Mapping[str, int]
    n_starts: float
    n_novel: int

    @classmethod
    def of(cls, weighted: Iterable[tuple[str, float]]) -> Counts:
        """Count within each text, times the text's weight."""
        grams: defaultdict[str, float] = defaultdict(float)
        contexts: defaultdict[str, float] = defaultdict(float)
        ends: defaultdict[str, float] = defaultdict(float)
        starts: defaultdict[str, float] = defaultdict(float)
        novel: defaultdict[str, int] = defaultdict(int)
        for text, weight in weighted:
            if not text:
                continue
            starts[text[0]] += weight
            for end in range(2, len(text) + 1):
                pair = text[end - 2 : end]
                if pair not in grams:
                    novel[pair[1]] += 1
                grams[pair] += weight
                contexts[pair[0]] += weight
                if end > 2:  # noqa: PLR2004 - triples
                    grams[text[end - 3 : end]] += weight
                    contexts[text[end - 3 : end - 1]] += weight
            for context in {text[-1:], text[-2:]}:
                contexts[context] += weight
                ends[context] += weight
        return cls(grams, contexts, ends, starts, novel, sum(starts.values()), sum(novel.values()))

    def base(self, character: str) -> float:
        """P(character) after a context it was never seen in."""
        return self.novel.get(character, 0) / max(self.n_novel, 1)

    def chance(self, context: str, character: str, base: float) -> float:
        """P(character | context of one or two characters), smoothed towards `base`."""
        start = self.ends.get(context, 0.0) * self.starts.get(character, 0.0) / max(self.n_starts, 1.0)
        seen = self.grams.get(context + character, 0.0) + start
        return (seen + DISCOUNT * base) / (self.contexts.get(context, 0.0) + DISCOUNT)


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, float]:
    """Jieba's words and their frequencies (60 million running words)."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed; reinstall jucuo")
    lines = (Path(spec.submodule_search_locations[0]) / "dict.txt").read_text("utf-8").splitlines()
    rows = (line.split(" ", 2) for line in lines)
    return {row[0]: float(row[1]) for row in rows}


@lru_cache(maxsize=1)
def _dictionary_total() -> float:
    return sum(dictionary().values())


@lru_cache(maxsize=1)
def _dictionary_counts() -> Counts:
    """n-grams of the dictionary's words (2 s, once a process, only for damaged documents)."""
    return Counts.of(dictionary().items())


def _cannot_follow(before: str, mark: str) -> bool:
    """Whether a closing mark or pause cannot stand after a character: not `。、` nor `，”`, but `。”` and `！”` can."""
    if mark not in _PAUSES:
        return False
    return before in _AFTER_OPENING or (before in _STOPS and mark not in "”）")


class Words:
    """Log probability of a text as its best division into words (a unigram model of the dictionary and the document).

    Args:
        document: simplified text; words it uses often count for more than in the dictionary.
    """

    def __init__(self, document: str) -> None:
        self._words = dictionary()
        self._total = _dictionary_total()
        self._own: dict[str, float] = {}
        self._n_own = 1.0
        counts: defaultdict[str, float] = defaultdict(float)
        for line in document.split("\n"):
            for word in self.divide(line):
                counts[word] += 1.0
        self._own, self._n_own = counts, max(sum(counts.values()), 1.0)

    def score(self, text: str) -> float:
        """Natural log of the probability of the likeliest division."""
        return self._best(text)[0][-1]

    def divide(self, text: str) -> list[str]:
        """The likeliest division into words."""
        _, lengths = self._best(text)
        words: list[str] = []
        end = len(text)
        while end:
            words.append(text[end - lengths[end] : end])
            end -= lengths[end]
        return words[::-1]

    def _best(self, text: str) -> tuple[list[float], list[int]]:
        scores, lengths = [0.0], [0]
        for end in range(1, len(text) + 1):
            options = [
                (scores[end - length] + found, -length)
                for length in range(1, min(end, _LONGEST_WORD) + 1)
                if (found := self._word(text[end - length : end])) is not None
            ]
            score, length = max(options)
            scores.append(score)
            lengths.append(-length)
        return scores, lengths

    def _word(self, word: str) -> float | None:
        """Log probability of a word; None for several characters that are no word."""
        chance = (1 - OWN_SHARE) * self._words.get(word, 0.0) / self._total + OWN_SHARE * self._own.get(
            word, 0.0
        ) / self._n_own
        if chance:
            return math.log(chance)
        return math.log(RARE / 10) if len(word) == 1 else None


class Likelihood:
    """Log probabilities of simplified text given a document.

    Args:
        document: the document's text in simplified characters, undamaged parts only.
    """

    def __init__(self, document: str) -> None:
        self._own = Counts.of((line, 1.0) for line in document.split("\n"))
        self._words = _dictionary_counts()
        self._division = Words(document)
        self._cache: dict[tuple[str, str], float] = {}

    def step(self, before: str, character: str) -> float:
        """Natural log of P(character | last two characters of `before`)."""
        key = (before[-2:], character)
        if key not in self._cache:
            impossible = IMPOSSIBLE if _cannot_follow(before[-1:], character) else 0.0
            self._cache[key] = math.log(self._chance(*key)) + impossible
        return self._cache[key]

    def text(self, before: str, text: str) -> float:
        """Log probability of a text after another."""
        score = 0.0
        for character in text:
            score += self.step(before, character)
            before = (before + character)[-2:]
        return score

    def joint(self, before: str, text: str) -> float:
        """Mean of what the models of characters and of words give a text after another: they err differently."""
        return (self.text(before, text) + self._division.score(before + text) - self._division.score(before)) / 2

    def _chance(self, before: str, character: str) -> float:
        base = max((self._own.base(character) + self._words.base(character)) / 2, RARE)
        pair = before[-1:]
        first = (self._own.chance(pair, character, base) + self._words.chance(pair, character, base)) / 2
        if len(before) < 2:  # noqa: PLR2004 - no triple
            return first
        return (self._own.chance(before, character, first) + self._words.chance(before, character, first)) / 2

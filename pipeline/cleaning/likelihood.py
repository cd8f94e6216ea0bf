"""How likely a Chinese text is: characters by trigrams, words by frequency, from jieba's dictionary and the document.

The dictionary knows which characters make words; the document knows its own names and phrases (`清远`, `两个维护`)
and its punctuation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.wordcut import entries

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RARE = 1e-7
"""Probability of a character that neither the dictionary nor the document has."""

OWN_SHARE = 0.3
"""Weight of the document's own words beside the dictionary's."""

IMPOSSIBLE = -10.0
"""For a pause after a pause (`。、`) or an opening mark, which no Chinese text has and the counts cannot know."""

_RARE_WORD = math.log(RARE / 10)
_PAUSES = frozenset("，。、；：！？”》）")
_AFTER_OPENING = frozenset("，、；：“《（")
_STOPS = frozenset("。！？")
_LONGEST_WORD = 6
DISCOUNT = 5.0
"""Pseudo-count of the shorter context in each interpolation (Dirichlet smoothing, MacKay and Peto 1995)."""

_BITS = 21
"""Bits of a character: up to three of them, the last one lowest, make the 64-bit key of an n-gram."""

_CHARACTER = (1 << _BITS) - 1
_N_CHARACTERS = 0x110000
_LAST = np.iinfo(np.int64).max


def encoded(text: str) -> Ints:
    """Code points of a text, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Place of each wanted key (any shape) among ascending ones, the last of which stands for all that are missing."""
    places = np.searchsorted(keys, wanted)
    return np.where(keys[places] == wanted, places, keys.size - 1)


def _shares(codes: Ints, weights: Floats) -> Floats:
    """Share of each code point in the weight of all, shape (1114112,); `codes` and `weights` of shape (n,)."""
    sums = np.bincount(codes, weights / max(weights.sum(), 1.0), _N_CHARACTERS)
    return sums.astype(np.float64, copy=False)


@dataclass(frozen=True)
class Counts:
    """Frequencies of n-grams within lines, and of what may follow a context it was never seen before.

    Attributes:
        grams: keys of the characters, pairs and triples within a line, ascending; the last is above any.
        frequency: how often each occurs, 0 for the last one.
        ends: how often each ends a line; a new line follows it: words of a dictionary follow each other, so 学校 is
            followed by the first character of any word as often as 学校 ends one.
        starts: share of the lines that start with a character, by code point.
        novel: share of the different pairs that end with a character (Kneser and Ney 1995): 作 is frequent but
            follows few besides 工, 合 and 操, so it is an unlikely successor where it was never seen.
    """

    grams: Ints
    frequency: Floats
    ends: Floats
    starts: Floats
    novel: Floats

    @classmethod
    def of(cls, text: str, weights: Floats | None = None) -> Counts:
        """Count within each line of a text, times the line's weight (shape (lines,), whole), 1 if none are given."""
        codes = encoded(f"\n\n{text}\n")
        inside = codes != ord("\n")
        weight = np.ones(codes.size) if weights is None else np.append(weights, 0.0)[np.cumsum(~inside) - 2]
        keys, whole = [codes], [inside]  # of one, two and three characters, by the last one; whether all are in a line
        for back in (1, 2):
            keys.append(np.roll(codes, back) << back * _BITS | keys[-1])
            whole.append(np.roll(inside, back) & whole[-1])
        chosen = np.concatenate(whole)
        ordered = np.argsort(key := np.concatenate(keys)[chosen])
        grams, first = np.unique(key[ordered], return_index=True)
        weighted = (np.tile(each, 3)[chosen][ordered] for each in (weight, weight * ~np.roll(inside, -1)))
        frequency, ends = (np.append(np.add.reduceat(each, first), 0.0) for each in weighted)
        initial = inside & ~np.roll(inside, 1)
        pairs = grams[(grams >> _BITS > 0) & (grams >> 2 * _BITS == 0)]
        novel = _shares(pairs & _CHARACTER, np.ones(pairs.size))
        return cls(np.append(grams, _LAST), frequency, ends, _shares(codes[initial], weight[initial]), novel)

    def chance(self, contexts: Ints, rows: Ints, characters: Ints, base: Floats) -> Floats:
        """P(character | context of one or two characters), smoothed towards `base`, its P in a shorter context.

        `contexts` are keys, shape (n,); `rows` says which of them each of the `characters` follows, both (m,).
        """
        places = _find(self.grams, contexts)
        frequency, ends = self.frequency[places], self.ends[places]
        chance = base.copy()
        seen = np.flatnonzero((frequency > 0)[rows])  # most contexts are chance pairs of characters
        rows, characters = rows[seen], characters[seen]
        count = self.frequency[_find(self.grams, contexts[rows] << _BITS | characters)]
        count += ends[rows] * self.starts[characters]
        chance[seen] = (count + DISCOUNT * base[seen]) / (frequency[rows] + DISCOUNT)
        return chance


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, float]:
    """Jieba's words and their frequencies (60 million running words)."""
    return {word: float(frequency) for word, frequency, _ in entries()}


@lru_cache(maxsize=1)
def _dictionary_logs() -> Mapping[str, float]:
    """Log probabilities of the dictionary's words in a text that uses none of them more than others do."""
    frequency = np.fromiter(dictionary().values(), np.float64)
    return dict(zip(dictionary(), np.log((1 - OWN_SHARE) * frequency / frequency.sum()).tolist(), strict=True))


@lru_cache(maxsize=1)
def _dictionary_counts() -> Counts:
    """n-grams of the dictionary's words (once a process, only for damaged documents)."""
    return Counts.of("\n".join(dictionary()), np.array(list(dictionary().values())))


@lru_cache(maxsize=1)
def _forbidden() -> Ints:
    """Pairs of a mark and a pause or closing mark that cannot follow it: `。、` and `，”`, but not `。”` or `！”`."""
    pairs = [(before, mark) for before in _AFTER_OPENING for mark in _PAUSES]
    pairs += [(before, mark) for before in _STOPS for mark in _PAUSES - set("”）")]
    return np.array([*sorted({ord(before) << _BITS | ord(mark) for before, mark in pairs}), _LAST])


@lru_cache(maxsize=1)
def _longest() -> Mapping[str, int]:
    """Length of the longest word with some last two characters; words of more than six are taken for phrases."""
    words = (word for word in sorted(dictionary(), key=len) if 1 < len(word) <= _LONGEST_WORD)
    return {word[-2:]: len(word) for word in words}


class Words:
    """Log probability of a text as its best division into words (a unigram model of the dictionary and the document).

    Args:
        document: simplified text; words it uses often count for more than in the dictionary.
    """

    def __init__(self, document: str) -> None:
        self._own: dict[str, float] = {}
        self._before = ("", [0.0])  # a text and its scores: candidates for one place all follow the same text
        counts = Counter(word for line in document.split("\n") for word in self.divide(line))
        share = OWN_SHARE / max(counts.total(), 1)
        for word, count in counts.items():
            self._own[word] = math.log(math.exp(_dictionary_logs().get(word, -math.inf)) + share * count)

    def score(self, before: str, text: str) -> float:
        """Natural log of the probability of the likeliest division of both together, given that of what is before."""
        if self._before[0] != before:
            self._before = (before, self._best(before)[0])
        scores, _ = self._best(before + text, self._before[1])
        return scores[-1] - scores[len(before)]

    def divide(self, text: str) -> list[str]:
        """The likeliest division into words."""
        _, lengths = self._best(text)
        words: list[str] = []
        end = len(text)
        while end:
            words.append(text[end - lengths[end] : end])
            end -= lengths[end]
        return words[::-1]

    def _best(self, text: str, known: Sequence[float] = (0.0,)) -> tuple[list[float], list[int]]:
        """Score of the likeliest division of the text up to each place, and the length of its last word.

        `known` are the scores up to the first places, which are not computed again; lengths begin after them.
        """
        own, listed, longest = self._own, _dictionary_logs(), _longest()
        scores, lengths = [*known], [0]
        for end in range(len(known), len(text) + 1):
            last = text[end - 1]
            best, width = scores[-1] + (own.get(last) or listed.get(last, _RARE_WORD)), 1
            for length in range(2, min(end, longest.get(text[end - 2 : end], 1)) + 1):
                word = text[end - length : end]
                found = own.get(word) or listed.get(word)
                if found and scores[-length] + found > best:
                    best, width = scores[-length] + found, length
            scores.append(best)
            lengths.append(width)
        return scores, lengths


class Likelihood:
    """Log probabilities of simplified text given a document.

    Args:
        document: the document's text in simplified characters, undamaged parts only.
    """

    def __init__(self, document: str) -> None:
        self._counts = (Counts.of(document), _dictionary_counts())
        self.words = Words(document)

    def steps(self, before: Ints, rows: Ints, characters: Ints) -> Floats:
        """Log P(character | the two before it): pairs of shape (n, 2), `rows` of them and what follows each, (m,)."""
        first, second = before.T
        pairs, places = np.unique(second[rows] << _BITS | characters, return_inverse=True)  # of a beam, one in five
        last = pairs & _CHARACTER
        base = np.maximum(sum(counts.novel[last] for counts in self._counts) / 2, RARE)
        near = self._mixed(pairs >> _BITS, np.arange(pairs.size), last, base)
        far = self._mixed(first << _BITS | second, rows, characters, near[places])
        impossible = _find(_forbidden(), pairs) != _forbidden().size - 1
        steps: Floats = np.log(far) + IMPOSSIBLE * impossible[places]
        return steps

    def _mixed(self, contexts: Ints, rows: Ints, characters: Ints, base: Floats) -> Floats:
        """P(character | context), half by the document, half by the dictionary; see `Counts.chance`."""
        own, listed = self._counts
        return (own.chance(contexts, rows, characters, base) + listed.chance(contexts, rows, characters, base)) / 2

    def after(self, before: Ints, text: str) -> Floats:
        """Log probability of a text after each of n pairs of characters, shape (n, 2); shape (n,)."""
        score, rows = np.zeros(len(before)), np.arange(len(before))
        for character in encoded(text[:2]):
            following = np.full(len(before), character)
            score += self.steps(before, rows, following)
            before = np.column_stack((before[:, 1], following))
        return score + self.text(text[:2], text[2:])

    def text(self, before: str, text: str) -> float:
        """Log probability of a text after another; the start of a line has no characters before it."""
        codes = encoded(f"\n\n{before}"[-2:] + text)
        before_each = np.column_stack((codes[:-2], codes[1:-1]))
        return float(self.steps(before_each, np.arange(len(text)), codes[2:]).sum())

    def joint(self, before: str, text: str) -> float:
        """Mean of what the models of characters and of words give a text after another: they err differently."""
        return (self.text(before, text) + self.words.score(before, text)) / 2

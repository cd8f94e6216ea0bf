"""The language model of the damage search, against its formulas written out for one character at a time."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cleaning.likelihood import DISCOUNT, Counts, Likelihood, Words, encoded

LINES = st.lists(st.text("学校课程。", max_size=8), max_size=8)
PLAIN = "加强学校课程建设，推动学校课程改革。\n规范学校招生行为，推进中小学考试招生改革。"


class Counted:
    """Counts of weighted lines, one n-gram after the other."""

    def __init__(self, lines: list[str], weights: list[int]) -> None:
        self.grams: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.starts: Counter[str] = Counter()
        for line, weight in zip(lines, weights, strict=True):
            for length in (1, 2, 3):
                for start in range(len(line) - length + 1):
                    self.grams[line[start : start + length]] += weight
            for context in {line[-1:], line[-2:]} - {""}:
                self.ends[context] += weight
            self.starts[line[:1]] += weight if line else 0

    def base(self, character: str) -> float:
        pairs = [gram for gram in self.grams if len(gram) == 2]
        return sum(pair[1] == character for pair in pairs) / max(len(pairs), 1)

    def chance(self, context: str, character: str, base: float) -> float:
        start = self.ends[context] * self.starts[character] / max(self.starts.total(), 1)
        return (self.grams[context + character] + start + DISCOUNT * base) / (self.grams[context] + DISCOUNT)


@settings(deadline=None)
@given(LINES.flatmap(lambda lines: st.tuples(st.just(lines), st.lists(st.integers(1, 9), min_size=len(lines)))))
def test_counts_are_those_of_a_plain_loop(drawn: tuple[list[str], list[int]]) -> None:
    lines, weights = drawn[0], drawn[1][: len(drawn[0])]
    made = Counts.of("\n".join(lines), np.array(weights, np.float64) if lines else None)
    wanted = Counted(lines, weights)
    for character in "学校课程。建":
        code = encoded(character)
        assert made.novel[code[0]] == pytest.approx(wanted.base(character))
        for context in ("学", "校课", "学学", "程。", "建"):
            key = np.array([sum(int(each) << 21 * i for i, each in enumerate(encoded(context)[::-1]))])
            chance = made.chance(key, np.zeros(1, np.int64), code, np.full(1, 0.1))
            assert chance[0] == pytest.approx(wanted.chance(context, character, 0.1))


def test_steps_do_not_depend_on_what_else_is_asked() -> None:
    likelihood = Likelihood(PLAIN)
    before = np.array([encoded("学校"), encoded("。、"), encoded("镒躌")])
    rows, characters = np.array([2, 0, 1, 0, 0]), encoded("课课学程、")
    together = likelihood.steps(before, rows, characters)
    alone = [
        likelihood.steps(before[row][np.newaxis], np.zeros(1, np.int64), characters[i : i + 1])[0]
        for i, row in enumerate(rows)
    ]
    assert together.tolist() == pytest.approx(alone)
    assert together[1] > together[0] > together[4]


@pytest.mark.parametrize("text", ["", "课", "课程", "课程建设，推动改革"])
def test_after_is_the_text_after_each(text: str) -> None:
    likelihood = Likelihood(PLAIN)
    before = np.array([encoded("学校"), encoded("校园")])
    assert likelihood.after(before, text).tolist() == pytest.approx(
        [likelihood.text("学校", text), likelihood.text("校园", text)]
    )


def test_a_pause_cannot_follow_a_pause() -> None:
    likelihood = Likelihood(PLAIN)
    assert likelihood.text("改革", "。”") - likelihood.text("改革", "。、") > 5


@given(st.text("学校课程建设加强推动改革，。a", max_size=12))
@settings(deadline=None)
def test_no_division_is_likelier_than_the_best(text: str) -> None:
    """Two parts divided apart are never likelier than the whole."""
    words = Words(PLAIN)
    assert "".join(words.divide(text)) == text
    whole = words.score("", text)
    parts = [words.score("", text[:cut]) + words.score("", text[cut:]) for cut in range(1, len(text))]
    assert whole >= max(parts, default=-math.inf) - 1e-9

"""Systems on the fine-tuned encoder (finetune.py), in the shape the comparison of classifiers wants.

Fine-tuning runs in a process of its own: our encoder pins torch to kernels that give the same bytes everywhere, which
are four times slower in training than what this machine can do. Seeded, but the last digits are this machine's.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.classification import evaluation as ev
from pipeline.classification.codebook import Codebook
from pipeline.classification.inputs import CodebookTexts, Encode, Inputs, Vectors, encode_distinct
from pipeline.classification.scorer import Decisions, Training, fit_scorer, with_examples
from pipeline.embedding import kernels
from pipeline.settings import Settings

if TYPE_CHECKING:
    from finetune import Recipe

_CHILD: dict[str, Any] = {}
"""In the process that trains: the trunk, and the tuned layers by number."""


def _start(settings: Settings, recipe: Recipe) -> None:
    from finetune import Trunk

    _CHILD.update(trunk=Trunk(settings, recipe.layers), recipe=recipe)


def _tune(number: int, texts: list[str], labels: NDArray[np.bool_], primary: NDArray[np.int64]) -> None:
    from finetune import tune

    _CHILD[str(number)] = tune(_CHILD["trunk"], texts, labels, primary, _CHILD["recipe"])


def _encode(number: int, texts: list[str]) -> Vectors:
    from finetune import encode

    return encode(_CHILD["trunk"], _CHILD[str(number)], texts)


def _seconds() -> float:
    import time

    return time.process_time()


class Tuner:
    """The process that fine-tunes and encodes; use it as a context."""

    def __init__(self, settings: Settings, recipe: Recipe) -> None:
        with kernels.unpinned():
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, _start, (settings, recipe))
            self._pool.submit(_seconds).result()
        self._tuned = 0

    def __enter__(self) -> Self:
        """The tuner itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._pool.shutdown()

    @property
    def seconds(self) -> float:
        """Processor time it has used."""
        return self._pool.submit(_seconds).result()

    def tuned(self, training: Training) -> Encode:
        """An encoder fine-tuned on the measures, to be used like any other."""
        number, self._tuned = self._tuned, self._tuned + 1
        self._pool.submit(_tune, number, training.inputs.texts, training.labels, training.primary).result()
        return lambda texts: self._pool.submit(_encode, number, texts).result()


def remembered(encode: Encode, dim: int) -> Encode:
    """The same encoder, asked once for each text."""
    known: dict[str, Vectors] = {}

    def again(texts: list[str]) -> Vectors:
        missing = sorted(set(texts) - known.keys())
        if missing:
            known.update(zip(missing, encode(missing), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), dim)

    return again


def reencoded(inputs: Inputs, encode: Encode, *, sentences: bool) -> Inputs:
    """The same inputs with vectors of another encoder; those of sentences only if they are needed."""
    n, dim = len(inputs), inputs.vectors.shape[1]
    pieces = inputs.sentences.texts if sentences else []
    made = encode_distinct([*inputs.texts, *inputs.headlines, *inputs.sections, *pieces], encode, dim)
    found = replace(inputs.sentences, vectors=made[3 * n :]) if sentences else inputs.sentences
    blocks = {"vectors": made[:n], "headline_vectors": made[n : 2 * n], "section_vectors": made[2 * n : 3 * n]}
    return replace(inputs, **blocks, sentences=found)


@dataclass(frozen=True)
class Contrast:
    """Systems on fine-tuned vectors; the encoder of each training set is made once and shared by them."""

    tuner: Tuner
    texts: CodebookTexts
    made: dict[tuple[str, ...], Encode] = field(default_factory=dict)

    def encoder(self, training: Training) -> Encode:
        """The encoder tuned on these measures and the codebook's worked examples."""
        key = tuple(training.inputs.texts)
        if key not in self.made:
            tuned = self.tuner.tuned(with_examples(training, self.texts))
            self.made[key] = remembered(tuned, training.inputs.vectors.shape[1])
        return self.made[key]

    def _seen(
        self, training: Training, reference: Inputs, encode: Encode, *, sentences: bool
    ) -> tuple[Training, CodebookTexts, Inputs]:
        """All that a system is fitted on, in the tuned encoder's vectors."""
        return (
            replace(training, inputs=reencoded(training.inputs, encode, sentences=sentences)),
            replace(self.texts, inputs=reencoded(self.texts.inputs, encode, sentences=sentences)),
            reencoded(reference, encode, sentences=False),
        )

    def linear(self, c: float, reference: Inputs) -> ev.PlainFit:
        """The linear heads of the system `vectors` on tuned vectors."""

        def fit(training: Training) -> ev.PlainScores:
            encode = self.encoder(training)
            seen, texts, mean = self._seen(training, reference, encode, sentences=False)
            scores = ev.linear_fit(texts, ev.ALONE["vectors"], c, mean)(seen)
            return lambda inputs: scores(reencoded(inputs, encode, sentences=False))

        return fit

    def fusion(self, codebook: Codebook, weights: Mapping[str, float], c: float, reference: Inputs) -> ev.Fit:
        """The shipped way of scoring on tuned vectors, sentences too."""

        def fit(training: Training) -> Callable[[Inputs], Decisions]:
            encode = self.encoder(training)
            seen, texts, mean = self._seen(training, reference, encode, sentences=True)
            scorer = fit_scorer(seen, texts, codebook, weights, c, mean)
            return lambda inputs: scorer.decide(reencoded(inputs, encode, sentences=True))

        return fit

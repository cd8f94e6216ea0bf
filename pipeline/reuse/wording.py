"""Measures in the forms they are compared in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.reuse.classes import Tokens, owners, tokenise
from pipeline.reuse.text import Corpus, normalise

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from pipeline.settings import ReuseParams


@dataclass(frozen=True)
class Wording:
    """Measures in the two forms they are compared in, and what else the comparison needs.

    Row i of every part is the i-th row of the measures table.
    """

    measures: pl.DataFrame
    documents: pl.DataFrame
    corpus: Corpus
    tokens: Tokens
    vectors: NDArray[np.float32] | None
    params: ReuseParams


def wording(
    measures: pl.DataFrame, documents: pl.DataFrame, vectors: NDArray[np.float32] | None, params: ReuseParams
) -> Wording:
    """Normalise the measures and replace numbers and own place names by class tokens; `vectors` are centred."""
    corpus = normalise(measures["text"].to_list(), offsets=False)
    tokens = tokenise(corpus, owners(measures, documents))
    return Wording(measures, documents, corpus, tokens, vectors, params)

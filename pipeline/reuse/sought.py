"""By which shingles each text is sought, as one number: while it stays, so do the pairs of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.grams import mix
from pipeline.reuse.jit import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pipeline.reuse.signatures import Signatures
    from pipeline.reuse.sketch import Sketches
    from pipeline.reuse.text import Ints

_32 = np.uint64(32)


@kernel
def _stir_sketches(sought: NDArray[np.uint64], keys: NDArray[np.uint32], places: NDArray[np.int32]) -> None:
    for t in range(len(keys)):
        for j in range(keys.shape[1]):
            sought[t] = mix(sought[t] ^ (np.uint64(keys[t, j]) << _32 | np.uint64(places[t, j]))) + np.uint64(1)


@kernel
def _stir_signatures(
    sought: NDArray[np.uint64],
    rows: Ints,
    texts: NDArray[np.int32],
    grams: NDArray[np.uint64],
    places: NDArray[np.int32],
) -> None:
    for k in range(len(texts)):
        row = rows[texts[k]]
        sought[row] = mix(mix(sought[row] ^ grams[k]) ^ np.uint64(places[k])) + np.uint64(1)


def add_sketches(sought: NDArray[np.uint64], sketches: Sketches) -> None:
    """Add the sketch of each text to its number in `sought`, (n_texts,)."""
    _stir_sketches(sought, sketches.keys, sketches.places)


def add_signatures(sought: NDArray[np.uint64], rows: Ints, signatures: Iterable[Signatures]) -> None:
    """Add the signature of each text to its number in `sought`; text k of the signatures has row `rows[k]` there."""
    for some in signatures:
        _stir_signatures(sought, rows, some.texts, some.grams, some.places)

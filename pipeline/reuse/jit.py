"""How the hot loops of this room are compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., object])
Result = TypeVar("Result")

BLOCK = 50_000
"""Texts a thread works on at once."""
THREADS = 2
"""Threads of one call. Results never depend on it: blocks are joined in their order, never as they finish."""


def _room() -> str:
    """Digest of the sources of this room."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


ROOM = _room()


def kernel(function: Function) -> Function:
    """Compile a function over arrays; it releases the GIL, and its machine code is cached beside the module.

    Numba renews cached code when the function's own file changes, but not when one it calls from another module
    does. The digest in the name, which names the cache file, renews it whenever the room changes.
    """
    function.__qualname__ = f"{function.__qualname__}_{ROOM}"
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def inline(function: Function) -> Function:
    """Compile a small helper of kernels and expand it where it is called: 4 times faster than a call a gram."""
    return cast("Function", numba.njit(inline="always")(function))


@kernel
def doubled(out: NDArray[np.int32]) -> NDArray[np.int32]:
    """The rows with room for as many more."""
    grown = np.empty((2 * len(out), out.shape[1]), np.int32)
    grown[: len(out)] = out
    return grown


def blocks(n: int, size: int) -> list[tuple[int, int]]:
    """Cut `range(n)` into half-open blocks of at most `size`."""
    return [(start, min(start + size, n)) for start in range(0, n, size)]


def in_threads(work: Callable[[int, int], Result], ranges: Sequence[tuple[int, int]]) -> list[Result]:
    """Apply `work` to each range on `THREADS` threads; results in the order of the ranges."""
    if len(ranges) <= 1:
        return [work(start, end) for start, end in ranges]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda block: work(*block), ranges))


def power_of_two(n: int) -> int:
    """The smallest power of two that is at least `n` and at least 16."""
    return 1 << max(4, int(np.ceil(np.log2(max(n, 1)))))

"""Arithmetic that gives the same bytes on every x86 machine, and what this processor can do.

This module reads the processor's flags and sets environment variables: torch and its libraries choose their kernels
once, from the environment, when they are first used, and offer no other way.

Measured with torch 2.13 (120 texts, batches of 1, 5 and 16, in both orders, 1 and 2 threads): with AVX2 kernels
and texts padded to a multiple of 16 tokens all runs agree in every byte; with AVX-512 the thread count changes the
seventh digit; padded to the longest of its batch, a text's vector depends on its neighbours.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PINS = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2,STRICT", "ONEDNN_MAX_CPU_ISA": "AVX2"}
"""Kernel choice of torch itself, of MKL (conditional numerical reproducibility) and of oneDNN."""


@functools.cache
def cpu_flags() -> frozenset[str]:
    """Flags of the processor as Linux names them (`avx2`, `amx_bf16`, …); empty where it does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return frozenset()
    found = next((line for line in lines if line.startswith("flags")), ":")
    return frozenset(found.split(":", 1)[1].split())


def has_fast_bf16() -> bool:
    """Whether bf16 matrix products are done in hardware; elsewhere bf16 is 2 to 4 times slower than fp32."""
    return "amx_bf16" in cpu_flags()


def can_pin() -> bool:
    """Whether this processor has the kernels we pin to."""
    return platform.machine().lower() in ("x86_64", "amd64") and "avx2" in cpu_flags()


def pin() -> str:
    """Pin the kernels for this process if that is still possible; the name for `EncoderIdentity.kernels`.

    Torch reads the variables when it is loaded: what was loaded before without them stays `native`.
    """
    if not can_pin():
        return "native"
    if "torch" in sys.modules:
        return "avx2" if _pinned() else "native"
    os.environ.update(PINS)
    return "avx2"


@contextlib.contextmanager
def unpinned() -> Iterator[None]:
    """Without the variables, for another library that reads them too, once, when it is first used.

    OpenVINO carries its own oneDNN: held to AVX2 by our pin it finds no bf16 kernels and fails.
    """
    held = {name: os.environ.pop(name) for name in PINS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(held)


def _pinned() -> bool:
    return all(os.environ.get(name, "").upper() == value.upper() for name, value in PINS.items())

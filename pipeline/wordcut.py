"""jieba's dictionary, and its tokenizer, set up once for all who cut Chinese into words."""

from __future__ import annotations

import functools
import importlib.util
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries() -> Iterator[tuple[str, str, str]]:
    """Word, frequency and tag of each of the dictionary's 349,045 words, read as data: jieba is not imported.

    Raises ModuleNotFoundError where jieba is not installed.
    """
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed; reinstall jucuo")
    fields = (Path(spec.submodule_search_locations[0]) / "dict.txt").read_text("utf-8").split()
    return zip(fields[::3], fields[1::3], fields[2::3], strict=True)


@functools.cache
def tokenizer() -> Any:
    """A jieba tokenizer with its dictionary read directly: its own start-up would keep a cache file in /tmp."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports pkg_resources, which announces its end on every start
        import jieba

    found = jieba.Tokenizer()
    found.FREQ, found.total = found.gen_pfdict(found.get_dict_file())
    found.initialized = True
    return found


@functools.cache
def verbs() -> frozenset[str]:
    """Words that jieba's dictionary lists as verbs (tags v, vd, vi …, without vn, the verbs that are nouns too)."""
    return frozenset(word for word, _, tag in entries() if tag.startswith("v") and tag != "vn")

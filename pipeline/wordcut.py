"""jieba's tokenizer, set up once for all who cut Chinese into words."""

from __future__ import annotations

import functools
import warnings
from typing import Any


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
    with tokenizer().get_dict_file() as file:
        entries = (line.decode("utf-8").split() for line in file)
        return frozenset(word for word, _, tag in entries if tag.startswith("v") and tag != "vn")

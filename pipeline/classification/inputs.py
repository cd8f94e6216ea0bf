"""What the classifier sees of a measure: its text, its headline, and the headings and title it stands under."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.classification.codebook import Codebook
from pipeline.classification.sentences import Sentences, split

Vectors = NDArray[np.float32]
Encode = Callable[[list[str]], Vectors]
"""Texts to raw, L2-normalised vectors (n, dim); stages pass one that looks into the vector cache first."""

_FIRST_CLAUSE = re.compile(r"[^。；，：\n]+")
_HEADLINE_CHARS = 40
"""A longer first clause is running text, not a headline."""


@dataclass(frozen=True)
class Inputs:
    """n measures as texts and raw vectors: `vectors` of the text, `headline_vectors`, `section_vectors` (n, dim).

    `sentences` are those of the texts, with their own vectors.
    A measure without headline or section has a zero vector there, which says nothing in a linear model.
    """

    texts: list[str]
    headlines: list[str]
    sections: list[str]
    vectors: Vectors
    headline_vectors: Vectors
    section_vectors: Vectors
    sentences: Sentences

    def __len__(self) -> int:
        """Number of measures."""
        return len(self.texts)

    def take(self, rows: NDArray[np.int64]) -> Inputs:
        """The inputs of some rows, in that order."""
        return Inputs(
            [self.texts[i] for i in rows],
            [self.headlines[i] for i in rows],
            [self.sections[i] for i in rows],
            self.vectors[rows],
            self.headline_vectors[rows],
            self.section_vectors[rows],
            self.sentences.take(rows),
        )

    def by_sentence(self) -> Inputs:
        """Every sentence as a text of its own, under the headline and the headings of its measure."""
        owner, found = self.sentences.owner, self.sentences
        return Inputs(
            found.texts,
            [self.headlines[i] for i in owner],
            [self.sections[i] for i in owner],
            found.vectors,
            self.headline_vectors[owner],
            self.section_vectors[owner],
            Sentences(found.texts, np.ones(len(owner), dtype=np.int64), found.vectors),
        )

    def joined(self, other: Inputs) -> Inputs:
        """These inputs followed by others."""
        return Inputs(
            self.texts + other.texts,
            self.headlines + other.headlines,
            self.sections + other.sections,
            np.vstack([self.vectors, other.vectors]),
            np.vstack([self.headline_vectors, other.headline_vectors]),
            np.vstack([self.section_vectors, other.section_vectors]),
            self.sentences.joined(other.sentences),
        )


def encode_distinct(texts: Sequence[str], encode: Encode, dim: int) -> Vectors:
    """Vectors of texts, each distinct one encoded once; the empty text is the zero vector."""
    distinct = sorted(set(texts) - {""})
    table = np.zeros((len(distinct) + 1, dim), dtype=np.float32)
    if distinct:
        table[1:] = encode(distinct)
    position = {"": 0} | {text: i for i, text in enumerate(distinct, 1)}
    return table[[position[text] for text in texts]]


def section_of(heading_path: Sequence[str], title: str) -> str:
    """The context above a measure: its headings, outermost first; the document's title where there is none."""
    return "，".join(part for part in heading_path if part) or title


def prepare(measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode) -> Inputs:
    """Gather a measures frame (`doc_id`, `heading_path`, `headline`, `text`) with its raw text vectors.

    Sentences, headlines and sections are encoded here, each distinct one once: sentences cost about as much as the
    texts, headlines and sections a tenth of it.
    Raises ValueError when frame and vectors differ in length.
    """
    whole = prepare_whole(measures, titles, vectors, encode)
    return by_sentences(whole, np.ones(len(whole), dtype=np.bool_), encode)


def prepare_whole(measures: pl.DataFrame, titles: Mapping[str, str], vectors: Vectors, encode: Encode) -> Inputs:
    """The same with every measure as one sentence, which needs no vectors of sentences."""
    if len(measures) != len(vectors):
        raise ValueError(f"{len(measures)} measures but {len(vectors)} vectors: encode the measures again")
    texts, headlines = measures["text"].to_list(), measures["headline"].to_list()
    paths, documents = measures["heading_path"].to_list(), measures["doc_id"].to_list()
    sections = [section_of(path, titles.get(doc, "")) for path, doc in zip(paths, documents, strict=True)]
    context = encode_distinct(headlines + sections, encode, vectors.shape[1])
    n, raw = len(texts), np.asarray(vectors, np.float32)
    found = Sentences(texts, np.ones(n, dtype=np.int64), raw)
    return Inputs(texts, headlines, sections, raw, context[:n], context[n:], found)


def by_sentences(inputs: Inputs, chosen: NDArray[np.bool_], encode: Encode) -> Inputs:
    """The inputs with the `chosen` (n,) measures cut into sentences, the others left whole."""
    rows = np.flatnonzero(chosen)
    pieces, counts = split([inputs.texts[row] for row in rows])
    vectors = encode_distinct(pieces, encode, inputs.vectors.shape[1])
    cut = Sentences(pieces, counts, vectors)
    order = np.empty(len(inputs), dtype=np.int64)
    left = np.flatnonzero(~chosen)
    order[rows], order[left] = np.arange(len(rows)), len(rows) + np.arange(len(left))
    return replace(inputs, sentences=cut.joined(inputs.sentences.take(left)).take(order))


def headline_of(text: str) -> str:
    """The first clause, if it is short enough to be a headline."""
    found = _FIRST_CLAUSE.match(text)
    clause = found.group() if found else ""
    return clause if len(clause) <= _HEADLINE_CHARS else ""


@dataclass(frozen=True)
class CodebookTexts:
    """The codebook's own texts as labelled inputs: one description a category, then every worked example.

    `labels` (m, k) bool; `primary` (m,) columns; `is_example` (m,) bool.
    """

    inputs: Inputs
    labels: NDArray[np.bool_]
    primary: NDArray[np.int64]
    is_example: NDArray[np.bool_]


def codebook_texts(codebook: Codebook, encode: Encode, dim: int) -> CodebookTexts:
    """Encode definitions and examples; they are what a category without labels is known by."""
    texts: list[str] = []
    headlines: list[str] = []
    names: list[tuple[str, ...]] = []
    for category in codebook.categories:
        texts.append(category.description)
        headlines.append(category.zh)
        names.append((category.id,))
    for category in codebook.categories:
        for example in category.examples:
            texts.append(example.text)
            headlines.append(headline_of(example.text))
            names.append(example.labels or (category.id,))
    labels = np.zeros((len(texts), len(codebook.ids)), dtype=np.bool_)
    for row, chosen in enumerate(names):
        labels[row, [codebook.index[name] for name in chosen]] = True
    pieces, counts = split(texts)
    vectors = encode_distinct(texts + headlines + pieces, encode, dim)
    n = len(texts)
    found, nothing = Sentences(pieces, counts, vectors[2 * n :]), np.zeros((n, dim), np.float32)
    return CodebookTexts(
        Inputs(texts, headlines, [""] * n, vectors[:n], vectors[n : 2 * n], nothing, found),
        labels,
        np.array([codebook.index[chosen[0]] for chosen in names], dtype=np.int64),
        np.arange(n) >= len(codebook.ids),
    )

"""The encoder fine-tuned by contrast, as SetFit does it (Tunstall et al. 2022), small enough for two cores.

The embeddings and the lower layers stay as they are, so what they make of a text is computed once and kept; the upper
layers learn to bring measures of like label sets together. Loss: supervised contrast within a batch (Khosla et al.
2020), each other measure wanted in proportion to the overlap of the label sets (Jaccard), so that measures with several
categories need no single class. A measure without category attracts nothing and repels as others do.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize, pad
from torch.nn.utils.rnn import pad_sequence

from pipeline.embedding import kernels, models
from pipeline.settings import Settings
from pipeline.stages.places import cache_dir

_ENCODED_AT_ONCE = 32
_PAD_MULTIPLE = 32
"""Texts are padded to a multiple of this: for each new shape oneDNN compiles kernels, longer than a text takes."""
_LEAST = torch.finfo(torch.float32).min


@dataclass(frozen=True)
class Recipe:
    """How much is learned: the upper `layers`, in `steps` batches of `pairs` measures and as many partners.

    `rate`: peak learning rate, warmed up over a tenth of the steps and let out linearly; `temperature` of the
    contrast; `seed` of the batches.
    """

    layers: int = 3
    steps: int = 40
    pairs: int = 16
    rate: float = 2e-4
    temperature: float = 0.07
    seed: int = 20260101


def _fast() -> bool:
    """Whether bfloat16 is done in hardware: the processor can, and nobody has pinned torch to kernels that cannot."""
    return kernels.has_fast_bf16() and not kernels.PINS.keys() & os.environ.keys()


def _bf16() -> torch.autocast:
    """Products in bfloat16 where that is fast; weights and gradients stay float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=_fast())


class Trunk:
    """The frozen part of the encoder; what it makes of each text is remembered, (tokens, dim) a text."""

    def __init__(self, settings: Settings, layers: int) -> None:
        torch.set_num_threads(1)  # a third of the processor time of two on a machine where others work too
        source = models.find(settings.embed.model, settings.embed.revision, cache_dir())
        model = models.load(source, "cpu", bf16=False)
        bert = model[0].auto_model
        self.upper: nn.ModuleList = bert.encoder.layer[-layers:]
        bert.encoder.layer = bert.encoder.layer[:-layers]
        self._bert, self._tokenizer = bert, model.tokenizer
        self._prompt, self._limit = settings.embed.prompt or "", int(model.max_seq_length)
        self._known: dict[str, Tensor] = {}

    def hidden(self, texts: Sequence[str]) -> list[Tensor]:
        """What the frozen layers make of each text; a text beyond the model's limit (about 770 characters) is cut."""
        missing = sorted(set(texts) - self._known.keys(), key=lambda text: (-len(text), text))
        with torch.no_grad(), _bf16():
            for start in range(0, len(missing), _ENCODED_AT_ONCE):
                batch = missing[start : start + _ENCODED_AT_ONCE]
                prompted = [self._prompt + text for text in batch]
                asked = self._tokenizer(
                    prompted,
                    padding=True,
                    pad_to_multiple_of=_PAD_MULTIPLE,
                    truncation=True,
                    max_length=self._limit,
                    return_tensors="pt",
                )
                states = self._bert(**asked).last_hidden_state.to(torch.bfloat16 if _fast() else torch.float32)
                for text, state, length in zip(batch, states, asked["attention_mask"].sum(dim=1), strict=True):
                    self._known[text] = state[: int(length)].clone()
        return [self._known[text] for text in texts]


def pooled(upper: nn.ModuleList, hidden: Sequence[Tensor]) -> Tensor:
    """(n, dim) normalised vectors: the upper layers, then the mean over the tokens."""
    states = pad_sequence([state.float() for state in hidden], batch_first=True)
    states = pad(states, (0, 0, 0, -states.shape[1] % _PAD_MULTIPLE))
    lengths = torch.tensor([len(state) for state in hidden])
    real = torch.arange(states.shape[1])[None, :] < lengths[:, None]
    mask = torch.zeros(real.shape).masked_fill(~real, _LEAST)[:, None, None, :]
    with _bf16():
        for layer in upper:
            states = layer(states, mask)
    return normalize((states.float() * real[:, :, None]).sum(dim=1) / lengths[:, None], dim=1)


def wanted(labels: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(b, b) overlap of label sets, |A and B| / |A or B|; 0 on the diagonal and where both are empty."""
    counts = labels.astype(np.float32)
    both = counts @ counts.T
    sizes = counts.sum(axis=1)
    overlap = both / np.maximum(sizes[:, None] + sizes[None, :] - both, 1.0)
    np.fill_diagonal(overlap, 0.0)
    return np.asarray(overlap, dtype=np.float32)


def batches(primary: NDArray[np.int64], recipe: Recipe) -> Iterator[NDArray[np.int64]]:
    """Rows of each batch: measures in random order, then a partner of each with the same primary category.

    Partners may be the measure itself (rare categories): copies attract each other, which teaches nothing.
    """
    random = np.random.default_rng(recipe.seed)
    order = np.zeros(0, dtype=np.int64)
    for _ in range(recipe.steps):
        while len(order) < recipe.pairs:
            order = np.concatenate([order, random.permutation(len(primary))])
        first, order = order[: recipe.pairs], order[recipe.pairs :]
        partners = [random.choice(np.flatnonzero(primary == primary[row])) for row in first]
        yield np.concatenate([first, np.array(partners, dtype=np.int64)])


def _loss(vectors: Tensor, overlap: Tensor, temperature: float) -> Tensor:
    """Cross entropy between each measure's shares of the overlap and of the similarity to the others."""
    attracts = overlap.sum(dim=1) > 0
    own = torch.eye(len(vectors), dtype=torch.bool)
    scores = (vectors @ vectors.T / temperature).masked_fill(own, _LEAST)
    share = overlap / overlap.sum(dim=1, keepdim=True).clamp(min=1e-9)
    return -(share * scores.log_softmax(dim=1)).sum(dim=1)[attracts].mean()


def tune(
    trunk: Trunk, texts: Sequence[str], labels: NDArray[np.bool_], primary: NDArray[np.int64], recipe: Recipe
) -> nn.ModuleList:
    """A copy of the upper layers, trained on labelled texts: `labels` (n, k), `primary` (n,)."""
    upper = copy.deepcopy(trunk.upper).train()  # the offline model has no dropout, so this changes nothing else
    hidden = trunk.hidden(texts)
    optimiser = torch.optim.AdamW(upper.parameters(), lr=recipe.rate, weight_decay=0.01)
    warm = max(1, recipe.steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (recipe.steps - step) / max(recipe.steps - warm, 1))
    )
    for rows in batches(primary, recipe):
        vectors = pooled(upper, [hidden[row] for row in rows])
        loss = _loss(vectors, torch.from_numpy(wanted(labels[rows])), recipe.temperature)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return upper.eval()


def encode(trunk: Trunk, upper: nn.ModuleList, texts: Sequence[str]) -> NDArray[np.float32]:
    """(n, dim) vectors of the texts by the tuned encoder."""
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    found = np.zeros((len(texts), upper[0].output.dense.out_features), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), _ENCODED_AT_ONCE):
            rows = order[start : start + _ENCODED_AT_ONCE]
            found[rows] = pooled(upper, trunk.hidden([texts[row] for row in rows])).numpy()
    return found

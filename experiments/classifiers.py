"""The classifier beside simpler systems, on the sample corpus out of fold and on real plans: one table.

    python experiments/classifiers.py REAL_WORKSPACE

REAL_WORKSPACE is made by `jucuo run --corpus FOLDER --workspace REAL_WORKSPACE` on the plans that
`data/labels/annotations/real-seeds-*.jsonl` label. Every system is trained on the sample corpus only; its calibration
and thresholds come from its own out-of-fold scores. On real plans, pairs on which the annotators differ count neither
way. Writes `experiments/results/classifiers.md`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from labels import transfer
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipeline.classification import evaluation as ev
from pipeline.classification.calibration import Stack, Thresholds, sigmoid
from pipeline.classification.decide import Answers
from pipeline.classification.features import centred, mean_of
from pipeline.classification.inputs import CodebookTexts, Inputs, codebook_texts, prepare
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import score
from pipeline.classification.scorer import Training
from pipeline.classification.training import train
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook, titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.train import EXAMPLES, groups_of, labels_of
from pipeline.workspace import Workspace

DIFFER = -2
"""Primary category of a measure about which the annotators differ: it counts neither way."""
ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "experiments/results/classifiers.md"
HEAD = (
    "| system | micro-F1 | macro-F1 | primary | top-3 | none P / R | Brier | ECE "
    "| real micro | real macro | real primary | real ECE |"
)


@dataclass(frozen=True)
class Real:
    """Real measures and what two annotators say: `gold` and `agreed` (n, k), `primary` (n,) or DIFFER."""

    inputs: Inputs
    gold: NDArray[np.bool_]
    agreed: NDArray[np.bool_]
    primary: NDArray[np.int64]


def zero_shot(texts: CodebookTexts) -> ev.PlainFit:
    """Cosine of the text to the category's name and definition, each centred; no weights are learned."""
    definitions = texts.inputs.vectors[~texts.is_example]
    anchors = centred(definitions, mean_of(definitions))

    def fit(training: Training) -> ev.PlainScores:
        mean = mean_of(training.inputs.vectors)

        def scores(inputs: Inputs) -> ev.Plain:
            close = (centred(inputs.vectors, mean) @ anchors.T).astype(np.float64) * 10
            return ev.Plain(close, close)

        return scores

    return fit


def read_real(workspace: Workspace, ids: list[str], encode: CachedEncoder) -> Real:
    """The annotated measures of the workspace."""
    first, second = transfer.read("real-seeds-g.jsonl"), transfer.read("real-seeds-reader.jsonl")
    documents = workspace.read("documents")
    named = workspace.read("measures").join(documents.select("doc_id", "source_path"), on="doc_id")
    keys = [(Path(path).name, n) for path, n in named.select("source_path", "ordinal").iter_rows()]
    rows = [i for i, key in enumerate(keys) if key in first and key in second]
    measures, kept = named[rows], [keys[i] for i in rows]
    a, b = (transfer.matrix([side[key] for key in kept], ids) for side in (first, second))
    place = {name: i for i, name in enumerate(ids)} | {None: -1}
    primary = [place[first[k]["primary"]] if first[k]["primary"] == second[k]["primary"] else DIFFER for k in kept]
    vectors = encode(measures["text"].to_list())
    return Real(prepare(measures, titles_of(documents), vectors, encode), a, a == b, np.array(primary))


def real_cells(answers: Answers, real: Real) -> list[float]:
    """Micro-F1, macro-F1, primary accuracy and calibration error on what both annotators agree on."""
    same = real.primary != DIFFER
    return [
        transfer.micro_f1(real.gold, answers.assigned, real.agreed),
        transfer.macro_f1(real.gold, answers.assigned, real.agreed),
        float((answers.primary == real.primary)[same].mean()),
        transfer.calibration_error(real.gold[real.agreed], answers.probabilities[real.agreed]),
    ]


def plain_on_real(
    fit: ev.PlainFit, training: Training, folds: NDArray[np.int64], real: Real, min_support: int
) -> Answers:
    """A simple system fitted on the whole sample, calibrated on its out-of-fold scores there."""
    seen = np.zeros(training.labels.shape)
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        seen[held] = fit(training.take(np.flatnonzero(folds != fold)))(training.inputs.take(held)).labels
    stack = Stack.fit(seen[:, :, None], training.labels)
    thresholds = Thresholds.fit(sigmoid(stack.log_odds(seen[:, :, None])), training.labels, min_support)
    scores = fit(training)(real.inputs)
    probabilities = sigmoid(stack.log_odds(scores.labels[:, :, None]))
    assigned = thresholds.assign(probabilities)
    primary = np.where(assigned, scores.primary, -np.inf).argmax(axis=1)
    primary[~assigned.any(axis=1)] = -1
    return Answers(probabilities, assigned, primary.astype(np.int64), np.zeros(len(primary), np.bool_))


def row(name: str, answers: Answers, goal: Targets, groups: list[str], on_real: list[float]) -> str:
    """A line of the table; intervals are 95%, over whole bureaus."""
    s = score(answers, goal, groups)
    cells = [
        f"{s.micro_f1:.3f} ({s.micro_f1_low:.3f} to {s.micro_f1_high:.3f})",
        f"{s.macro_f1:.3f} ({s.macro_f1_low:.3f} to {s.macro_f1_high:.3f})",
        f"{s.primary_accuracy:.3f} ({s.primary_accuracy_low:.3f} to {s.primary_accuracy_high:.3f})",
        f"{s.top3_recall:.3f}",
        f"{s.none_precision:.2f} / {s.none_recall:.2f}",
        f"{s.brier:.4f}",
        f"{s.ece:.3f}",
        *(f"{value:.3f}" for value in on_real),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    asked = parser.parse_args()
    sample, settings = Workspace(ROOT / "data"), Settings()
    examples, codebook = pl.read_parquet(sample.path(EXAMPLES)), read_codebook(settings)
    encode, titles = CachedEncoder(settings), titles_of(examples)
    vectors = encode(examples["text"].to_list())
    params = settings.train.model_copy(update={"baselines": False})
    groups = groups_of(examples, sample.read("documents"))
    task = (examples, titles, vectors, labels_of(examples), codebook, params, settings.seed, encode, groups)
    trained = train(*task)
    out, inputs = trained.out_of_fold, prepare(examples, titles, vectors, encode)
    training = Training(inputs.take(out.rows), out.targets.labels, out.targets.primary)
    texts = codebook_texts(codebook, encode, vectors.shape[1])
    real = read_real(Workspace(asked.workspace), codebook.ids, encode)
    systems = {"cue words": ev.keyword_fit(codebook), "label descriptions, zero-shot": zero_shot(texts)}
    for label, name in (("character TF-IDF, linear", "tfidf"), ("vectors, linear", "vectors")):
        systems[label] = ev.linear_fit(texts, ev.ALONE[name], params.c, inputs)
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    with threadpool_limits(1):
        for name, fit in systems.items():
            answers = ev.cross_plain(training, out.targets, out.folds, params.min_support, fit)
            there = plain_on_real(fit, training, out.folds, real, params.min_support)
            lines.append(row(name, answers, out.targets, out.groups, real_cells(there, real)))
        ours = trained.classifier.answers(real.inputs)
    lines.append(row("fusion (shipped)", out.answers, out.targets, out.groups, real_cells(ours, real)))
    note = (
        f"{len(out.rows)} labelled measures of {len(set(out.groups))} fictional issuers, whole issuers held out; "
        f"{len(real.primary)} measures of five real plans, never trained on."
    )
    TARGET.write_text("\n".join(["# classifiers", "", note, "", *lines, ""]), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

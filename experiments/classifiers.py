"""Every way of classifying that was considered beside the two annotators: `experiments/results/classifiers.md`.

    python experiments/classifiers.py WORKSPACE [--without-contrast]

Out of fold on the sample corpus (whole issuers held out, calibration and thresholds from the other folds), and on the
five real plans of WORKSPACE (`jucuo run --corpus FOLDER --workspace WORKSPACE`), of which no system has seen anything.
Needs the labelled examples of the train stage (`dvc repro train`). Vectors come from the cache; fine-tuning is what
takes long.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import real_plans
from contrastive import Contrast, Tuner
from labels import gold
from real_plans import Annotator, Real
from threadpoolctl import threadpool_limits

from pipeline.classification import evaluation as ev
from pipeline.classification.decide import Answers, Decider
from pipeline.classification.features import centred, mean_of
from pipeline.classification.inputs import CodebookTexts, Inputs, codebook_texts, prepare
from pipeline.classification.labels import Targets
from pipeline.classification.metrics import score
from pipeline.classification.scorer import Training
from pipeline.classification.training import OutOfFold, train
from pipeline.settings import Settings
from pipeline.stages.classify import read_codebook, titles_of
from pipeline.stages.embed import CachedEncoder
from pipeline.stages.train import EXAMPLES, groups_of, labels_of
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "experiments/results/classifiers.md"
HEAD = (
    "| system | micro-F1 | macro-F1 | primary | top-3 | none P / R | Brier | ECE "
    "| real micro | real macro | real primary | real ECE | processor s |"
)
EACH = "| system | micro-F1, first | second | macro-F1, first | second | primary, first | second |"
PEOPLE = "the other annotator"
NOTE = (
    "{n} labelled measures of {issuers} fictional issuers, whole issuers held out; {real} measures of five real plans, "
    "never trained on. There a decision on which the two annotators differ counts neither way. Annotators are compared "
    "with each other before adjudication. `processor s`: the whole cross-validation from vectors (fine-tuning: from "
    "texts; the second row on fine-tuned vectors takes the encoders of the first)."
)
BELOW = "The real plans again, every decision counted, against one annotator at a time:"


@dataclass(frozen=True)
class Result:
    """A system's answers out of fold and on the real plans; `seconds` of processor time its cross-validation took."""

    answers: Answers
    real: Answers
    seconds: float


@dataclass(frozen=True)
class Task:
    """What every system gets: labelled measures, folds, the codebook's texts, the real plans."""

    training: Training
    out: OutOfFold
    everything: Inputs
    texts: CodebookTexts
    real: Real
    settings: Settings

    def plain(self, fit: ev.PlainFit, seconds: Callable[[], float] = time.process_time) -> Result:
        """A system without stack: one score a category, calibrated."""
        support, start = self.settings.train.min_support, seconds()
        found = ev.cross_plain(self.training, self.out.targets, self.out.folds, support, fit)
        took = seconds() - start
        return Result(found, real_plans.plain_answers(fit, self.training, self.out.folds, self.real, support), took)

    def stacked(self, fit: ev.Fit, seconds: Callable[[], float]) -> Result:
        """A system that decides as the shipped one does."""
        goal, support, start = self.out.targets, self.settings.train.min_support, seconds()
        decisions = ev.cross_decide(self.training, self.out.folds, fit)
        answers = ev.cross_answer(decisions, goal, self.out.folds, support)
        took = seconds() - start
        decider = Decider.fit(decisions, goal.labels, goal.primary, goal.omnibus, support)
        return Result(answers, decider.answer(fit(self.training)(self.real.inputs)), took)


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


def contrasted(task: Task, codebook: ev.Codebook) -> Iterator[tuple[str, Result]]:
    """The fine-tuned encoder under linear heads, and in the place of the shipped encoder."""
    params = task.settings.train
    from finetune import Recipe

    with Tuner(task.settings, Recipe()) as tuner:
        contrast = Contrast(tuner, task.texts)

        def seconds() -> float:
            return tuner.seconds + time.process_time()

        yield "fine-tuned by contrast, linear", task.plain(contrast.linear(params.c, task.everything), seconds)
        fit = contrast.fusion(codebook, params.blocks(), params.c, task.everything)
        yield "fusion on fine-tuned vectors", task.stacked(fit, seconds)


def annotators(goal: Targets, examples: pl.DataFrame, sample: Workspace, ids: list[str]) -> tuple[Targets, Annotator]:
    """The sample's two annotators: the first as what is to be found, the second as who finds it."""
    documents = sample.read("documents").select("doc_id", "source_path")
    named = sample.read("measures").join(documents, on="doc_id")
    keys = {i: (path, n) for i, path, n in named.select("measure_id", "source_path", "ordinal").iter_rows()}
    wanted = [keys[name] for name in examples["measure_id"].gather(goal.rows)]
    place = {name: i for i, name in enumerate(ids)} | {None: -1}
    people = []
    for pattern in ("author-*.jsonl", "reader-*.jsonl"):
        said = gold.read(pattern)
        labels = np.array([[name in said[key]["labels"] for name in ids] for key in wanted])
        people.append(Annotator(labels, np.array([place[said[key]["primary"]] for key in wanted])))
    first, second = people
    return replace(goal, labels=first.labels, primary=first.primary), second


def row(name: str, answers: Answers, goal: Targets, groups: list[str], further: list[str], *, person: bool) -> str:
    """A line of the table; intervals are 95%, over whole bureaus. People give no probabilities."""
    s = score(answers, goal, groups)
    cells = [
        f"{s.micro_f1:.3f} ({s.micro_f1_low:.3f} to {s.micro_f1_high:.3f})",
        f"{s.macro_f1:.3f} ({s.macro_f1_low:.3f} to {s.macro_f1_high:.3f})",
        f"{s.primary_accuracy:.3f} ({s.primary_accuracy_low:.3f} to {s.primary_accuracy_high:.3f})",
        "" if person else f"{s.top3_recall:.3f}",
        f"{s.none_precision:.2f} / {s.none_recall:.2f}",
        *(["", ""] if person else [f"{s.brier:.4f}", f"{s.ece:.3f}"]),
        *further,
    ]
    return f"| {name} | {' | '.join(cells)} |"


def each(name: str, answers: Answers, people: list[Annotator]) -> str:
    """A line of the second table: the real plans against one annotator at a time, every decision counted."""
    columns = zip(*(real_plans.against(answers, person) for person in people), strict=True)
    return f"| {name} | {' | '.join(f'{value:.3f}' for column in columns for value in column)} |"


def ruled(head: str) -> list[str]:
    """A table's head and the line below it."""
    return [head, "|" + "---|" * (head.count("|") - 1)]


def write(results: dict[str, Result], task: Task, people: tuple[Targets, Annotator]) -> None:
    """Print the page and leave it in the repository."""
    out, real, (first, second) = task.out, task.real, people
    lines, others = ruled(HEAD), ruled(EACH)
    for name, result in results.items():
        further = [*(f"{value:.3f}" for value in real_plans.figures(result.real, real)), f"{result.seconds:.0f}"]
        lines.append(row(name, result.answers, out.targets, out.groups, further, person=False))
        others.append(each(name, result.real, [real.first, real.second]))
    lines.append(row(PEOPLE, second.answers, first, out.groups, [""] * 5, person=True))
    answers = [real.second.answers, real.first.answers]
    pairs = zip(
        *(real_plans.against(*pair) for pair in zip(answers, (real.first, real.second), strict=True)), strict=True
    )
    others.append(f"| {PEOPLE} | {' | '.join(f'{value:.3f}' for pair in pairs for value in pair)} |")
    note = NOTE.format(n=len(out.rows), issuers=len(set(out.groups)), real=len(real.inputs))
    TARGET.write_text("\n".join(["# classifiers", "", note, "", *lines, "", BELOW, "", *others, ""]), "utf-8")
    print("\n".join([*lines, "", *others]))


def main() -> None:
    """Make both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--without-contrast", action="store_true")
    asked = parser.parse_args()
    sample, settings = Workspace(ROOT / "data"), Settings()
    examples, codebook = pl.read_parquet(sample.path(EXAMPLES)), read_codebook(settings)
    encode, titles = CachedEncoder(settings), titles_of(examples)
    vectors = encode(examples["text"].to_list())
    params = settings.train.model_copy(update={"baselines": False})
    groups = groups_of(examples, sample.read("documents"))
    everything = prepare(examples, titles, vectors, encode)
    texts = codebook_texts(codebook, encode, vectors.shape[1])
    real = real_plans.read(Workspace(asked.workspace), codebook.ids, encode)
    start = time.process_time()
    labels = (labels_of(examples), codebook, params, settings.seed, encode, groups)
    trained = train(examples, titles, vectors, *labels)
    took = time.process_time() - start
    out = trained.out_of_fold
    training = Training(everything.take(out.rows), out.targets.labels, out.targets.primary)
    task = Task(training, out, everything, texts, real, settings)
    plain = {"cue words": ev.keyword_fit(codebook), "label descriptions, zero-shot": zero_shot(texts)}
    for label, name in (("character TF-IDF, linear", "tfidf"), ("vectors, linear", "vectors")):
        plain[label] = ev.linear_fit(texts, ev.ALONE[name], params.c, everything)
    with threadpool_limits(1):
        results = {name: task.plain(fit) for name, fit in plain.items()}
        ours = Result(out.answers, trained.classifier.answers(real.inputs), took)
        further = {} if asked.without_contrast else dict(contrasted(task, codebook))
    results |= {**further, "fusion (shipped)": ours}
    write(results, task, annotators(out.targets, examples, sample, codebook.ids))


if __name__ == "__main__":
    main()

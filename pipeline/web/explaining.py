"""Reasons for categories, made when somebody asks (0.1 s) and kept: pages load them after themselves."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import JucuoError
from pipeline.schemas import TABLES
from pipeline.web.library import VECTORS, Library
from pipeline.web.queries.items import MEASURE_ID, row_of
from pipeline.web.queries.reasons import CategoryReasons, MeasureReasons, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.classification.model import Classifier

KEPT = 1000
"""Measures whose reasons stay in memory, about 10 kB each."""

NEAREST = 3
MAX_CATEGORIES = 8
_FILES = (*VECTORS[:2], TABLES["measures"].path, "models/classifier.skops")
_MODEL = ("models/classifier.skops", "models/examples.parquet")


class Explainer:
    """Reasons of one workspace's measures; safe to use from several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: OrderedDict[tuple[Any, ...], list[CategoryReasons]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def classifier(self) -> Classifier:
        """The classifier in use; raises JucuoError when it is for another codebook."""
        library = self._library

        def make() -> Classifier:
            # The encoder first: it chooses its kernels before scikit-learn, which the classifier needs, loads torch.
            _ = library.encode
            from pipeline.stages.classify import load_classifier

            return load_classifier(library.workspace, library.settings)

        return library.kept("classifier", _MODEL, make)

    @property
    def examples(self) -> Mapping[str, Mapping[str, Any]]:
        """The labelled measures the classifier was trained on, by id."""
        from pipeline.stages.train import EXAMPLES, SHIPPED_EXAMPLES

        def make() -> dict[str, dict[str, Any]]:
            from pipeline.resources import shipped
            from pipeline.stages.classify import MODEL

            own = self._library.workspace.path(MODEL).exists()
            path = self._library.workspace.path(EXAMPLES) if own else shipped(SHIPPED_EXAMPLES)
            rows = pl.read_parquet(path, columns=["measure_id", "text", "title", "labels"])
            return {row["measure_id"]: row for row in rows.iter_rows(named=True)}

        return self._library.kept("examples", _MODEL, make)

    def of(self, measure_id: str, asked: Sequence[str] = ()) -> MeasureReasons:
        """Reasons for the asked categories, else for those assigned, else for the most probable one.

        Raises NotFoundError for an unknown measure, JucuoError where reasons cannot be had.
        """
        library = self._library
        row = row_of(library.wide, "measure_id", measure_id, "measure", MEASURE_ID)
        classifier = self.classifier
        for name in asked:
            library.codebook.category(name)
        wanted = list(dict.fromkeys(asked)) or self._own(measure_id)
        key = (library.stamp(_FILES), classifier.digest, measure_id, *wanted)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = self._made(classifier, measure_id, row["title"] or "", wanted)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return MeasureReasons(
            measure_id=measure_id,
            classifier=classifier.digest,
            assigned_by=row["model_digest"] or "",
            categories=found,
        )

    def _own(self, measure_id: str) -> list[str]:
        own = self._library.optional("assignments").filter(pl.col("measure_id") == measure_id).sort("rank")
        assigned = own.filter(pl.col("assigned"))["category"].to_list()
        known = [name for name in assigned or own["category"].to_list()[:1] if name in self._library.codebook.index]
        return known[:MAX_CATEGORIES]

    def _made(self, classifier: Classifier, measure_id: str, title: str, wanted: list[str]) -> list[CategoryReasons]:
        from pipeline.classification.explain import explain
        from pipeline.stages.embed import read_vectors

        if not wanted:
            return []
        library = self._library
        measures = library.table("measures")
        place = library.kept(
            "places",
            (TABLES["measures"].path,),
            lambda: {name: i for i, name in enumerate(measures["measure_id"])},
        )
        vectors, _ = read_vectors(library.workspace, measures.height)
        at = place[measure_id]
        own = measures[at : at + 1]
        try:
            found = explain(
                classifier, own, {own["doc_id"][0]: title}, vectors[at : at + 1], library.encode, wanted, NEAREST
            )
        except ValueError as error:
            raise JucuoError(f"the classifier does not fit the vectors: {error}", "Run `jucuo run` again.") from error
        examples = self.examples
        return [view_of(reason, examples, set(place)) for reason in found[0]]

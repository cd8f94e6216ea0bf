"""The codebook: categories, their definitions, cue words, worked examples and the rules of labelling.

A codebook belongs to a field (education, health, …) and is data: exchanging the file changes the categories and
nothing else. `load` reports every problem of a file at once, each with its path and the nearest valid name.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import JucuoError

Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    """A part of the codebook; unknown keys are errors and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Exclusion(_Part):
    """Something that looks like the category but is not; `see` is the category it belongs to, if any."""

    text: Text
    see: str | None = None


class Example(_Part):
    """A worked example; `labels` are all its categories, the primary first (empty: only the one it stands under)."""

    text: Text
    labels: tuple[str, ...] = ()


class Category(_Part):
    """One category: stable id, names, definition, what belongs to it, cue words by weight, examples."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    zh: Text
    en: Text
    definition: Text
    includes: tuple[Text, ...] = ()
    excludes: tuple[Exclusion, ...] = ()
    cues: dict[Annotated[float, Field(gt=0, le=10)], tuple[Text, ...]] = {}
    examples: tuple[Example, ...] = ()

    @property
    def weighted_cues(self) -> list[tuple[str, float]]:
        """(word, weight), the heaviest first."""
        return [(word, weight) for weight in sorted(self.cues, reverse=True) for word in self.cues[weight]]

    @property
    def description(self) -> str:
        """Name and definition in one sentence: what the encoder compares measures with."""
        return f"{self.zh}：{self.definition}"


class Codebook(_Part):
    """A field's categories, in a fixed order that every matrix of the classifier follows."""

    id: Text
    version: Text
    field: Text
    language: Text = "zh"
    rules: tuple[Text, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=2)]

    @cached_property
    def ids(self) -> list[str]:
        """Category ids in order; position i is column i of every (n, k) matrix."""
        return [category.id for category in self.categories]

    @cached_property
    def index(self) -> dict[str, int]:
        """Category id to column."""
        return {name: i for i, name in enumerate(self.ids)}

    @property
    def name(self) -> str:
        """Id and version as written into tables and labels, e.g. `education-zh-1.0`."""
        return f"{self.id}-{self.version}"

    @cached_property
    def digest(self) -> str:
        """Digest of the whole content (first 16 hex digits of sha256), the same for the same meaning of the file."""
        return hashlib.sha256(self.dumps().encode()).hexdigest()[:16]

    def dumps(self) -> str:
        """Canonical JSON, the form that is stored with a classifier; `load` reads it back."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    def category(self, name: str) -> Category:
        """The category called `name`; raises JucuoError with the nearest valid name."""
        if name not in self.index:
            raise JucuoError(f"the codebook {self.name} has no category `{name}`", nearest(name, self.ids))
        return self.categories[self.index[name]]


def nearest(name: str, valid: Sequence[str]) -> str:
    """A hint: the valid name nearest to a wrong one, or all of them when none is near."""
    close = difflib.get_close_matches(str(name), valid, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"valid names: {', '.join(valid)}"


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    """Names of the fields a part of the codebook may have, where `location` names an unknown one."""
    model: type[BaseModel] = Codebook
    for part in location[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = _nested(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _nested(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for found in map(_nested, get_args(annotation)) if found), None)


def _place(location: tuple[int | str, ...], values: dict[str, Any]) -> str:
    """`categories.3.cues` written as `categories[preschool].cues`: people look for names, not positions."""
    place = ""
    here: Any = values
    for part in location:
        here = _step(here, part)
        named = here.get("id") if isinstance(here, dict) else None
        if isinstance(part, int):
            place += f"[{named or part + 1}]"
        else:
            place += f".{part}" if place else str(part)
    return place


def _step(container: Any, part: int | str) -> Any:
    if isinstance(container, dict):
        return container.get(part)
    if isinstance(container, list) and isinstance(part, int) and part < len(container):
        return container[part]
    return None


def _shape_problems(exc: ValidationError, values: dict[str, Any]) -> Iterator[str]:
    for error in exc.errors():
        if error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]:
            continue  # pydantic counts only the valid items; the invalid ones are reported themselves
        place = _place(error["loc"], values)
        if error["type"] == "extra_forbidden":
            yield f"{place}: unknown key; {nearest(str(error['loc'][-1]), _fields_at(error['loc']))}"
        elif error["type"] == "missing":
            yield f"{place}: required, but missing"
        else:
            yield f"{place}: {error['msg']}, got {str(error['input'])[:60]!r}"


def _duplicates(codebook: Codebook) -> Iterator[str]:
    for what, counts in (("id", Counter(codebook.ids)), ("zh", Counter(c.zh for c in codebook.categories))):
        for value, count in counts.items():
            if count > 1:
                yield f"categories: {count} categories have the {what} `{value}`"
    for category in codebook.categories:
        for word, count in Counter(word for word, _ in category.weighted_cues).items():
            if count > 1:
                yield f"categories[{category.id}].cues: `{word}` stands {count} times"


def _dangling(codebook: Codebook) -> Iterator[str]:
    for category in codebook.categories:
        place = f"categories[{category.id}]"
        named = [("excludes", exclusion.see) for exclusion in category.excludes if exclusion.see is not None]
        named += [("examples", label) for example in category.examples for label in example.labels]
        for where, name in named:
            if name not in codebook.index:
                yield f"{place}.{where}: `{name}` is no category; {nearest(name, codebook.ids)}"
        for example in category.examples:
            if example.labels and category.id not in example.labels:
                yield f"{place}.examples: labels of “{example.text[:12]}…” leave out {category.id} itself"


def _parse(text: str, origin: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise JucuoError(f"{origin} is not YAML: {exc}", "Mend the file at the line named above.") from exc
    if not isinstance(values, dict):
        raise JucuoError(f"{origin} holds no codebook", "It needs id, version, field and categories.")
    return values


def load(text: str, origin: str) -> Codebook:
    """Read a codebook from YAML (or JSON) text; `origin` is the file named in messages.

    Raises JucuoError that lists every problem: unknown and missing keys, bad values, duplicates, dangling references.
    """
    values = _parse(text, origin)
    try:
        codebook = Codebook.model_validate(values)
    except ValidationError as exc:
        problems = list(_shape_problems(exc, values))
    else:
        problems = [*_duplicates(codebook), *_dangling(codebook)]
        if not problems:
            return codebook
    lines = "\n  ".join(problems)
    raise JucuoError(f"{origin}: {len(problems)} problem(s) in the codebook\n  {lines}", "Mend the places named above.")

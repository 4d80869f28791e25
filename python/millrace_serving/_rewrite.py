"""Changes a copy of a scikit-learn pipeline so that ONNX can stand for its missing text.

ONNX has no missing string. A missing one is written as ``MISSING``, a text that no data has. An
imputer that is the first to see a text column needs not even that: what it fills in is known, so
the caller fills it in and the imputer goes. Whatever this module does is held against the
untouched pipeline by :mod:`millrace_serving._parity`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["MISSING", "rewrite"]

MISSING = "\x01missing"


def rewrite(model: Any, text_columns: Mapping[str, None]) -> tuple[Any, dict[str, str]]:
    """A changed deep copy, and what stands for a missing value in each text column.

    Args:
        model: A fitted estimator or pipeline.
        text_columns: The names of the columns that hold text.
    """
    import copy

    changed = copy.deepcopy(model)
    fills: dict[str, str] = {}
    for transformer in _walk(changed):
        if type(transformer).__name__ == "ColumnTransformer":
            fills.update(_fold_imputers(transformer, text_columns))
    for transformer in _walk(changed):
        _name_missing(transformer)
    return changed, {name: fills.get(name, MISSING) for name in text_columns}


def _walk(estimator: Any) -> Iterator[Any]:
    yield estimator
    kind = type(estimator).__name__
    if kind == "Pipeline":
        children = [step for _, step in estimator.steps]
    elif kind == "ColumnTransformer":
        children = [step for _, step, _ in estimator.transformers_]
    elif kind == "FeatureUnion":
        children = [step for _, step in estimator.transformer_list]
    else:
        children = []
    for child in children:
        if not isinstance(child, str):
            yield from _walk(child)


def _fold_imputers(transformer: Any, text_columns: Mapping[str, None]) -> dict[str, str]:
    fills: dict[str, str] = {}
    uses = [
        name
        for _, step, names in transformer.transformers_
        if step != "drop"
        for name in _names(names)
    ]
    for index, (label, step, names) in enumerate(transformer.transformers_):
        imputer = _first_step(step)
        columns = _names(names)
        if (
            type(imputer).__name__ != "SimpleImputer"
            or getattr(imputer, "indicator_", None) is not None
            or not columns
            or any(name not in text_columns or uses.count(name) != 1 for name in columns)
            or len(columns) != len(imputer.statistics_)
            or not all(isinstance(fill, str) for fill in imputer.statistics_)
            or isinstance(imputer.missing_values, str)
        ):
            continue
        fills.update(zip(columns, imputer.statistics_.tolist(), strict=True))
        transformer.transformers_[index] = (label, _without_first(step), names)
    return fills


def _names(columns: Any) -> list[str]:
    names = list(columns) if not isinstance(columns, (str, slice)) else []
    return [name for name in names if isinstance(name, str)]


def _first_step(step: Any) -> Any:
    return step.steps[0][1] if type(step).__name__ == "Pipeline" else step


def _without_first(step: Any) -> Any:
    if type(step).__name__ != "Pipeline" or len(step.steps) == 1:
        return "passthrough"
    step.steps = step.steps[1:]
    return step.steps[0][1] if len(step.steps) == 1 else step


def _name_missing(transformer: Any) -> None:
    kind = type(transformer).__name__
    if kind == "SimpleImputer" and getattr(transformer, "statistics_", None) is not None:
        if transformer.statistics_.dtype == object and not isinstance(
            transformer.missing_values, str
        ):
            transformer.missing_values = MISSING
    elif kind in ("OneHotEncoder", "OrdinalEncoder"):
        # Without infrequent categories, an unseen one is all zeros either way.
        infrequent = getattr(transformer, "infrequent_categories_", [])
        if transformer.handle_unknown in ("infrequent_if_exist", "warn") and not any(
            categories is not None for categories in infrequent
        ):
            transformer.handle_unknown = "ignore"
        transformer.categories_ = [_named(categories) for categories in transformer.categories_]


def _named(categories: Any) -> Any:
    if categories.dtype.kind != "O":
        return categories
    named = categories.copy()
    named[[value is None or value != value for value in categories]] = MISSING
    return named

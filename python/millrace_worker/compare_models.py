"""Holds the predictions of two logged models against each other, row by row."""

from __future__ import annotations

from typing import Any

__all__ = ["compare_models"]


def compare_models(original: str, replayed: str, rows: str) -> dict[str, Any]:
    """Asks both models about the same rows.

    Args:
        original: Folder of one model, with its MLmodel file.
        replayed: Folder of the other.
        rows: A Parquet file that has the columns of their signature.

    Returns:
        ``rows``, ``different`` (rows for which they do not say the same) and ``max_difference``
        (of probabilities, or of predictions that are numbers).
    """
    import mlflow.pyfunc
    import numpy as np
    import pandas as pd

    frame = pd.read_parquet(rows)
    answers = []
    for folder in (original, replayed):
        model = mlflow.pyfunc.load_model(folder)
        answers.append((_as_columns(model.predict(frame)), _probabilities(model, frame)))
    (before, chances_before), (after, chances_after) = answers
    equal = [_equal_rows(before, after)]
    numbers = [(before, after)]
    if chances_before is not None and chances_after is not None:
        equal.append(_equal_rows(chances_before, chances_after))
        numbers = [(chances_before, chances_after)]
    largest = 0.0
    for one, other in numbers:
        if one.shape == other.shape and one.dtype.kind in "iufb" and other.dtype.kind in "iufb":
            gap = np.abs(one.astype(float) - other.astype(float))
            largest = max(largest, float(np.nanmax(gap, initial=0.0)))
    different = int(len(frame) - np.logical_and.reduce(equal).sum())
    return {"rows": len(frame), "different": different, "max_difference": largest}


def _as_columns(values: Any) -> Any:
    import numpy as np

    array = np.asarray(values)
    return array.reshape(len(array), -1)


def _probabilities(model: Any, frame: Any) -> Any:
    """Of every class; None where the model gives none."""
    estimator: Any = getattr(model, "get_raw_model", lambda: None)()
    if not hasattr(estimator, "predict_proba"):
        return None
    names = model.metadata.get_input_schema().input_names()
    return _as_columns(estimator.predict_proba(frame[names]))


def _equal_rows(one: Any, other: Any) -> Any:
    import numpy as np

    if one.shape != other.shape:
        return np.zeros(len(one), dtype=bool)
    same = one == other
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        same |= np.isnan(one) & np.isnan(other)
    return same.all(axis=1)

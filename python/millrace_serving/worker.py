"""Predicts with a logged model, in worker processes of the model's own environment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from millrace_serving._frames import Column, build_frame, build_matrix

__all__ = ["load_model"]

Handler = Callable[[Mapping[str, Any]], Any]


def load_model(model_dir: str, request: Mapping[str, Any]) -> Handler:
    """Loads the model once; the handler then answers calls.

    A call is ``{"task": "predict" | "score" | "describe", "columns": [...] | null,
    "rows": [[...]], "params": {...}}``. ``predict`` answers MLflow's predictions, one per row;
    ``score`` answers ``{"prediction": [...], "probability": [...]}``; ``describe`` answers the
    column type of a classifier's labels, null for any other model.

    Args:
        model_dir: The downloaded model.
        request: ``inputs`` and ``predict_fn`` as the server read them from the MLmodel file.
    """
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(model_dir)
    native = _native(model)
    inputs = request["inputs"]

    def handle(call: Mapping[str, Any]) -> Any:
        if call["task"] == "describe":
            return _label_type(native)
        frame = _frame(inputs, call.get("columns"), call["rows"])
        if call["task"] == "score":
            return _score(model, native, frame)
        params = call.get("params") or None
        return _per_row(_predict(model, frame, params), len(call["rows"]))

    return handle


def _native(model: Any) -> Any:
    """The estimator behind the Python flavour, where there is one that gives probabilities."""
    try:
        raw = model.get_raw_model()
    except Exception:  # a flavour without a native model says so in its own ways
        return None
    return raw if hasattr(raw, "predict_proba") else None


def _label_type(native: Any) -> str | None:
    kinds = {
        "i": "bigint",
        "u": "bigint",
        "f": "double",
        "b": "boolean",
        "O": "string",
        "U": "string",
    }
    classes = getattr(native, "classes_", None)
    return None if classes is None else kinds.get(classes.dtype.kind)


def _frame(
    inputs: Mapping[str, Any], columns: Sequence[str] | None, rows: Sequence[Sequence[Any]]
) -> Any:
    if inputs["kind"] == "tensor":
        return build_matrix(inputs["type"], rows)
    if columns is None:
        import pandas as pd

        return pd.DataFrame([list(row) for row in rows])
    types = {c["name"]: c["type"] for c in inputs.get("columns", [])}
    typed = [Column(name, types.get(name, "any")) for name in columns]
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(typed)
    return build_frame(typed, cells)


def _predict(model: Any, frame: Any, params: Mapping[str, Any] | None) -> Any:
    # The server has enforced the signature already, and MLflow's own check costs more than a
    # small model does.
    inner = getattr(model, "_predict_fn", None)
    if params is None and inner is not None:
        return inner(frame)
    return model.predict(frame, params=params)


def _score(model: Any, native: Any, frame: Any) -> dict[str, list[Any]]:
    if native is None:
        predictions = _per_row(_predict(model, frame, None), len(frame))
        return {"prediction": predictions, "probability": [None] * len(predictions)}
    import numpy as np

    labels = native.predict(frame)
    probabilities = np.asarray(native.predict_proba(frame), dtype="float64")
    is_binary = probabilities.shape[1] == 2
    chosen = probabilities[:, 1] if is_binary else probabilities.max(axis=1)
    return {"prediction": _per_row(labels, len(labels)), "probability": _plain(chosen.tolist())}


def _per_row(answer: Any, rows: int) -> list[Any]:
    if hasattr(answer, "to_dict") and hasattr(answer, "columns"):
        return list(_plain(answer.to_dict(orient="records")))
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    predictions = list(answer) if isinstance(answer, (list, tuple)) else [answer]
    if len(predictions) != rows:
        raise ValueError(f"the model answered {len(predictions)} predictions to {rows} rows")
    return list(_plain(predictions))


def _plain(value: Any) -> Any:
    """What JSON can say: NaN and infinity become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "item"):
        return _plain(value.item())
    return value

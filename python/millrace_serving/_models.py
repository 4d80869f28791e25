"""Which logged models can become ONNX, and how each is converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from millrace_serving._converters import cast_before_last, register_converters
from millrace_serving._frames import Column
from millrace_serving._graph import PackedGraph, pack, pack_matrix
from millrace_serving._rewrite import rewrite

__all__ = ["Candidate", "NotConvertibleError", "Outputs", "convert", "load_candidate"]

_OPSET = {"": 18, "ai.onnx.ml": 3}
_NUMBER_TYPES = frozenset({"double", "float", "long", "integer", "boolean"})
_INPUT = "input"


class NotConvertibleError(ValueError):
    """The model is served in Python; the message says why."""


@dataclass(frozen=True)
class Outputs:
    """How the one output of the graph becomes MLflow's predictions.

    Attributes:
        kind: ``probabilities`` [n, classes] or ``values`` [n, 1].
        predict: What the model's ``predict`` answers: ``label``, ``probabilities``, ``positive``
            (the probability of the second class) or ``value``.
        classes: The classes in the order of the probabilities.
    """

    kind: str
    predict: str
    classes: list[Any] | None


@dataclass(frozen=True)
class Candidate:
    """A loaded model that may become ONNX.

    Attributes:
        model: The fitted estimator or booster.
        library: ``sklearn`` or ``lightgbm``.
        outputs: How its output is read.
        predict: The model's own answer for a data frame or matrix, as MLflow gives it.
        probabilities: The model's own probabilities, where it has them.
    """

    model: Any
    library: str
    outputs: Outputs
    predict: Callable[[Any], Any]
    probabilities: Callable[[Any], Any] | None


@dataclass(frozen=True)
class Converted:
    """A packed graph and the inputs it takes."""

    graph: PackedGraph
    numbers: list[str]
    texts: list[str]
    fills: dict[str, str]
    is_double: bool


def load_candidate(
    model_dir: str, flavors: dict[str, dict[str, Any]], predict_fn: str
) -> Candidate:
    """Loads the model natively.

    Raises:
        NotConvertibleError: No converter knows this kind of model.
    """
    if "sklearn" in flavors:
        import mlflow.sklearn

        return _sklearn_candidate(mlflow.sklearn.load_model(model_dir), predict_fn)
    if "lightgbm" in flavors:
        import mlflow.lightgbm

        model = mlflow.lightgbm.load_model(model_dir)
        if type(model).__name__ == "Booster":
            return _booster_candidate(model)
        return _sklearn_candidate(model, predict_fn)
    if "xgboost" in flavors:
        import mlflow.xgboost

        model = mlflow.xgboost.load_model(model_dir)
        if type(model).__name__ != "Booster":
            return _sklearn_candidate(model, predict_fn)
    raise NotConvertibleError(f"no converter for flavors {', '.join(sorted(flavors))}")


def _sklearn_candidate(model: Any, predict_fn: str) -> Candidate:
    classes = getattr(model, "classes_", None)
    if classes is None:
        if predict_fn != "predict":
            raise NotConvertibleError(f"predict_fn is {predict_fn}")
        return Candidate(model, "sklearn", Outputs("values", "value", None), model.predict, None)
    if not hasattr(model, "predict_proba"):
        raise NotConvertibleError(f"{type(model).__name__} gives no probabilities")
    answers = {"predict": "label", "predict_proba": "probabilities"}
    if predict_fn not in answers:
        raise NotConvertibleError(f"predict_fn is {predict_fn}")
    outputs = Outputs("probabilities", answers[predict_fn], classes.tolist())
    return Candidate(model, "sklearn", outputs, getattr(model, predict_fn), model.predict_proba)


def _booster_candidate(model: Any) -> Candidate:
    objective = str(model.params.get("objective", ""))
    if objective.startswith("binary"):
        outputs = Outputs("probabilities", "positive", [0, 1])
    elif objective.startswith("multiclass"):
        outputs = Outputs(
            "probabilities", "probabilities", list(range(model.num_model_per_iteration()))
        )
    elif objective.startswith(("regression", "l2", "l1", "mse", "mae", "huber")):
        outputs = Outputs("values", "value", None)
    else:
        raise NotConvertibleError(f"LightGBM objective {objective or 'unknown'}")
    return Candidate(model, "lightgbm", outputs, model.predict, None)


def convert(
    candidate: Candidate, columns: Sequence[Column] | None, width: int, *, is_double: bool
) -> Converted:
    """Converts and packs the model.

    Args:
        candidate: From :func:`load_candidate`.
        columns: The named columns of the signature, or None for a matrix.
        width: Number of columns.
        is_double: Compute in double precision what comes before the model; slower, and needed
            where a tree splits at values that single precision cannot tell apart.

    Raises:
        NotConvertibleError: A column type has no tensor type.
        Exception: Whatever a converter raises on a model that it does not know.
    """
    texts = [c.name for c in columns or [] if c.type == "string"]
    for column in columns or []:
        if column.type != "string" and column.type not in _NUMBER_TYPES:
            raise NotConvertibleError(f"column '{column.name}' is {column.type}")
    if is_double and type(candidate.model).__name__ != "Pipeline":
        raise NotConvertibleError("there is nothing before the model to compute more precisely")
    if candidate.library == "lightgbm" or not _takes_columns(candidate.model, texts):
        if texts:
            raise NotConvertibleError("text columns reach a model that has no encoder for them")
        return _convert_matrix(candidate, [c.name for c in columns or []], width, is_double)
    return _convert_columns(candidate, columns or [], texts, is_double)


def _takes_columns(model: Any, texts: Sequence[str]) -> bool:
    first = model.steps[0][1] if type(model).__name__ == "Pipeline" else model
    return type(first).__name__ == "ColumnTransformer" or bool(texts)


def _convert_matrix(
    candidate: Candidate, names: list[str], width: int, is_double: bool
) -> Converted:
    if candidate.library == "lightgbm":
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType as BoosterTensorType

        initial = [(_INPUT, BoosterTensorType([None, width]))]
        model = convert_lightgbm(
            candidate.model, initial_types=initial, target_opset=15, zipmap=False
        )
    else:
        initial = [(_INPUT, _number_type(is_double)([None, width]))]
        model = _to_onnx(candidate, _without_names(candidate.model), initial, is_double)
    output = _output_name(model, candidate.outputs)
    graph = pack_matrix(model, name=_INPUT, output=output)
    return Converted(graph, names, [], {}, is_double)


def _without_names(model: Any) -> Any:
    """A matrix has no column names, and the XGBoost converter wants its own."""
    if not hasattr(model, "get_booster"):
        return model
    import copy

    unnamed = copy.deepcopy(model)
    unnamed.get_booster().feature_names = None
    return unnamed


def _number_type(is_double: bool) -> Any:
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    return DoubleTensorType if is_double else FloatTensorType


def _convert_columns(
    candidate: Candidate, columns: Sequence[Column], texts: list[str], is_double: bool
) -> Converted:
    from skl2onnx.common.data_types import StringTensorType

    changed, fills = rewrite(candidate.model, dict.fromkeys(texts))
    number_type = _number_type(is_double)
    initial = [
        (c.name, StringTensorType([None, 1]) if c.type == "string" else number_type([None, 1]))
        for c in columns
    ]
    model = _to_onnx(candidate, changed, initial, is_double)
    numbers = [c.name for c in columns if c.type != "string"]
    output = _output_name(model, candidate.outputs)
    graph = pack(model, numbers=numbers, texts=texts, output=output)
    return Converted(graph, numbers, texts, fills, is_double)


def _to_onnx(
    candidate: Candidate, model: Any, initial: list[tuple[str, Any]], is_double: bool
) -> Any:
    from skl2onnx import to_onnx

    register_converters()
    final = model.steps[-1][1] if type(model).__name__ == "Pipeline" else model
    options = {id(final): {"zipmap": False}} if candidate.outputs.kind == "probabilities" else None
    converted = cast_before_last(model) if is_double else model
    return to_onnx(converted, initial_types=initial, options=options, target_opset=_OPSET)


def _output_name(model: Any, outputs: Outputs) -> str:
    position = 1 if outputs.kind == "probabilities" else 0
    name: str = model.graph.output[position].name
    return name

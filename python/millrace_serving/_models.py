"""Which logged models can become ONNX, and how each is converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from millrace_serving._frames import Column
from millrace_serving._graph import PackedGraph, pack
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


def convert(candidate: Candidate, columns: Sequence[Column] | None, width: int) -> Converted:
    """Converts and packs the model.

    Args:
        candidate: From :func:`load_candidate`.
        columns: The named columns of the signature, or None for a matrix.
        width: Number of columns.

    Raises:
        NotConvertibleError: A column type has no tensor type.
        Exception: Whatever a converter raises on a model that it does not know.
    """
    texts = [c.name for c in columns or [] if c.type == "string"]
    for column in columns or []:
        if column.type != "string" and column.type not in _NUMBER_TYPES:
            raise NotConvertibleError(f"column '{column.name}' is {column.type}")
    if candidate.library == "lightgbm" or not _takes_columns(candidate.model, texts):
        if texts:
            raise NotConvertibleError("text columns reach a model that has no encoder for them")
        return _convert_matrix(candidate, [c.name for c in columns or []], width)
    return _convert_columns(candidate, columns or [], texts)


def _takes_columns(model: Any, texts: Sequence[str]) -> bool:
    first = model.steps[0][1] if type(model).__name__ == "Pipeline" else model
    return type(first).__name__ == "ColumnTransformer" or bool(texts)


def _convert_matrix(candidate: Candidate, names: list[str], width: int) -> Converted:
    from onnxmltools.convert.common.data_types import FloatTensorType

    initial = [(_INPUT, FloatTensorType([None, width]))]
    if candidate.library == "lightgbm":
        from onnxmltools import convert_lightgbm

        model = convert_lightgbm(
            candidate.model, initial_types=initial, target_opset=15, zipmap=False
        )
    else:
        model = _to_onnx(candidate, candidate.model, initial)
    output = _output_name(model, candidate.outputs)
    graph = _pack_matrix(model, output)
    return Converted(graph, names, [], {})


def _pack_matrix(model: Any, output: str) -> PackedGraph:
    for graph_input in model.graph.input:
        graph_input.name = "numbers"
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            if name == _INPUT:
                node.input[position] = "numbers"
    return pack(model, numbers=[], texts=[], output=output)


def _convert_columns(
    candidate: Candidate, columns: Sequence[Column], texts: list[str]
) -> Converted:
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    changed, fills = rewrite(candidate.model, dict.fromkeys(texts))
    initial = [
        (c.name, StringTensorType([None, 1]) if c.type == "string" else FloatTensorType([None, 1]))
        for c in columns
    ]
    model = _to_onnx(candidate, changed, initial)
    numbers = [c.name for c in columns if c.type != "string"]
    output = _output_name(model, candidate.outputs)
    graph = pack(model, numbers=numbers, texts=texts, output=output)
    return Converted(graph, numbers, texts, fills)


def _to_onnx(candidate: Candidate, model: Any, initial: list[tuple[str, Any]]) -> Any:
    from skl2onnx import to_onnx

    _register_boosters()
    final = model.steps[-1][1] if type(model).__name__ == "Pipeline" else model
    options = {id(final): {"zipmap": False}} if candidate.outputs.kind == "probabilities" else None
    return to_onnx(model, initial_types=initial, options=options, target_opset=_OPSET)


def _output_name(model: Any, outputs: Outputs) -> str:
    names: list[str] = [output.name for output in model.graph.output]
    return names[1] if outputs.kind == "probabilities" else names[0]


def _register_boosters() -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    try:
        from lightgbm import LGBMClassifier, LGBMRegressor
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm

        update_registered_converter(
            LGBMClassifier,
            "LightGbmLGBMClassifier",
            calculate_linear_classifier_output_shapes,
            convert_lightgbm,
            options=options,
        )
        update_registered_converter(
            LGBMRegressor,
            "LightGbmLGBMRegressor",
            calculate_linear_regressor_output_shapes,
            convert_lightgbm,
            options={"split": None},
        )
    except ImportError:
        pass
    try:
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
        from xgboost import XGBClassifier, XGBRegressor

        update_registered_converter(
            XGBClassifier,
            "XGBoostXGBClassifier",
            calculate_linear_classifier_output_shapes,
            convert_xgboost,
            options=options,
        )
        update_registered_converter(
            XGBRegressor,
            "XGBoostXGBRegressor",
            calculate_linear_regressor_output_shapes,
            convert_xgboost,
        )
    except ImportError:
        pass

"""Converters that skl2onnx does not bring along: boosters, and imputing in double precision."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["cast_before_last", "register_converters"]


def cast_before_last(pipeline: Any) -> Any:
    """The pipeline with its last step given single precision, as trees and boosters read it."""
    import numpy as np
    from skl2onnx.sklapi import CastTransformer
    from sklearn.pipeline import Pipeline

    *before, last = pipeline.steps
    return Pipeline([*before, ("millrace_cast", CastTransformer(dtype=np.float32)), last])


@functools.cache
def register_converters() -> None:
    """Teaches skl2onnx what this module knows; libraries that are not installed are left out."""
    _register_imputer()
    _register_lightgbm()
    _register_xgboost()


_CLASSIFIER_OPTIONS = {"nocl": [True, False], "zipmap": [True, False, "columns"]}


def _register_lightgbm() -> None:
    try:
        from lightgbm import LGBMClassifier, LGBMRegressor
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
    except ImportError:
        return
    _register_booster(LGBMClassifier, "LightGbm", convert_lightgbm)
    _register_booster(LGBMRegressor, "LightGbm", convert_lightgbm, {"split": None})


def _register_xgboost() -> None:
    try:
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
        from xgboost import XGBClassifier, XGBRegressor
    except ImportError:
        return
    _register_booster(XGBClassifier, "XGBoost", convert_xgboost)
    _register_booster(XGBRegressor, "XGBoost", convert_xgboost)


def _register_booster(
    model: type, library: str, converter: Any, options: dict[str, Any] | None = None
) -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    is_classifier = model.__name__.endswith("Classifier")
    update_registered_converter(
        model,
        f"{library}{model.__name__}",
        calculate_linear_classifier_output_shapes
        if is_classifier
        else calculate_linear_regressor_output_shapes,
        converter,
        options=_CLASSIFIER_OPTIONS if is_classifier else options,
    )


def _register_imputer() -> None:
    """onnxruntime has no imputer for double precision, so there it is written as ``Where``."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common.data_types import DoubleTensorType
    from skl2onnx.operator_converters.imputer_op import convert_sklearn_imputer
    from skl2onnx.shape_calculators.imputer import calculate_sklearn_imputer_output_shapes
    from sklearn.impute import SimpleImputer

    def convert(scope: Any, operator: Any, container: Any) -> None:
        if not isinstance(operator.inputs[0].type, DoubleTensorType):
            convert_sklearn_imputer(scope, operator, container)
            return
        _impute_double(scope, operator, container)

    update_registered_converter(
        SimpleImputer, "MillraceSimpleImputer", calculate_sklearn_imputer_output_shapes, convert
    )


def _impute_double(scope: Any, operator: Any, container: Any) -> None:
    from onnx import TensorProto
    from skl2onnx.operator_converters.common import concatenate_variables

    imputer = operator.raw_operator
    if imputer.missing_values == imputer.missing_values or imputer.add_indicator:
        raise NotImplementedError("only NaN is imputed in double precision")
    values = concatenate_variables(scope, operator.inputs, container)
    fill = scope.get_unique_variable_name("fill")
    is_missing = scope.get_unique_variable_name("is_missing")
    statistics = imputer.statistics_.astype("float64")
    container.add_initializer(fill, TensorProto.DOUBLE, [1, len(statistics)], statistics.tolist())
    container.add_node("IsNaN", [values], [is_missing], op_version=13)
    container.add_node(
        "Where", [is_missing, fill, values], operator.outputs[0].full_name, op_version=16
    )

"""Converting fitted models: each answers the same as ONNX, or says why it stays in Python."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from lightgbm import LGBMClassifier, LGBMRegressor
from millrace_serving.convert import convert_model
from millrace_serving.worker import load_model
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

warnings.filterwarnings("ignore")

_ROWS = 300
_rng = np.random.default_rng(0)
_frame = pd.DataFrame(
    {
        "a": _rng.normal(size=_ROWS),
        "b": _rng.integers(0, 50, _ROWS).astype(float),
        "c": _rng.choice(["x", "y", "z"], _ROWS),
        "d": _rng.choice(["p q", "r"], _ROWS),
    }
)
_target = ((_frame.a + (_frame.c == "x")) > 0.5).astype(int)
_frame.loc[_rng.choice(_ROWS, 20), "a"] = np.nan
_frame.loc[_rng.choice(_ROWS, 20), "c"] = None
_texts = ["c", "d"]
_most_frequent = SimpleImputer(strategy="most_frequent")
_one_hot = OneHotEncoder(handle_unknown="ignore")


def _columns(*text_steps: Any, numbers: Any = None) -> ColumnTransformer:
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer(
        [
            ("numbers", numbers or scaled, ["a", "b"]),
            ("texts", make_pipeline(*(text_steps or (_most_frequent, _one_hot))), _texts),
        ]
    )


def _pipeline(model: Any, *text_steps: Any, numbers: Any = None) -> Pipeline:
    return make_pipeline(_columns(*text_steps, numbers=numbers), model)


def _save(folder: Path, model: Any, target: Any, frame: Any = _frame, **options: Any) -> str:
    model.fit(frame, target)
    path = str(folder / "model")
    signature = mlflow.models.infer_signature(frame, model.predict(frame))
    mlflow.sklearn.save_model(
        model,
        path,
        signature=signature,
        input_example=frame[:50],
        serialization_format="cloudpickle",
        pip_requirements=["scikit-learn"],
        **options,
    )
    return path


def _request(path: str) -> dict[str, Any]:
    file = yaml.safe_load((Path(path) / "MLmodel").read_text())
    columns = json.loads(file["signature"]["inputs"])
    if columns[0]["type"] == "tensor":
        width = columns[0]["tensor-spec"]["shape"][1]
        inputs: dict[str, Any] = {"kind": "tensor", "type": "double", "width": width}
    else:
        inputs = {"kind": "columns", "columns": columns}
    python = file["flavors"]["python_function"]
    return {
        "inputs": inputs,
        "flavors": file["flavors"],
        "predict_fn": python.get("predict_fn", "predict"),
        "input_example": "input_example.json",
    }


def _convert(path: str) -> dict[str, Any]:
    return convert_model(path, path, _request(path))


_boosted = LGBMClassifier(n_estimators=10, verbose=-1)
_constant = SimpleImputer(strategy="constant", fill_value="missing")
_infrequent = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.01)
_ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (_pipeline(_boosted), _target),
        (_pipeline(_boosted, numbers="passthrough"), _target),
        (_pipeline(_boosted, _one_hot), _target),
        (_pipeline(_boosted, _constant, _one_hot), _target),
        (_pipeline(_boosted, _most_frequent, _ordinal), _target),
        (_pipeline(_boosted, _most_frequent, _infrequent), _target),
        (_pipeline(_boosted), np.where(_target == 1, "Yes", "No")),
        (_pipeline(LGBMRegressor(n_estimators=10, verbose=-1)), _frame.b * 2.5),
        (_pipeline(XGBClassifier(n_estimators=10)), _target),
        (_pipeline(XGBRegressor(n_estimators=10)), _frame.b * 2.5),
        (_pipeline(RandomForestClassifier(n_estimators=20)), _target),
        (_pipeline(RandomForestClassifier(n_estimators=20)), _frame.b.astype(int) % 3),
        (_pipeline(LogisticRegression()), np.where(_target == 1, "Yes", "No")),
        (_pipeline(LinearRegression()), _frame.b * 2.5),
    ],
    ids=lambda value: type(value.steps[-1][1]).__name__ if hasattr(value, "steps") else "",
)
def test_answers_the_same_with_holes_and_unseen_categories(
    model: Any, target: Any, tmp_path: Path
) -> None:
    result = _convert(_save(tmp_path, model, target))
    assert result["flavour"] == "onnx", result
    parity = result["parity"]
    assert parity["rows"] == 1000
    assert parity["label_mismatches"] == 0
    assert parity["max_difference"] <= parity["tolerance"]
    assert {"a", "c"} <= set(parity["with_missing"])
    assert parity["with_unseen"] == _texts
    assert (tmp_path / "model" / "model.onnx").exists()


def test_a_matrix_of_numbers_and_a_bare_booster_on_columns(tmp_path: Path) -> None:
    numbers = _frame[["a", "b"]]
    for index, model in enumerate([_boosted, XGBClassifier(n_estimators=5)]):
        for kind, frame in (("columns", numbers), ("matrix", numbers.to_numpy())):
            folder = tmp_path / f"{index}-{kind}"
            folder.mkdir()
            result = _convert(_save(folder, model, _target, frame))
            assert result["flavour"] == "onnx", result
            assert result["numbers"] == (["a", "b"] if kind == "columns" else None)


def test_names_columns_in_which_the_model_fails_on_a_missing_value(tmp_path: Path) -> None:
    whole = _frame.assign(a=_frame.a.fillna(0.0))
    model = _pipeline(LogisticRegression(), numbers=StandardScaler())
    result = _convert(_save(tmp_path, model, _target, whole))
    assert result["flavour"] == "onnx", result
    assert result["refuses_missing"] == ["a", "b"]


def test_probabilities_are_the_prediction_where_the_model_says_so(tmp_path: Path) -> None:
    path = _save(tmp_path, _pipeline(_boosted), _target, pyfunc_predict_fn="predict_proba")
    assert _convert(path)["output"]["predict"] == "probabilities"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (_pipeline(KNeighborsClassifier()), "parity failed"),
        (_pipeline(_boosted, _ordinal), "parity failed"),
    ],
)
def test_stays_in_python_with_the_reason(model: Any, reason: str, tmp_path: Path) -> None:
    result = _convert(_save(tmp_path, model, _target))
    assert result["flavour"] == "pyfunc"
    assert reason in result["reason"]
    assert not (tmp_path / "model" / "model.onnx").exists()


def test_a_worker_scores_rows_with_holes(tmp_path: Path) -> None:
    path = _save(tmp_path, _pipeline(_boosted), np.where(_target == 1, "Yes", "No"))
    handle = load_model(path, _request(path))
    columns = list(_frame.columns)
    rows = [[0.1, 3.0, "x", "r"], [None, 3.0, None, "unseen"]]
    assert handle({"task": "describe"}) == "string"
    predictions = handle({"task": "predict", "columns": columns, "rows": rows})
    scores = handle({"task": "score", "columns": columns, "rows": rows})
    assert scores["prediction"] == predictions
    assert all(0 <= chance <= 1 for chance in scores["probability"])

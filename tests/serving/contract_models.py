"""Fits the two models of the flavour contract: ``contract_models.py FOLDER``.

Writes ``FOLDER/lenient`` and ``FOLDER/strict`` as MLflow models, converts both, and writes
``FOLDER/expected.json`` with rows and the answers of the model itself.
"""

import json
import sys
import warnings
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import yaml
from lightgbm import LGBMClassifier
from millrace_serving.convert import convert_model
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
rng = np.random.default_rng(3)
ROWS = 300
frame = pd.DataFrame(
    {
        "tenure": rng.integers(0, 72, ROWS).astype(float),
        "charges": rng.uniform(18, 120, ROWS).round(2),
        "contract": rng.choice(["Month-to-month", "One year"], ROWS),
    }
)
labels = np.where(frame.tenure + rng.normal(0, 20, ROWS) < 30, "Yes", "No")
texts = make_pipeline(
    SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
)
imputed = make_pipeline(SimpleImputer(), StandardScaler())
numbers = ["tenure", "charges"]


def save(name: str, model: object, data: pd.DataFrame) -> dict[str, object]:
    path = str(folder / name)
    mlflow.sklearn.save_model(
        model,
        path,
        signature=mlflow.models.infer_signature(data, labels),
        input_example=data.head(50),
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",
    )
    file = yaml.safe_load(Path(path, "MLmodel").read_text())
    request = {
        "inputs": {"kind": "columns", "columns": json.loads(file["signature"]["inputs"])},
        "flavors": file["flavors"],
        "predict_fn": "predict",
        "input_example": "input_example.json",
    }
    return convert_model(path, path, request)


columns = ColumnTransformer([("numbers", imputed, numbers), ("texts", texts, ["contract"])])
lenient = make_pipeline(columns, LGBMClassifier(n_estimators=20, verbose=-1)).fit(frame, labels)
strict = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame[numbers], labels)
conversions = {
    "lenient": save("lenient", lenient, frame),
    "strict": save("strict", strict, frame[numbers]),
}
rows = frame.head(80).copy()
rows.loc[3, "charges"] = np.nan
rows.loc[5, "contract"] = None
rows.loc[7, "contract"] = "Three years"
expected = {
    "conversions": conversions,
    "columns": list(rows.columns),
    "rows": json.loads(rows.to_json(orient="values")),
    "labels": lenient.predict(rows).tolist(),
    "probabilities": lenient.predict_proba(rows)[:, 1].tolist(),
}
(folder / "expected.json").write_text(json.dumps(expected))

"""Logs small models with an unmodified MLflow client, registered: ``log_models.py URL NAME...``"""

import os
import sys
import time
import warnings
from importlib.metadata import version

import mlflow
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
packages = ["mlflow-skinny", "scikit-learn", "lightgbm", "pandas", "cloudpickle"]
pins = [f"{name}=={version(name)}" for name in packages]
rng = np.random.default_rng(7)
ROWS = 400
frame = pd.DataFrame(
    {
        "tenure": rng.integers(0, 72, ROWS).astype(float),
        "charges": rng.uniform(18, 120, ROWS).round(2),
        "contract": rng.choice(["Month-to-month", "One year", "Two year"], ROWS),
        "payment": rng.choice(["Electronic check", "Mailed check"], ROWS),
    }
)
chance = 0.7 - frame.tenure / 100 + (frame.contract == "Month-to-month") * 0.3
churn = (rng.uniform(size=ROWS) < chance).astype(int)
frame.loc[rng.choice(ROWS, 20), "charges"] = None
frame.loc[rng.choice(ROWS, 20), "payment"] = None
numeric, text = ["tenure", "charges"], ["contract", "payment"]


def pipeline(seed: int) -> Pipeline:
    one_hot = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
            ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), one_hot), text),
        ]
    )
    model = LGBMClassifier(n_estimators=20 + seed, random_state=seed, verbose=-1)
    return Pipeline([("columns", columns), ("model", model)])


def log(name: str, model: object, data: pd.DataFrame, target: object, **options: object) -> None:
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            model.fit(data, target),
            name="model",
            signature=mlflow.models.infer_signature(data, model.predict(data)),
            input_example=data.head(50),
            registered_model_name=name,
            serialization_format="cloudpickle",
            pip_requirements=pins,
            **options,
        )


class Doubler(mlflow.pyfunc.PythonModel):
    """Answers twice the charges; fails on a negative one."""

    def predict(self, context, model_input, params=None):
        if (model_input["charges"] < 0).any():
            raise ValueError("charges cannot be negative")
        return model_input["charges"] * (params or {}).get("factor", 2.0)


class Waiter(mlflow.pyfunc.PythonModel):
    """Answers the process that it runs in, after as many seconds as the row says."""

    def predict(self, context, model_input, params=None):
        time.sleep(float(model_input["seconds"].max()))
        return np.full(len(model_input), os.getpid())


mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("serving-test")
for kind in sys.argv[2:]:
    if kind == "churn":
        log("churn", pipeline(1), frame, churn)
        log("churn", pipeline(2), frame, churn)
    elif kind == "spend":
        log("spend", LinearRegression(), frame[["tenure"]], frame.tenure * 3 + 1)
    elif kind == "doubler":
        data = frame[["charges"]].dropna()
        with mlflow.start_run():
            mlflow.pyfunc.log_model(
                name="model",
                python_model=Doubler(),
                signature=mlflow.models.infer_signature(data, data.charges, {"factor": 2.0}),
                input_example=(data.head(5), {"factor": 2.0}),
                registered_model_name="doubler",
                pip_requirements=pins,
            )
    elif kind == "waiter":
        with mlflow.start_run():
            mlflow.pyfunc.log_model(
                name="model",
                python_model=Waiter(),
                signature=mlflow.models.infer_signature(
                    pd.DataFrame({"seconds": [0.5]}), np.array([1])
                ),
                registered_model_name="waiter",
                pip_requirements=pins,
            )
    print(f"logged {kind}")

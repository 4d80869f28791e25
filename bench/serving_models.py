"""Makes the models of the serving bench: ``serving_models.py URL FOLDER``.

A LightGBM classifier of ten numbers and a model written in Python; each is registered with the
server at URL and saved to FOLDER, for the peer to serve the same files.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier

url, folder = sys.argv[1], Path(sys.argv[2])
mlflow.set_tracking_uri(url)
mlflow.set_experiment("serving-bench")
rng = np.random.default_rng(1)
frame = pd.DataFrame(rng.normal(size=(2_000, 10)), columns=[f"f{i}" for i in range(10)])
target = (frame.sum(axis=1) + rng.normal(size=2_000) > 0).astype(int)
packages = ["mlflow-skinny", "lightgbm", "scikit-learn", "pandas", "cloudpickle"]
pins = [f"{name}=={version(name)}" for name in packages]


class Sum(mlflow.pyfunc.PythonModel):
    """Answers the sum of each row."""

    def predict(self, context, model_input, params=None):
        return model_input.sum(axis=1)


boosted = LGBMClassifier(n_estimators=100, num_leaves=31, verbose=-1).fit(frame, target)
signature = mlflow.models.infer_signature(frame, boosted.predict(frame))
common = {
    "signature": signature,
    "pip_requirements": pins,
    "input_example": frame.head(100),
}
python = {
    "signature": mlflow.models.infer_signature(frame, frame.sum(axis=1)),
    "pip_requirements": pins,
}
sklearn = {**common, "serialization_format": "cloudpickle"}
with mlflow.start_run():
    mlflow.sklearn.log_model(boosted, name="model", registered_model_name="boosted", **sklearn)
    mlflow.pyfunc.log_model(
        python_model=Sum(), name="python", registered_model_name="python", **python
    )
mlflow.sklearn.save_model(boosted, str(folder / "boosted"), **sklearn)
mlflow.pyfunc.save_model(str(folder / "python"), python_model=Sum(), **python)

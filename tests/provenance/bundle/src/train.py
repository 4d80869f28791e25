"""A small search; its best model is registered and held against its contract."""

from pathlib import Path

import millrace
import mlflow

requirements = Path(__file__).parent.parent / "requirements.txt"
search = millrace.automl.classify(
    "main.shop.orders",
    target_col="returned",
    pos_label="yes",
    learners=["lightgbm"],
    max_trials=2,
    folds=2,
    seed=7,
    requirements=requirements.read_text().splitlines(),
)
version = mlflow.register_model(search.best_trial.model_uri, "shop")
evaluation = millrace.gates.evaluate("shop", version.version)
print("passed" if evaluation["passed"] else "failed")

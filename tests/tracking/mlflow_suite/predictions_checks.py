"""Judging and using registered models: ``mlflow.models.evaluate`` and ``mlflow.models.predict``."""

import json
import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import MetricThreshold
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from suite import check, client, experiment, unique


def table():
    features, labels = make_classification(n_samples=120, n_features=4, random_state=3)
    return pd.DataFrame(features, columns=list("abcd")), labels


def registered():
    features, labels = table()
    name = unique("model")
    mlflow.set_experiment(experiment_id=experiment())
    model = LogisticRegression().fit(features, labels)
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            input_example=features.head(2),
            registered_model_name=name,
            serialization_format="cloudpickle",
        )
    return f"models:/{name}/1", info


@check
def evaluate_a_registered_classifier():
    features, labels = table()
    uri, _ = registered()
    with mlflow.start_run() as active:
        result = mlflow.models.evaluate(
            uri,
            features.assign(label=labels),
            targets="label",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_model_explainability": False},
        )
    assert result.metrics["accuracy_score"] > 0.8
    run = client.get_run(active.info.run_id)
    assert run.data.metrics["accuracy_score"] == result.metrics["accuracy_score"]
    assert run.inputs.dataset_inputs
    files = {each.path for each in client.list_artifacts(run.info.run_id)}
    assert {"confusion_matrix.png", "roc_curve_plot.png"} <= files, files
    passing = {"accuracy_score": MetricThreshold(threshold=0.5, greater_is_better=True)}
    mlflow.validate_evaluation_results(passing, result)


@check
def evaluate_a_logged_regressor_on_its_own_metric():
    features, labels = table()
    _, info = registered()

    def near(predictions, targets, metrics):
        return float((abs(predictions - targets) < 0.5).mean())

    with mlflow.start_run() as active:
        mlflow.models.evaluate(
            info.model_uri,
            features.assign(label=labels),
            targets="label",
            model_type="regressor",
            evaluators="default",
            evaluator_config={"log_model_explainability": False},
            extra_metrics=[
                mlflow.models.make_metric(eval_fn=near, greater_is_better=True, name="near")
            ],
        )
    run = client.get_run(active.info.run_id)
    assert run.data.metrics["near"] > 0.8 and "mean_squared_error" in run.data.metrics
    (model,) = run.inputs.model_inputs
    metrics = client.get_logged_model(model.model_id).metrics
    assert {"near", "mean_squared_error"} <= {metric.key for metric in metrics}


@check
def predict_with_a_registered_model_from_a_file():
    features, _ = table()
    uri, _ = registered()
    assert len(mlflow.pyfunc.load_model(uri).predict(features)) == 120
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "in.csv"), Path(folder, "out.json")
        features.head(7).to_csv(given, index=False)
        mlflow.models.predict(
            model_uri=uri,
            input_path=str(given),
            output_path=str(made),
            content_type="csv",
            env_manager="local",
        )
        assert len(json.loads(made.read_text())["predictions"]) == 7

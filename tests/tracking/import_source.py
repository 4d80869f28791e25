"""Fills an MLflow server with some of everything, or checks that it came over.

python import_source.py fill URL, python import_source.py check URL
"""

import math
import sys
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, ViewType
from sklearn.linear_model import LinearRegression

warnings.filterwarnings("ignore")
mlflow.set_tracking_uri(sys.argv[2])
client = MlflowClient()
features = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) ** 2})


def fill():
    mlflow.set_experiment("churn 'q'")
    with mlflow.start_run(run_name="fit", tags={"team": "growth"}) as active:
        mlflow.log_params({f"p{i}": "ü" * i for i in range(120)})
        mlflow.log_input(mlflow.data.from_pandas(features, name="frame"), context="train")
        run = active.info.run_id
        client.log_batch(run, [Metric("loss", 1 / (i + 1), 1000 + i, i) for i in range(1000)])
        client.log_batch(run, [Metric("loss", 9.0, 5000 + i, 5000 + i) for i in range(600)])
        mlflow.log_metric("odd", math.nan)
        mlflow.log_metric("huge", math.inf)
        mlflow.log_text("hello", "notes/deep er/ü.txt")
        model = LinearRegression().fit(features, features["a"] * 2)
        options = {"serialization_format": "cloudpickle", "registered_model_name": "doubling"}
        mlflow.sklearn.log_model(model, name="model", **options)
        mlflow.sklearn.log_model(model, name="model", **options)
    client.set_registered_model_alias("doubling", "champion", "2")
    client.transition_model_version_stage("doubling", "2", "Production")
    client.set_model_version_tag("doubling", "2", "why", "better")
    source = f"{active.info.artifact_uri}/notes"
    client.create_model_version("doubling", source, run)
    client.create_model_version("doubling", source, run, description="from a run")
    client.delete_model_version("doubling", "3")
    gone = client.create_run(client.get_experiment_by_name("churn 'q'").experiment_id)
    client.log_param(gone.info.run_id, "kept", "yes")
    client.delete_run(gone.info.run_id)
    dead = client.create_experiment("dead")
    client.log_metric(client.create_run(dead).info.run_id, "m", 1.5)
    client.delete_experiment(dead)
    mlflow.genai.register_prompt("greeting", "Hello {{name}}")


def check():
    found = client.get_experiment_by_name("churn 'q'")
    (run,) = client.search_runs([found.experiment_id])
    assert run.info.run_name == "fit" and run.info.status == "FINISHED" and run.info.end_time
    assert run.data.tags["team"] == "growth" and run.data.params["p119"] == "ü" * 119
    history = client.get_metric_history(run.info.run_id, "loss")
    assert len(history) == 1600 and history[-1].step == 5599 and history[1].value == 0.5
    assert math.isnan(run.data.metrics["odd"])
    assert run.data.metrics["huge"] == sys.float_info.max
    (dataset,) = run.inputs.dataset_inputs
    assert dataset.dataset.name == "frame" and dataset.tags[0].value == "train"
    assert len(run.outputs.model_outputs) == 2
    text = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/deep er/ü.txt")
    assert text == "hello"
    (gone,) = client.search_runs([found.experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert gone.data.params == {"kept": "yes"}
    dead = client.get_experiment_by_name("dead")
    assert dead.lifecycle_stage == "deleted"
    expected = features["a"] * 2
    for uri in ["models:/doubling@champion", "models:/doubling/Production", "models:/doubling/1"]:
        predicted = mlflow.pyfunc.load_model(uri).predict(features)
        assert np.allclose(predicted, expected), uri
    second = client.get_model_version("doubling", "2")
    assert second.tags == {"why": "better"} and second.current_stage == "Production"
    versions = client.search_model_versions("name = 'doubling'")
    assert sorted(int(v.version) for v in versions) == [1, 2, 4]
    fourth = client.get_model_version("doubling", "4")
    assert fourth.description == "from a run" and fourth.run_id == run.info.run_id
    assert mlflow.artifacts.load_text(f"{fourth.source}/deep er/ü.txt") == "hello"
    made = client.create_model_version("doubling", second.source, second.run_id)
    assert int(made.version) == 5
    client.delete_model_version("doubling", "5")
    assert mlflow.genai.load_prompt("prompts:/greeting/1").format(name="you") == "Hello you"
    print("all there")


if __name__ == "__main__":
    {"fill": fill, "check": check}[sys.argv[1]]()

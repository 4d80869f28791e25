"""An unmodified mlflow client against a Millrace server: python mlflow_client.py URL."""

import concurrent.futures
import math
import os
import sys
import tempfile
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

warnings.filterwarnings("ignore")
mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
features, labels = load_iris(return_X_y=True, as_frame=True)


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, error.message)
        return error.message
    raise AssertionError(f"{call} was not refused")


def experiments():
    made = client.create_experiment("one", tags={"team": "churn"})
    assert client.get_experiment(made).artifact_location == f"mlflow-artifacts:/{made}"
    assert client.get_experiment("0").name == "Default"
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, "one")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "99999")
    refused("INVALID_PARAMETER_VALUE", client.get_experiment, "abc")
    assert client.get_experiment_by_name("nope") is None
    client.rename_experiment(made, "two")
    client.set_experiment_tag(made, "note", "hello")
    assert client.get_experiment(made).tags == {"team": "churn", "note": "hello"}
    client.delete_experiment(made)
    assert client.get_experiment_by_name("two").lifecycle_stage == "deleted"
    assert made not in [e.experiment_id for e in client.search_experiments()]
    client.restore_experiment(made)
    names = [e.name for e in client.search_experiments(filter_string="name LIKE 'tw%'")]
    assert names == ["two"], names
    found = client.search_experiments(filter_string="tags.team = 'churn'", order_by=["name DESC"])
    assert [e.experiment_id for e in found] == [made]


def values():
    run = client.create_run("0")
    run_id = run.info.run_id
    assert run.info.status == "RUNNING" and run.info.run_name
    for step, value in enumerate([1.0, math.nan, math.inf, -math.inf]):
        client.log_metric(run_id, "m", value, timestamp=10 + step, step=step)
    history = client.get_metric_history(run_id, "m")
    assert [m.step for m in history] == [0, 1, 2, 3]
    assert math.isnan(history[1].value) and history[2].value == sys.float_info.max
    assert client.get_run(run_id).data.metrics["m"] == -sys.float_info.max
    client.log_param(run_id, "p", 1)
    client.log_param(run_id, "p", 1)
    message = refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "p", 2)
    assert "Changing param values is not allowed. Param with key='p'" in message
    client.log_param(run_id, "long", "x" * 9000)
    assert len(client.get_run(run_id).data.params["long"]) == 6000
    refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "../m", 1)
    refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "k" * 251, 1)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)
    metrics = [Metric(f"b{i % 7}", i, i, i) for i in range(1000)]
    client.log_batch(run_id, metrics=metrics)
    client.log_batch(run_id, metrics=metrics)
    assert len(client.get_metric_history(run_id, "b0")) == 143
    params = [Param(f"q{i}", str(i)) for i in range(100)]
    tags = [RunTag(f"t{i}", "ü\u4e2d" * 10) for i in range(100)]
    client.log_batch(run_id, params=params, tags=tags)
    data = client.get_run(run_id).data
    assert data.params["q99"] == "99" and data.tags["t0"] == "ü\u4e2d" * 10
    client.set_tag(run_id, "mlflow.runName", "renamed")
    assert client.get_run(run_id).info.run_name == "renamed"
    client.delete_tag(run_id, "t0")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run_id, "t0")
    client.set_terminated(run_id, "FAILED", end_time=99)
    ended = client.get_run(run_id).info
    assert ended.status == "FAILED" and ended.end_time == 99
    client.delete_run(run_id)
    refused("INVALID_PARAMETER_VALUE", client.set_tag, run_id, "a", "b")
    client.restore_run(run_id)


def autolog():
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(registered_model_name="iris", log_input_examples=True)
    with mlflow.start_run(run_name="fit") as active:
        table, target = features, labels
        model = LogisticRegression(max_iter=300).fit(table, target)
        model.score(table, target)
    mlflow.sklearn.autolog(disable=True)
    run = client.get_run(active.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["max_iter"] == "300"
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert run.data.metrics["training_accuracy_score"] > 0.9
    assert run.data.metrics["LogisticRegression_score_table"] > 0.9
    contexts = {i.tags[0].value for i in run.inputs.dataset_inputs}
    assert "train" in contexts, contexts
    (output,) = run.outputs.model_outputs
    logged = mlflow.get_logged_model(output.model_id)
    assert logged.status == "READY" and logged.name == "model"
    assert {m.key for m in logged.metrics} >= {"training_accuracy_score"}
    files = {f.path for f in client.list_artifacts(active.info.run_id)}
    assert "training_confusion_matrix.png" in files and "estimator.html" in files
    (version,) = client.search_model_versions("name = 'iris'")
    assert version.run_id == active.info.run_id and version.status == "READY"
    assert client.search_model_versions(f"run_id = '{active.info.run_id}'")[0].version == "1"
    return active.info.run_id


def load(run_id):
    client.set_registered_model_alias("iris", "champion", 1)
    client.transition_model_version_stage("iris", 1, "Staging")
    expected = mlflow.pyfunc.load_model("models:/iris/1").predict(features)
    for uri in [
        "models:/iris@champion",
        "models:/iris/Staging",
        "models:/iris/latest",
        f"runs:/{run_id}/model",
        f"models:/{client.search_logged_models([client.get_run(run_id).info.experiment_id])[0].model_id}",
    ]:
        assert (mlflow.pyfunc.load_model(uri).predict(features) == expected).all(), uri
    again = mlflow.register_model(f"runs:/{run_id}/model", "iris", tags={"why": "again"})
    assert int(again.version) == 2 and client.get_model_version("iris", 2).tags == {"why": "again"}
    copied = client.copy_model_version("models:/iris/2", "copy")
    assert mlflow.sklearn.load_model(f"models:/copy/{copied.version}").predict(features).shape
    client.rename_registered_model("copy", "renamed")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "copy")
    client.delete_registered_model("renamed")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, "iris", "nobody")
    refused("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, "iris", "v1", 1)
    names = [m.name for m in client.search_registered_models("name LIKE 'ir%'")]
    assert names == ["iris"]


def nested():
    mlflow.set_experiment("nested")
    mlflow.sklearn.autolog()
    with mlflow.start_run() as parent:
        GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0, 10.0]}, cv=3).fit(
            features, labels
        )
    mlflow.sklearn.autolog(disable=True)
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.mean_test_score DESC"],
    )
    scores = children["metrics.mean_test_score"].tolist()
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)
    assert mlflow.get_parent_run(children["run_id"][0]).info.run_id == parent.info.run_id


def search():
    experiment = mlflow.set_experiment("search").experiment_id
    for i in range(25):
        tags = {"i": str(i), "group": "even" if i % 2 == 0 else "odd"}
        with mlflow.start_run(run_name=f"r{i:02}", tags=tags):
            mlflow.log_metric("score", math.nan if i == 3 else (i * 7) % 10)
            if i % 5:
                mlflow.log_param("depth", i % 5)
    ordered = client.search_runs([experiment], order_by=["metrics.score DESC", "tags.i"])
    values = [run.data.metrics["score"] for run in ordered]
    assert math.isnan(values[-1]) and values[:-1] == sorted(values[:-1], reverse=True)
    where = "metrics.score >= 5 AND params.depth != '1' AND tags.group = 'even'"
    expected = {f"r{i:02}" for i in range(0, 25, 2) if (i * 7) % 10 >= 5 and i % 5 not in (0, 1)}
    found = client.search_runs([experiment], where)
    assert {run.info.run_name for run in found} == expected
    page = client.search_runs([experiment], order_by=["start_time ASC"], max_results=10)
    names = []
    while True:
        names += [run.info.run_name for run in page]
        if not page.token:
            break
        page = client.search_runs(
            [experiment], order_by=["start_time ASC"], max_results=10, page_token=page.token
        )
    assert names == [f"r{i:02}" for i in range(25)]
    frame = mlflow.search_runs([experiment], "attributes.run_name LIKE 'r0%'")
    assert isinstance(frame, pd.DataFrame) and len(frame) == 10
    for bad in ["metrics.score ~ 3", "foo.bar = 'x'", "metrics.score = 'x'", "a OR b"]:
        refused("INVALID_PARAMETER_VALUE", client.search_runs, [experiment], bad)


def concurrent_runs():
    experiment = mlflow.set_experiment("many").experiment_id

    def one(i):
        run_id = client.create_run(experiment).info.run_id
        for step in range(10):
            client.log_metric(run_id, "x", step, step=step)
        client.set_terminated(run_id)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(32)))
    runs = client.search_runs([experiment], "attributes.status = 'FINISHED' and metrics.x = 9")
    assert len(runs) == 32


def artifacts():
    mlflow.set_experiment("files")
    with mlflow.start_run() as active, tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "big.bin"), "wb") as file:
            file.write(np.arange(1_000_000, dtype="int64").tobytes())
        with open(os.path.join(folder, "ü name.txt"), "w") as file:
            file.write("text")
        mlflow.log_artifacts(folder, "in/deep")
        mlflow.log_dict({"a": 1}, "conf.json")
        mlflow.log_figure(_figure(), "plots/one.png")
    run_id = active.info.run_id
    assert {(a.path, a.is_dir) for a in client.list_artifacts(run_id)} == {
        ("in", True),
        ("conf.json", False),
        ("plots", True),
    }
    deep = {a.path: a.file_size for a in client.list_artifacts(run_id, "in/deep")}
    assert deep == {"in/deep/big.bin": 8_000_000, "in/deep/ü name.txt": 4}
    with tempfile.TemporaryDirectory() as folder:
        got = client.download_artifacts(run_id, "", folder)
        with open(os.path.join(got, "in/deep/big.bin"), "rb") as file:
            assert file.read() == np.arange(1_000_000, dtype="int64").tobytes()
        assert os.path.exists(os.path.join(got, "in/deep/ü name.txt"))
    assert mlflow.artifacts.load_dict(f"{active.info.artifact_uri}/conf.json") == {"a": 1}
    try:
        client.download_artifacts(run_id, "missing.txt")
        raise AssertionError("a missing artifact was downloaded")
    except Exception as error:
        assert "missing.txt" in str(error), error


def _figure():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2])
    return figure


def evaluate(run_id):
    data = features.assign(target=labels)
    with mlflow.start_run() as active:
        result = mlflow.models.evaluate(
            f"runs:/{run_id}/model", data, targets="target", model_type="classifier"
        )
    assert result.metrics["accuracy_score"] > 0.9
    run = client.get_run(active.info.run_id)
    assert run.data.metrics["accuracy_score"] == result.metrics["accuracy_score"]


if __name__ == "__main__":
    experiments()
    values()
    search()
    concurrent_runs()
    artifacts()
    nested()
    iris_run = autolog()
    load(iris_run)
    evaluate(iris_run)
    print("all ok")

"""Inputs and artifacts."""

import os
import tempfile

import mlflow
import numpy as np
from mlflow.entities import Dataset, DatasetInput, InputTag
from suite import check, client, experiment, new_run, wire


@check
def dataset_inputs():
    made = experiment()
    run = new_run(made)
    dataset = Dataset("churn", "d1", "local", "{}", schema="{}", profile='{"num_rows": 2}')
    tags = [InputTag("mlflow.data.context", "train")]
    client.log_inputs(run, [DatasetInput(dataset, tags)])
    client.log_inputs(run, [DatasetInput(dataset, tags)])
    (found,) = client.get_run(run).inputs.dataset_inputs
    assert found.dataset.name == "churn" and found.dataset.profile == '{"num_rows": 2}'
    assert len(client.search_runs([made], "dataset.name = 'churn'")) == 1
    assert len(client.search_runs([made], "datasets.context = 'eval'")) == 0
    body = {"experiment_ids": [made]}
    _, body = wire("POST", "experiments/search-datasets", body, prefix="ajax-api")
    assert [s["digest"] for s in body["dataset_summaries"]] == ["d1"]


@check
def artifacts_there_and_back():
    run = new_run()
    with tempfile.TemporaryDirectory() as folder:
        big = os.path.join(folder, "big.bin")
        content = np.random.default_rng(1).bytes(3_000_000)
        with open(big, "wb") as file:
            file.write(content)
        with open(os.path.join(folder, "name with ü.txt"), "w") as file:
            file.write("text")
        open(os.path.join(folder, "empty"), "w").close()
        client.log_artifacts(run, folder, "deep/er")
        client.log_text(run, "hello", "top.txt")
        listed = {(a.path, a.is_dir) for a in client.list_artifacts(run)}
        assert listed == {("deep", True), ("top.txt", False)}
        sizes = {a.path: a.file_size for a in client.list_artifacts(run, "deep/er")}
        assert sizes["deep/er/big.bin"] == 3_000_000 and not sizes["deep/er/empty"]
        with open(client.download_artifacts(run, "deep/er/big.bin", folder), "rb") as file:
            assert file.read() == content
        assert mlflow.artifacts.load_text(f"runs:/{run}/top.txt") == "hello"


@check
def missing_artifacts():
    run = new_run()
    assert client.list_artifacts(run) == [] and client.list_artifacts(run, "none") == []
    info = client.get_run(run).info
    path = info.artifact_uri.removeprefix("mlflow-artifacts:/")
    status, _ = wire("GET", f"/api/2.0/mlflow-artifacts/artifacts/{path}/none.txt")
    assert status == 404


@check
def artifacts_stay_in_their_root():
    for path in ["../x", "..%2fx", "%2e%2e/x", "a/../../x", "..\\x", "%2fetc%2fpasswd"]:
        status, _ = wire("GET", f"/api/2.0/mlflow-artifacts/artifacts/{path}")
        assert 400 <= status < 500, (path, status)


@check
def artifacts_listed_by_run():
    run = new_run()
    client.log_dict(run, {"a": 1}, "folder/conf.json")
    _, body = wire("GET", f"artifacts/list?run_id={run}&path=folder")
    assert body["files"][0]["path"] == "folder/conf.json"
    assert body["root_uri"] == client.get_run(run).info.artifact_uri
    status, text = wire("GET", f"/get-artifact?run_id={run}&path=folder/conf.json")
    assert status == 200 and text == {"a": 1}


@check
def one_artifact_is_deleted():
    run = new_run()
    client.log_text(run, "x", "a.txt")
    path = client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    assert wire("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/{path}/a.txt")[0] in (200, 204)
    assert client.list_artifacts(run) == []

"""What an mlflow client sees of a search."""

import json
import sys

import mlflow
import pandas as pd

mlflow.set_tracking_uri(sys.argv[1])
search = json.loads(sys.argv[2])
client = mlflow.MlflowClient()

runs = client.search_runs(
    [search["experiment_id"]],
    f"tags.`mlflow.parentRunId` = '{search['run_id']}'",
    max_results=100,
)
by_id = {run.info.run_id: run for run in runs}
for trial in search["leaderboard"]:
    run = by_id[trial["run_id"]]
    assert run.info.status == "FINISHED", run.info
    assert run.data.metrics["cv_roc_auc"] == trial["score"]
    assert run.data.params["learner"] == trial["learner"]
    assert run.data.params["source_table"] == search["dataset"]["table"]
    folds = client.get_metric_history(run.info.run_id, "fold_roc_auc")
    assert [fold.step for fold in folds] == [1, 2, 3, 4, 5]
    mean = sum(fold.value for fold in folds) / 5
    assert abs(mean - trial["score"]) < 1e-12
    (data,) = run.inputs.dataset_inputs
    assert data.dataset.name == "main.churn.training@0", data.dataset
    names = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert "importance.json" in names, names
    assert any(name.endswith(".ipynb") for name in names), names

parent = client.get_run(search["run_id"])
assert parent.info.status == "FINISHED"
assert parent.data.metrics["cv_roc_auc"] == search["best_trial"]["score"]
assert parent.data.tags["millrace.best_run_id"] == search["best_trial"]["run_id"]

path = mlflow.artifacts.download_artifacts(
    run_id=search["run_id"], artifact_path="dataset/training.parquet"
)
rows = pd.read_parquet(path)
for trial in search["leaderboard"]:
    model = mlflow.pyfunc.load_model(trial["model_uri"])
    predicted = model.predict(rows.drop(columns=["churn", "customer_id"]))
    assert set(predicted) <= {"Yes", "No"}, set(predicted)
    if trial["learner"] != "baseline":
        assert (predicted == rows["churn"]).mean() > 0.77
        version = mlflow.register_model(trial["model_uri"], "churn-automl")
        assert version.run_id == trial["run_id"]
print("all ok")

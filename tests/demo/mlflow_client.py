"""The unmodified mlflow client looks at what the demo made: runs, models, stages, tags, loading."""

import os

import mlflow

mlflow.set_tracking_uri(os.environ["MILLRACE_URL"])
client = mlflow.MlflowClient()

experiment = client.get_experiment_by_name("/Shared/churn")
assert experiment is not None
runs = client.search_runs(
    [experiment.experiment_id], order_by=["metrics.roc_auc DESC"], max_results=100
)
assert len(runs) >= 20, len(runs)

version = client.get_model_version("churn", "1")
assert version.current_stage == "Production", version
assert version.tags["search"], version
assert [v.version for v in client.get_latest_versions("churn", ["Production"])] == ["1"]
assert client.get_run(version.run_id).info.status == "FINISHED"

model = mlflow.pyfunc.load_model("models:/churn/Production")
example = model.input_example
assert example is not None and len(example) > 0
predictions = list(model.predict(example))
assert predictions and set(predictions) <= {"Yes", "No"}, predictions
print("ok")

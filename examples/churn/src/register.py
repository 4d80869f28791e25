"""Registers the best run's model with plain MLflow; the registry's events do the rest."""

import argparse

import millrace
import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--run-id", required=True)
args = parser.parse_args()

client = mlflow.MlflowClient()
run = client.get_run(args.run_id)
version = mlflow.register_model(f"runs:/{args.run_id}/model", args.model)
learner = run.data.params.get("learner", "model")
client.update_model_version(
    args.model, version.version, description=f"{learner}, best of its search"
)
for name in ("source_table", "source_version"):
    if name in run.data.params:
        client.set_model_version_tag(args.model, version.version, name, run.data.params[name])
millrace.dbutils.jobs.taskValues.set("version", str(version.version))
print(f"{args.model} {version.version}")

"""Registers the best trial's model with plain MLflow, and asks for Production."""

import argparse

import millrace
import mlflow
from databricks.sdk import WorkspaceClient

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--model-uri", required=True, help="models:/m-… of the best trial")
parser.add_argument("--search", required=True)
args = parser.parse_args()

client = mlflow.MlflowClient()
version = mlflow.register_model(args.model_uri, args.model, tags={"search": args.search})
run = client.get_run(version.run_id)
learner = run.data.params.get("learner") or run.info.run_name
client.update_model_version(
    args.model, version.version, description=f"{learner}, the best of search {args.search}"
)
WorkspaceClient().model_registry.create_transition_request(
    args.model,
    str(version.version),
    "Production",
    comment="Best of its search; the pipeline may not decide this itself",
)
millrace.dbutils.jobs.taskValues.set("version", str(version.version))
print(f"{args.model} version {version.version}, from run {version.run_id}")

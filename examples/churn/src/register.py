"""Registers the best trial's model with plain MLflow; the registry's events do the rest."""

import argparse
from pathlib import Path

import millrace
import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--model-uri", required=True, help="models:/m-… of the best trial")
parser.add_argument("--run-id", required=True, help="of the best trial")
parser.add_argument("--search", required=True)
args = parser.parse_args()

# The promotion contract asks for the card beside the model.
client = mlflow.MlflowClient()
client.log_artifact(args.run_id, str(Path(__file__).parent.parent / "docs" / "model-card.md"))

version = mlflow.register_model(args.model_uri, args.model, tags={"search": args.search})
run = client.get_run(args.run_id)
learner = run.data.params.get("learner") or run.info.run_name
client.update_model_version(
    args.model, version.version, description=f"{learner}, the best of search {args.search}"
)
millrace.dbutils.jobs.taskValues.set("version", str(version.version))
print(f"{args.model} version {version.version}, from run {args.run_id[:12]}")

"""Puts the approved version behind the endpoint; the old one serves until the new one is ready."""

import argparse
import time

from mlflow.deployments import get_deploy_client
from mlflow.exceptions import MlflowException

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--version", required=True)
args = parser.parse_args()

client = get_deploy_client("databricks")
config = {
    "served_entities": [{"entity_name": args.model, "entity_version": args.version}],
    "auto_capture_config": {
        "catalog_name": "main",
        "schema_name": args.model,
        "table_name_prefix": "traffic",
        "enabled": True,
    },
}
try:
    client.get_endpoint(args.model)
except (MlflowException, OSError):
    client.create_endpoint(args.model, {"name": args.model, "config": config})
else:
    client.update_endpoint_config(args.model, config)

while True:
    endpoint = client.get_endpoint(args.model)
    state = endpoint["state"]
    if state["config_update"] == "UPDATE_FAILED":
        raise SystemExit(f"Version {args.version} could not be served: {endpoint}")
    if state["ready"] == "READY" and state["config_update"] == "NOT_UPDATING":
        break
    time.sleep(0.2)
print(f"endpoint {args.model} serves version {args.version}")

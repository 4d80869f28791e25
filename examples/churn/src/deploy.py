"""Puts the approved version behind the endpoint; the old one serves until the new one is ready."""

import argparse

from mlflow.deployments import get_deploy_client

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--version", required=True)
args = parser.parse_args()

client = get_deploy_client("databricks")
config = {
    "served_entities": [
        {
            "name": f"{args.model}-{args.version}",
            "entity_name": args.model,
            "entity_version": args.version,
            "workload_size": "Small",
            "scale_to_zero_enabled": False,
        }
    ],
    "auto_capture_config": {
        "catalog_name": "main",
        "schema_name": args.model,
        "table_name_prefix": "traffic",
        "enabled": True,
    },
}

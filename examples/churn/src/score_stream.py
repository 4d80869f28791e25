"""From now on, rows are scored as they are committed to the feature table."""

import argparse

import millrace
from churn_data import KEYS

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()

stream = millrace.serving.start_stream(
    "churn",
    f"models:/{args.model}/Production",
    "main.churn.customer_features",
    "main.churn.predictions_stream",
    columns=KEYS,
)
print(f"stream churn is {stream['state']}, from version {stream['scored_version'] + 1} on")

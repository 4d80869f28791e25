"""Scores every customer into `main.churn.predictions`, exactly once."""

import argparse

import millrace
from churn_data import KEYS, LABEL

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()

scored = millrace.serving.score_batch(
    f"models:/{args.model}/Production",
    "main.churn.customer_features",
    "main.churn.predictions",
    key_columns=KEYS,
    mode="merge",
)
# Those whose answer is known say how good the live version is, as a whole and in each slice.
millrace.serving.score_batch(
    f"models:/{args.model}/Production",
    "main.churn.holdout",
    "main.churn.holdout_predictions",
    key_columns=[*KEYS, LABEL, "contract", "senior_citizen"],
    mode="overwrite",
)
print(f"{scored['rows']:,} rows by {args.model} {scored['version']} ({scored['flavour']})")

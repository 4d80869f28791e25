"""Joins every label with the features that could be seen at its time."""

import argparse

import millrace
from churn_data import KEYS, LABEL

parser = argparse.ArgumentParser()
parser.add_argument("--view", default="churn_customer")
args = parser.parse_args()

columns = [
    name for name in millrace.table("main.churn.customer_features").columns if name not in KEYS
]
millrace.features.create_view(
    args.view,
    table="main.churn.customer_features",
    keys=["customer_id"],
    event_time="week",
    columns=columns,
)
made = millrace.features.create_training_set(
    "churn_training",
    spine=f"select customer_id, week, {LABEL} from main.churn.customers",
    event_time="week",
    views=[args.view],
    output="main.churn.training",
)
leaks = made["leak_report"]["rows_affected"]
print(f"{made['rows']:,} rows, {len(columns)} features, {leaks} would have leaked")

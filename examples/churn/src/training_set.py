"""Joins every label with the features that could be seen then; a fifth is kept for the gate."""

import millrace
from churn_data import KEYS, LABEL

VIEW = "churn_customer"

columns = [c for c in millrace.table("main.churn.customer_features").columns if c not in KEYS]
millrace.features.create_view(
    VIEW,
    table="main.churn.customer_features",
    keys=["customer_id"],
    event_time="week",
    columns=columns,
)


def join(name: str, output: str, which: str) -> dict:
    return millrace.features.create_training_set(
        name,
        spine=f"select customer_id, week, {LABEL} from main.churn.customers where {which}",
        event_time="week",
        views=[VIEW],
        output=output,
    )


training = join("churn_training", "main.churn.training", "customer_id % 5 <> 0")
holdout = join("churn_holdout", "main.churn.holdout", "customer_id % 5 = 0")
leaks = training["leak_report"]["rows_affected"]
rows, kept = training["rows"], holdout["rows"]
print(f"{rows:,} to learn from, {kept:,} for the gate, {leaks} leaks")

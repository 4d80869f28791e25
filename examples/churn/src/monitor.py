"""Compares the newest week with what the model learned from, and its answers with the truth."""

import millrace
from churn_data import KEYS, LABEL

SLICES = ["contract", "senior_citizen"]

millrace.monitors.create(
    "churn",
    table="main.churn.customer_features",
    time_column="week",
    baseline={"table": "main.churn.training"},
    exclude_columns=KEYS,
    slices=SLICES,
    alerts=[{"column": "*", "metric": "psi", "limit": 0.25}],
    output_schema="main.churn",
)
millrace.monitors.create(
    "churn_quality",
    table="main.churn.holdout_predictions",
    baseline={"table": "main.churn.holdout_predictions"},
    exclude_columns=KEYS,
    slices=SLICES,
    label_column=LABEL,
    positive_label="Yes",
    prediction_column="prediction",
    probability_column="probability",
    metrics=["roc_auc", "accuracy", "recall"],
    alerts=[{"column": "*", "metric": "roc_auc", "limit": 0.75}],
    output_schema="main.churn",
)
drift = millrace.monitors.refresh("churn")
quality = millrace.monitors.refresh("churn_quality")
measured = drift["measurements"] + quality["measurements"]
alerts = drift["alerts"] + quality["alerts"]
for alert in alerts:
    print(f"{alert['metric']} of {alert['column']} is {alert['value']:.3f}, limit {alert['limit']}")
print(f"{measured} measurements, {len(alerts)} alerts")

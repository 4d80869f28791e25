"""`main.churn.customers` → the feature table, and the training set joined as of each label."""

import millrace
from churn_data import build_features

features = build_features(millrace.table("main.churn.customers"))
millrace.write_table(
    "main.churn.customer_features", features, mode="merge", keys=["customer_id", "week"]
)

"""`main.churn.customers` → `main.churn.customer_features`, one row per customer and week."""

import millrace
from churn_data import KEYS, build_features

features = build_features(millrace.table("main.churn.customers"))
millrace.write_table("main.churn.customer_features", features, mode="merge", keys=KEYS)
print(f"{len(features):,} rows, {len(features.columns) - len(KEYS)} features")

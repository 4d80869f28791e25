"""New rows of `main.churn.customers` → `main.churn.customer_features`; its history stays."""

import millrace
import pandas as pd
from churn_data import KEYS, build_features

TABLE = "main.churn.customer_features"


def known_rows() -> pd.DataFrame:
    try:
        return millrace.read_arrow(TABLE).select(KEYS).to_pandas()
    except millrace.MillraceError as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return pd.DataFrame(columns=KEYS)


customers = millrace.table("main.churn.customers")
known = pd.MultiIndex.from_frame(known_rows())
new = customers[~pd.MultiIndex.from_frame(customers[KEYS]).isin(known)]
features = build_features(new)
if len(features) > 0:
    millrace.write_table(TABLE, features, mode="append")
print(f"{len(features):,} new rows, {len(features.columns) - len(KEYS)} features")

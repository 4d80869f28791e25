"""delta-rs reads the demo's tables straight from the folder."""

import os
from pathlib import Path

from deltalake import DeltaTable

folders = {
    log.parent.name: log.parent
    for log in Path(os.environ["DEMO_DATA_DIR"], "tables").rglob("_delta_log")
}
customers = DeltaTable(str(folders["customers"]))
assert customers.to_pyarrow_table().num_rows == 7543, customers
names = [field.name for field in customers.schema().fields]
assert names[0] == "customer_id" and "week" in names, names
print("ok")

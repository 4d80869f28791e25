"""Orders of which the dear ones come back."""

import millrace
import numpy as np
import pandas as pd

random = np.random.default_rng(3)
price = random.uniform(1, 100, 300).round(2)
weight = random.normal(5, 1, 300).round(3)
returned = np.where(price + random.normal(0, 15, 300) > 60, "yes", "no")
orders = pd.DataFrame({"price": price, "weight": weight, "returned": returned})
millrace.write_table("main.shop.orders", orders, mode="overwrite")
print(f"{len(orders)} orders")

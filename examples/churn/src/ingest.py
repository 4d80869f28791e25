"""CSV → `main.churn.landing`, as it came."""

import argparse

import millrace
import pandas as pd
from churn_data import add_week

parser = argparse.ArgumentParser()
parser.add_argument("--file", required=True, help="workspace path of the CSV")
parser.add_argument("--week", required=True, help="the day on which these rows were true, ISO")
args = parser.parse_args()

customers = add_week(pd.read_csv(millrace.open_file(args.file)), args.week)
millrace.write_table("main.churn.landing", customers, mode="overwrite")
print(f"{len(customers)} rows of {args.week} landed")

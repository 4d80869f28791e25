"""A CSV of the workspace → `main.churn.landing`, as it came."""

import argparse

import millrace

parser = argparse.ArgumentParser()
parser.add_argument("--file", required=True, help="path of the CSV in the workspace")
args = parser.parse_args()

landed = millrace.ingest("main.churn.landing", args.file, mode="overwrite")
print(f"{landed['rows']:,} rows")

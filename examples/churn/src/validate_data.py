"""Holds the landed rows against checks.yml; only what passes reaches `main.churn.customers`."""

import argparse
from pathlib import Path

import millrace
from churn_data import KEYS, add_week

parser = argparse.ArgumentParser()
parser.add_argument("--week", help="the day on which the rows were true, ISO; today when empty")
parser.add_argument("--today", required=True)
args = parser.parse_args()

checks = (Path(__file__).parent.parent / "checks.yml").read_text()
report = millrace.check(checks, table="main.churn.landing")
for rule in report["rules"]:
    print(f"{'ok' if rule['passed'] else 'BROKEN':7} {rule['rule']} {rule.get('column') or ''}")
if not report["passed"]:
    broken = [
        f"{rule['rule']} {rule.get('column') or ''}: found {rule['found']}, limit {rule['limit']}; "
        + ", ".join(f"row {example['row']}: {example['value']}" for example in rule["examples"])
        for rule in report["rules"]
        if not rule["passed"]
    ]
    raise SystemExit("The file breaks its rules:\n" + "\n".join(broken))

customers = add_week(millrace.table("main.churn.landing"), args.week or args.today)
millrace.write_table("main.churn.customers", customers, mode="merge", keys=KEYS)
print(f"{len(report['rules'])} rules hold for {len(customers):,} rows")

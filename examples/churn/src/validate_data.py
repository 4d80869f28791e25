"""Holds the landed rows against checks.yml; only what passes reaches `main.churn.customers`."""

import argparse

import millrace

parser = argparse.ArgumentParser()
parser.add_argument("--checks", required=True, help="workspace path of checks.yml")
args = parser.parse_args()

checks = millrace.open_file(args.checks).read().decode()
report = millrace.check(checks, table="main.churn.landing")
for rule in report["rules"]:
    mark = "ok" if rule["passed"] else "BROKEN"
    print(f"{mark:7} {rule['rule']} {rule.get('column') or ''}")
if not report["passed"]:
    broken = [rule for rule in report["rules"] if not rule["passed"]]
    lines = [
        f"{rule['rule']} {rule.get('column') or ''}: found {rule['found']}, limit {rule['limit']}; "
        f"rows {[example['row'] for example in rule['examples']]}"
        for rule in broken
    ]
    raise SystemExit("The file breaks its rules:\n" + "\n".join(lines))

customers = millrace.table("main.churn.landing")
millrace.write_table("main.churn.customers", customers, mode="merge", keys=["customer_id", "week"])

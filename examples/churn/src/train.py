"""Searches models on the training set; every trial is an MLflow run with a notebook of its own."""

import argparse
from pathlib import Path

from churn_data import LABEL

import millrace

parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=24)
args = parser.parse_args()

search = millrace.automl.classify(
    "main.churn.training",
    LABEL,
    exclude_columns=["customer_id", "week"],
    primary_metric="roc_auc",
    positive_label="Yes",
    max_trials=args.trials,
    seed=7,
    experiment_name="/Shared/churn",
)
for trial in search["leaderboard"]:
    print(f"{trial['rank'] or '-':>3}  {trial['learner']:24} {trial['score']}")
best = search["best_trial"]
millrace.dbutils.jobs.taskValues.set("search_id", search["search_id"])
millrace.dbutils.jobs.taskValues.set("best_run_id", best["run_id"])
print(f"{len(search['leaderboard'])} trials; best: {best['learner']} {best['score']:.4f}")

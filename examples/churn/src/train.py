"""Searches models on the training set; every trial is an MLflow run with a notebook of its own."""

import argparse

import millrace
from churn_data import KEYS, LABEL, requirements

parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=24)
args = parser.parse_args()

search = millrace.automl.classify(
    "main.churn.training",
    target_col=LABEL,
    pos_label="Yes",
    primary_metric="roc_auc",
    exclude_cols=KEYS,
    max_trials=args.trials,
    seed=7,
    # The tasks' own environment: one to build, and the endpoint finds all that it needs in it.
    requirements=requirements(),
    experiment_name="/Shared/churn",
)
best = search.best_trial
values = millrace.dbutils.jobs.taskValues
values.set("search_id", search.search_id)
values.set("best_run_id", best.run_id)
values.set("model_uri", best.model_uri)
print(f"{len(search.trials)} trials; best: {best.learner} {best.score:.4f}")

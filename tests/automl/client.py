"""The Python client: a search and what came out of it."""

import millrace

summary = millrace.automl.classify(
    "mixed",
    target_col="y",
    pos_label="good",
    primary_metric="f1",
    learners=["logistic_regression", "lightgbm"],
    exclude_cols=["money"],
    imputers={"color": {"strategy": "constant", "fill_value": "none"}},
    max_trials=3,
    folds=3,
    seed=1,
)
assert summary.state == "FINISHED"
assert summary.table == "main.default.mixed"
board = summary.leaderboard
assert list(board["rank"]) == [1, 2, 3]
assert board["score"].is_monotonic_decreasing
assert board["f1"].equals(board["score"].rename("f1"))
assert set(board["learner"]) == {"baseline", "logistic_regression", "lightgbm"}
best = summary.best_trial
assert best.run_id == best.mlflow_run_id
assert best.notebook_path.startswith(f"/AutoML/{summary.name}/trial-")

rows = millrace.table("mixed", summary.table_version)
model = best.load_model()
assert (model.predict(rows) == rows["y"]).mean() > 0.8

assert millrace.automl.get_summary(summary.search_id).best_trial.score == best.score

for dataset, options, said in [
    ("mixed", {"target_col": "z"}, '"z"'),
    ("mixed@99", {"target_col": "y"}, "99"),
    ("mixed@x", {"target_col": "y"}, "'mixed@x' is not a table"),
]:
    try:
        millrace.automl.classify(dataset, **options)
    except millrace.MillraceError as error:
        assert error.status == 400 or error.status == 404, error
        assert said in str(error), error
    else:
        raise AssertionError(f"{dataset} {options} was taken")
print("all ok")

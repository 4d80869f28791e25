"""Optuna with MLflow, in the three ways its users have."""

import mlflow
import optuna
from mlflow.optuna.storage import MlflowStorage
from suite import check, client, experiment, unique

optuna.logging.set_verbosity(optuna.logging.WARNING)


def objective(trial):
    x = trial.suggest_float("x", -10, 10)
    kind = trial.suggest_categorical("kind", ["near", "far"])
    for step in range(3):
        trial.report(x * x + step, step)
    return x * x + (0 if kind == "near" else 5)


@check
def optuna_keeps_a_study_in_mlflow():
    home, name = experiment(), unique("study")
    sampler = optuna.samplers.TPESampler(seed=3)
    storage = MlflowStorage(experiment_id=home)
    study = optuna.create_study(study_name=name, storage=storage, sampler=sampler)
    study.optimize(objective, n_trials=6)
    storage.flush_all_batches()

    again = optuna.load_study(study_name=name, storage=MlflowStorage(experiment_id=home))
    assert len(again.trials) == 6
    assert again.best_value == study.best_value
    assert again.best_params == study.best_params
    assert [t.state for t in again.trials] == [optuna.trial.TrialState.COMPLETE] * 6
    assert again.trials[0].intermediate_values == study.trials[0].intermediate_values
    (parent,) = client.search_runs([home], f"run_name = '{name}'")
    children = client.search_runs([home], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert len(children) == 6 and all(run.data.params for run in children)


@check
def optuna_callback_logs_every_trial():
    from optuna_integration import MLflowCallback

    name = unique("study")
    callback = MLflowCallback(
        tracking_uri=mlflow.get_tracking_uri(),
        metric_name="loss",
        mlflow_kwargs={"nested": True},
    )

    @callback.track_in_mlflow()
    def tracked(trial):
        mlflow.log_param("extra", trial.number)
        return objective(trial)

    study = optuna.create_study(study_name=name)
    study.optimize(tracked, n_trials=3, callbacks=[callback])
    home = client.get_experiment_by_name(name).experiment_id
    runs = client.search_runs([home], order_by=["metrics.loss ASC"])
    assert len(runs) == 3
    assert runs[0].data.metrics["loss"] == study.best_value
    assert {"x", "kind", "extra"} <= set(runs[0].data.params)


@check
def autolog_of_models_inside_optuna_trials():
    from sklearn.datasets import make_classification
    from sklearn.linear_model import LogisticRegression

    features, labels = make_classification(random_state=3)
    home = experiment()
    mlflow.set_experiment(experiment_id=home)
    mlflow.sklearn.autolog(log_models=False)

    def fit(trial):
        with mlflow.start_run(nested=True):
            model = LogisticRegression(C=trial.suggest_float("C", 1e-3, 10, log=True))
            return model.fit(features, labels).score(features, labels)

    try:
        with mlflow.start_run() as parent:
            optuna.create_study(direction="maximize").optimize(fit, n_trials=3)
    finally:
        mlflow.sklearn.autolog(disable=True)
    runs = client.search_runs([home], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert len(runs) == 3
    assert all(run.info.status == "FINISHED" for run in runs)
    assert len({run.data.params["C"] for run in runs}) == 3
    assert all("training_accuracy_score" in run.data.metrics for run in runs)

"""Autologging."""

import mlflow
import numpy as np
import pandas as pd
from suite import check, client, experiment


def fitted(library, fit):
    mlflow.set_experiment(experiment_id=experiment())
    library.autolog()
    try:
        with mlflow.start_run() as active:
            fit()
    finally:
        library.autolog(disable=True)
    run = client.get_run(active.info.run_id)
    assert run.info.status == "FINISHED" and run.data.params
    assert run.inputs.dataset_inputs and run.outputs.model_outputs
    return run, mlflow.pyfunc.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")


def table():
    random = np.random.default_rng(3)
    features = pd.DataFrame(random.normal(size=(200, 4)), columns=list("abcd"))
    return features, (features["a"] + features["b"] > 0).astype(int)


@check
def autolog_sklearn():
    from sklearn.linear_model import LogisticRegression

    features, labels = table()
    run, model = fitted(mlflow.sklearn, lambda: LogisticRegression().fit(features, labels))
    assert run.data.metrics["training_accuracy_score"] > 0.8
    assert len(model.predict(features)) == 200


@check
def autolog_lightgbm():
    import lightgbm

    features, labels = table()

    def fit():
        data = lightgbm.Dataset(features, labels)
        options = {"objective": "binary", "verbose": -1, "num_threads": 1}
        lightgbm.train(options, data, 10, valid_sets=[data], valid_names=["train"])

    run, model = fitted(mlflow.lightgbm, fit)
    assert len(client.get_metric_history(run.info.run_id, "train-binary_logloss")) == 10
    assert "feature_importance_gain.json" in {
        a.path for a in client.list_artifacts(run.info.run_id)
    }
    assert len(model.predict(features)) == 200


@check
def autolog_xgboost():
    import xgboost

    features, labels = table()

    def fit():
        data = xgboost.DMatrix(features, labels)
        options = {"objective": "binary:logistic", "nthread": 1}
        xgboost.train(options, data, 10, evals=[(data, "train")], verbose_eval=False)

    run, model = fitted(mlflow.xgboost, fit)
    assert len(client.get_metric_history(run.info.run_id, "train-logloss")) == 10
    assert len(model.predict(features)) == 200

"""A model that somebody made by hand: two columns, one split. MLflow logs and registers it."""

import argparse

import millrace
import mlflow
import mlflow.sklearn
from churn_data import LABEL, requirements
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

COLUMNS = ["monthly_charges", "tenure"]

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()

training = millrace.table("main.churn.training")
mlflow.set_experiment(f"/Shared/{args.model}-by-hand")
mlflow.sklearn.autolog(log_models=False)
with mlflow.start_run(run_name="one-split"):
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=1, random_state=7))
    pipeline.fit(training[COLUMNS], training[LABEL])
    mlflow.sklearn.log_model(
        pipeline,
        name="model",
        serialization_format="cloudpickle",
        input_example=training[COLUMNS].head(5),
        registered_model_name=args.model,
        pip_requirements=requirements(),
    )
print(f"accuracy {pipeline.score(training[COLUMNS], training[LABEL]):.3f}")

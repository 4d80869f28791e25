"""A model that somebody made by hand: two columns, one split. MLflow logs and registers it."""

import argparse

import millrace
import mlflow
import mlflow.sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()

training = millrace.table("main.churn.training")
columns = ["monthly_charges", "tenure"]
mlflow.set_experiment(f"/Shared/{args.model}-by-hand")
mlflow.sklearn.autolog(log_input_examples=True, registered_model_name=args.model)
with mlflow.start_run(run_name="one-split"):
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=1, random_state=7))
    pipeline.fit(training[columns], training["churn"])
    print(f"accuracy {pipeline.score(training[columns], training['churn']):.3f}")

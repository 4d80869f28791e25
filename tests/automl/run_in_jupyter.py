"""Executes a notebook in a Jupyter kernel of its own and says which score its run has."""

import json
import re
import sys

import mlflow
import nbformat
from nbclient import NotebookClient

path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
printed = "".join(
    output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
)
mean = re.search(r"cv_\w+ = ([0-9.]+)", printed)
assert mean, printed
run = re.search(r"runs/([0-9a-f]{32})", printed)
assert run, printed

metrics = mlflow.get_run(run[1]).data.metrics
with open(f"{path}.json", "w") as file:
    json.dump({"score": metrics["cv_roc_auc"], "printed": float(mean[1])}, file)

"""What MLflow's client and wire promise, one check each: ``python mlflow_suite URL [AREA...]``.

Prints JSON: for every check "ok" or what went wrong. The same checks run against MLflow's own
server, so that a check which asks for more than MLflow does shows itself.
"""

import json
import sys
from importlib import import_module

from suite import checks

AREAS = (
    "server_checks",
    "experiments_checks",
    "runs_checks",
    "metrics_checks",
    "batches_checks",
    "search_checks",
    "artifacts_checks",
    "models_checks",
    "registry_checks",
    "webhooks_checks",
    "traces_checks",
    "evaluation_checks",
    "autologging_checks",
    "tuning_checks",
    "predictions_checks",
    "many_checks",
)

for area in sys.argv[2:] or AREAS:
    import_module(area)
results = {}
for function in checks:
    try:
        function()
        results[function.__name__] = "ok"
    except Exception as error:
        results[function.__name__] = f"{type(error).__name__}: {error}"[:600]
print(json.dumps(results))

"""What every check uses: a client, names of its own, and the wire without a client."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
import warnings

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

warnings.filterwarnings("ignore")
URL = sys.argv[1]
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
mlflow.set_tracking_uri(URL)
client = MlflowClient()
checks = []


def check(function):
    checks.append(function)
    return function


def unique(prefix="e"):
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def experiment():
    return client.create_experiment(unique())


def new_run(experiment_id=None, **kwargs):
    return client.create_run(experiment_id or experiment(), **kwargs).info.run_id


def wire(method, path, body=None, raw=None, headers=None, major=2, prefix="api"):
    """The status and the JSON (or text) of the answer."""
    url = f"{URL}/{prefix}/{major}.0/mlflow/{path}" if not path.startswith("/") else URL + path
    data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            status, text = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def refuses(code, call, *args, message=None, **kwargs):
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code}: {error.message}"
        assert message is None or message in error.message, error.message
        return
    raise AssertionError(f"not refused: {getattr(call, '__name__', call)} {args} {kwargs}")


def names(runs):
    return [run.info.run_name for run in runs]

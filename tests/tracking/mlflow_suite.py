"""What MLflow's client and wire promise, one check each: python mlflow_suite.py URL.

Prints JSON: for every check "ok" or what went wrong. The same checks run against MLflow's own
server, so that a check which asks for more than MLflow does shows itself.
"""

import concurrent.futures
import json
import math
import os
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
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


# Server and wire


@check
def health_and_version():
    assert wire("GET", "/health") == (200, "OK")
    status, text = wire("GET", "/version")
    assert status == 200 and int(str(text).split(".")[0]) >= 3


@check
def server_info():
    status, info = wire("GET", "server-info", major=3)
    assert status == 200 and info["store_type"] == "SqlStore"


@check
def ajax_twins():
    for prefix in ("api", "ajax-api"):
        status, body = wire("GET", "experiments/get?experiment_id=0", prefix=prefix)
        assert status == 200 and body["experiment"]["name"] == "Default"


@check
def unknown_endpoint_is_404():
    assert wire("POST", "runs/never-heard-of", {})[0] == 404


@check
def missing_parameter_is_named():
    status, body = wire("POST", "runs/create", {})
    assert status in (400, 404), body
    status, body = wire("POST", "runs/log-metric", {"run_id": "a", "key": "k"})
    assert status == 400 and body["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "Missing value for required parameter 'value'" in body["message"], body


@check
def wrong_type_is_named():
    run = new_run()
    body = {"run_id": run, "key": 5, "value": 1, "timestamp": 1}
    status, answer = wire("POST", "runs/log-metric", body)
    assert status == 400 and "for parameter 'key' supplied" in answer["message"], answer


@check
def malformed_json_is_a_client_error():
    status, _ = wire("POST", "runs/log-metric", raw=b'{"run_id": ')
    assert status == 400


@check
def other_content_type_is_a_client_error():
    status, _ = wire(
        "POST", "runs/log-metric", raw=b"run_id=1", headers={"Content-Type": "text/csv"}
    )
    assert 400 <= status < 500


@check
def invalid_utf8_is_a_client_error():
    status, _ = wire("POST", "experiments/create", raw=b'{"name": "\xff\xfe\xfa"}')
    assert status in (200, 400)


@check
def numbers_as_text():
    run = new_run()
    body = {"run_id": run, "key": "k", "value": "0.25", "timestamp": "1234567890123", "step": "7"}
    assert wire("POST", "runs/log-metric", body)[0] == 200
    (metric,) = client.get_metric_history(run, "k")
    assert (metric.value, metric.timestamp, metric.step) == (0.25, 1234567890123, 7)


@check
def int64_is_a_number_on_the_wire():
    run = new_run(start_time=1234567890123)
    _, body = wire("GET", f"runs/get?run_id={run}")
    assert body["run"]["info"]["start_time"] == 1234567890123


@check
def run_uuid_is_run_id():
    run = new_run()
    status, body = wire("GET", f"runs/get?run_uuid={run}")
    assert status == 200 and body["run"]["info"]["run_uuid"] == run


@check
def json_in_json_text():
    run = new_run()
    inner = json.dumps({"run_id": run, "key": "a", "value": "b"})
    assert wire("POST", "runs/set-tag", raw=json.dumps(inner).encode())[0] == 200
    assert client.get_run(run).data.tags["a"] == "b"


@check
def unknown_fields_are_ignored():
    run = new_run()
    body = {"run_id": run, "key": "a", "value": "b", "not_yet_invented": {"x": 1}}
    assert wire("POST", "runs/set-tag", body)[0] == 200


@check
def empty_lists_are_left_out():
    _, body = wire("POST", "runs/search", {"experiment_ids": [experiment()]})
    assert body == {}


@check
def enums_by_number_and_name():
    run = new_run()
    assert wire("POST", "runs/update", {"run_id": run, "status": 3, "end_time": 5})[0] == 200
    assert client.get_run(run).info.status == "FINISHED"
    assert wire("POST", "runs/update", {"run_id": run, "status": "KILLED"})[0] == 200
    assert client.get_run(run).info.status == "KILLED"


# Experiments


@check
def default_experiment_exists():
    assert client.get_experiment("0").name == "Default"


@check
def experiment_life():
    made = client.create_experiment(unique(), tags={"a": "b"})
    client.set_experiment_tag(made, "c", "d")
    assert client.get_experiment(made).tags == {"a": "b", "c": "d"}
    client.delete_experiment_tag(made, "a")
    assert client.get_experiment(made).tags == {"c": "d"}
    client.rename_experiment(made, unique("renamed"))
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"


@check
def experiment_names_are_unique():
    name = unique()
    client.create_experiment(name)
    refuses("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)


@check
def a_deleted_experiment_keeps_its_name():
    name = unique()
    client.delete_experiment(client.create_experiment(name))
    refuses("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)
    assert client.get_experiment_by_name(name).lifecycle_stage == "deleted"


@check
def unknown_experiments():
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "987654321")
    refuses("INVALID_PARAMETER_VALUE", client.get_experiment, "abc")
    assert client.get_experiment_by_name(unique("none")) is None
    refuses("RESOURCE_DOES_NOT_EXIST", client.create_run, "987654321")


@check
def experiment_name_limit():
    refuses("INVALID_PARAMETER_VALUE", client.create_experiment, "x" * 501)
    refuses("INVALID_PARAMETER_VALUE", client.create_experiment, "")


@check
def deleting_an_experiment_deletes_its_runs():
    made = experiment()
    run = new_run(made)
    client.delete_experiment(made)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    refuses("INVALID_PARAMETER_VALUE", client.log_metric, run, "a", 1)
    client.restore_experiment(made)
    assert client.get_run(run).info.lifecycle_stage == "active"


@check
def search_experiments():
    mark = uuid.uuid4().hex[:8]
    made = [client.create_experiment(f"{mark}-{i}", tags={"n": str(i)}) for i in range(5)]
    client.delete_experiment(made[0])
    like = f"name LIKE '{mark}-%'"
    found = client.search_experiments(filter_string=like, order_by=["name DESC"])
    assert [e.experiment_id for e in found] == made[:0:-1]
    both = client.search_experiments(view_type=ViewType.ALL, filter_string=like)
    assert len(both) == 5
    gone = client.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=like)
    assert [e.experiment_id for e in gone] == [made[0]]
    one = client.search_experiments(filter_string=f"{like} AND tags.n = '3'")
    assert [e.experiment_id for e in one] == [made[3]]
    upper = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}-%'")
    assert len(upper) == 4
    refuses("INVALID_PARAMETER_VALUE", client.search_experiments, filter_string="colour = 'x'")
    refuses("INVALID_PARAMETER_VALUE", client.search_experiments, max_results=0)


@check
def experiments_page_by_page():
    mark = uuid.uuid4().hex[:8]
    for i in range(7):
        client.create_experiment(f"{mark}-{i}")
    seen, token = [], None
    while True:
        page = client.search_experiments(
            filter_string=f"name LIKE '{mark}%'",
            max_results=3,
            order_by=["name ASC"],
            page_token=token,
        )
        seen += [e.name for e in page]
        token = page.token
        if not token:
            break
    assert seen == [f"{mark}-{i}" for i in range(7)]


# Runs


@check
def a_run_as_created():
    made = experiment()
    run = client.create_run(made, start_time=42, tags={"a": "b"}, run_name="fit")
    assert run.info.run_name == "fit" and run.data.tags["mlflow.runName"] == "fit"
    again = client.get_run(run.info.run_id)
    assert again.info.start_time == 42 and again.info.status == "RUNNING"
    assert again.info.end_time is None and again.data.tags["a"] == "b"
    assert again.info.artifact_uri.endswith(f"{made}/{run.info.run_id}/artifacts")


@check
def run_names():
    made = experiment()
    assert client.get_run(new_run(made)).info.run_name
    run = new_run(made, tags={"mlflow.runName": "from tag"})
    assert client.get_run(run).info.run_name == "from tag"
    client.set_tag(run, "mlflow.runName", "by tag")
    assert client.get_run(run).info.run_name == "by tag"
    client.update_run(run, name="by update")
    assert client.get_run(run).data.tags["mlflow.runName"] == "by update"
    body = {
        "experiment_id": made,
        "run_name": "one",
        "tags": [{"key": "mlflow.runName", "value": "two"}],
    }
    assert wire("POST", "runs/create", body)[0] == 400


@check
def ending_a_run():
    run = new_run()
    client.set_terminated(run, "FAILED", end_time=77)
    info = client.get_run(run).info
    assert info.status == "FAILED" and info.end_time == 77
    client.update_run(run, status="RUNNING")
    assert client.get_run(run).info.status == "RUNNING"


@check
def deleting_and_restoring_a_run():
    made = experiment()
    run = new_run(made)
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert not client.search_runs([made])
    assert len(client.search_runs([made], run_view_type=ViewType.DELETED_ONLY)) == 1
    assert len(client.search_runs([made], run_view_type=ViewType.ALL)) == 1
    refuses("INVALID_PARAMETER_VALUE", client.log_param, run, "a", 1, message="'active' state")
    client.restore_run(run)
    assert len(client.search_runs([made])) == 1


@check
def unknown_runs():
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_run, uuid.uuid4().hex)
    refuses("RESOURCE_DOES_NOT_EXIST", client.log_metric, uuid.uuid4().hex, "a", 1)
    refuses("INVALID_PARAMETER_VALUE", client.get_run, "../x")


# Metrics


@check
def metric_history():
    run = new_run()
    for step, value in [(2, 0.5), (0, 0.1), (1, 0.3)]:
        client.log_metric(run, "m", value, timestamp=100 + step, step=step)
    assert [m.step for m in client.get_metric_history(run, "m")] == [0, 1, 2]
    assert client.get_run(run).data.metrics["m"] == 0.5
    assert client.get_metric_history(run, "other") == []


@check
def latest_metric_is_that_of_the_highest_step():
    run = new_run()
    client.log_metric(run, "m", 9.0, timestamp=500, step=1)
    client.log_metric(run, "m", 1.0, timestamp=100, step=2)
    client.log_metric(run, "m", 5.0, timestamp=900, step=1)
    assert client.get_run(run).data.metrics["m"] == 1.0
    client.log_metric(run, "m", 3.0, timestamp=100, step=2)
    assert client.get_run(run).data.metrics["m"] == 3.0


@check
def negative_steps():
    run = new_run()
    client.log_metric(run, "m", 1, timestamp=1, step=-5)
    assert client.get_metric_history(run, "m")[0].step == -5


@check
def nan_and_infinities():
    run = new_run()
    for step, value in enumerate([math.nan, math.inf, -math.inf]):
        client.log_metric(run, f"m{step}", value)
    data = client.get_run(run).data.metrics
    assert math.isnan(data["m0"])
    assert data["m1"] == sys.float_info.max and data["m2"] == -sys.float_info.max


@check
def the_same_metric_twice_is_one():
    run = new_run()
    for _ in range(3):
        client.log_metric(run, "m", 1.5, timestamp=10, step=1)
    assert len(client.get_metric_history(run, "m")) == 1


@check
def history_page_by_page():
    run = new_run()
    client.log_batch(run, metrics=[Metric("m", float(i), i, i) for i in range(25)])
    seen, token = [], ""
    while True:
        _, body = wire(
            "GET",
            f"metrics/get-history?run_id={run}&metric_key=m&max_results=10&page_token={token}",
        )
        seen += [m["step"] for m in body["metrics"]]
        token = urllib.parse.quote(body.get("next_page_token", ""))
        if not token:
            break
    assert seen == list(range(25))


@check
def history_of_several_runs():
    runs = [new_run() for _ in range(2)]
    for run in runs:
        client.log_batch(run, metrics=[Metric("m", i * 0.5, i, i) for i in range(20)])
    query = "&".join(f"run_ids={run}" for run in runs)
    path = f"metrics/get-history-bulk-interval?{query}&metric_key=m&max_results=5"
    status, body = wire("GET", path, prefix="ajax-api")
    assert status == 200
    found = {run: [m["step"] for m in body["metrics"] if m["run_id"] == run] for run in runs}
    for steps in found.values():
        assert steps[0] == 0 and steps[-1] == 19 and steps == sorted(steps)


@check
def metric_names():
    run = new_run()
    for key in ["a/b", "a.b", "a b", "a-b", "a:b", "ümlaut", "x" * 250]:
        client.log_metric(run, key, 1)
    for key in ["", "/a", "a//b", "../a", "a/../b", "x" * 251, "a;b", "a\nb"]:
        refuses("INVALID_PARAMETER_VALUE", client.log_metric, run, key, 1)


# Params, tags, batches


@check
def params_are_immutable():
    run = new_run()
    client.log_param(run, "p", 1)
    client.log_param(run, "p", 1)
    message = "Changing param values is not allowed"
    refuses("INVALID_PARAMETER_VALUE", client.log_param, run, "p", 2, message=message)
    params = [Param("p", "3")]
    refuses("INVALID_PARAMETER_VALUE", client.log_batch, run, params=params, message=message)
    assert client.get_run(run).data.params == {"p": "1"}


@check
def long_values_are_cut():
    run = new_run()
    client.log_param(run, "p", "x" * 7000)
    client.set_tag(run, "t", "y" * 9000)
    data = client.get_run(run).data
    assert len(data.params["p"]) == 6000 and len(data.tags["t"]) == 8000


@check
def long_keys_are_refused():
    run = new_run()
    refuses("INVALID_PARAMETER_VALUE", client.log_param, run, "k" * 251, 1)
    refuses("INVALID_PARAMETER_VALUE", client.set_tag, run, "k" * 251, 1)


@check
def empty_values():
    run = new_run()
    client.log_param(run, "p", "")
    client.set_tag(run, "t", "")
    data = client.get_run(run).data
    assert data.params["p"] == "" and data.tags["t"] == ""


@check
def tags_are_replaced_and_removed():
    run = new_run()
    client.set_tag(run, "t", "1")
    client.set_tag(run, "t", "2")
    assert client.get_run(run).data.tags["t"] == "2"
    client.delete_tag(run, "t")
    assert "t" not in client.get_run(run).data.tags
    refuses("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run, "t")


@check
def any_text():
    run = new_run()
    for index, text in enumerate(["naïve ü 中文 🎈", "'; drop table runs; --", '"\\%_', "a\tb\nc"]):
        client.set_tag(run, f"t{index}", text)
        client.log_param(run, f"p{index}", text)
        assert client.get_run(run).data.tags[f"t{index}"] == text
        assert client.get_run(run).data.params[f"p{index}"] == text


@check
def a_full_batch():
    run = new_run()
    client.log_batch(
        run,
        [Metric(f"m{i % 5}", i, i, i) for i in range(800)],
        [Param(f"p{i}", str(i)) for i in range(100)],
        [RunTag(f"t{i}", str(i)) for i in range(100)],
    )
    data = client.get_run(run).data
    assert len(data.params) == 100 and data.metrics["m4"] == 799


@check
def batch_limits():
    run = new_run()
    many = {
        "metrics": [{"key": "m", "value": i, "timestamp": i, "step": i} for i in range(1001)],
        "params": [{"key": f"p{i}", "value": "1"} for i in range(101)],
        "tags": [{"key": f"t{i}", "value": "1"} for i in range(101)],
    }
    for name, entries in many.items():
        status, body = wire("POST", "runs/log-batch", {"run_id": run, name: entries})
        assert status == 400 and body["error_code"] == "INVALID_PARAMETER_VALUE", name
    data = client.get_run(run).data
    assert not data.metrics and not data.params


@check
def a_refused_batch_leaves_nothing():
    run = new_run()
    client.log_param(run, "p", "1")
    metrics, params = [Metric("m", 1, 1, 1)], [Param("q", "1"), Param("p", "2")]
    refuses("INVALID_PARAMETER_VALUE", client.log_batch, run, metrics, params, [RunTag("t", "1")])
    data = client.get_run(run).data
    assert "m" not in data.metrics and "q" not in data.params and "t" not in data.tags


@check
def a_batch_names_a_param_once():
    params = [{"key": "p", "value": "1"}, {"key": "p", "value": "1"}]
    assert wire("POST", "runs/log-batch", {"run_id": new_run(), "params": params})[0] == 400


# Search of runs


def searchable():
    made = experiment()
    for i in range(10):
        tags = {"team": "even" if i % 2 == 0 else "odd"}
        run = client.create_run(made, start_time=1000 + i, run_name=f"r{i}", tags=tags)
        run_id = run.info.run_id
        if i != 3:
            client.log_metric(run_id, "acc", math.nan if i == 4 else i / 10)
        client.log_param(run_id, "lr", f"0.{i}")
        if i > 5:
            client.log_param(run_id, "Depth Limit", str(i))
        client.set_terminated(run_id, "FINISHED" if i < 8 else "FAILED", end_time=2000 + i)
    return made


@check
def search_conditions():
    made = searchable()
    expected = {
        "metrics.acc > 0.7": "89",
        "metrics.acc >= 0.7 and metrics.acc < 0.9": "78",
        "metric.acc = 0.5": "5",
        "metrics.acc != 0.5": "01246789",
        "params.lr = '0.2'": "2",
        "parameter.lr LIKE '0.%' and params.`Depth Limit` = '7'": "7",
        'params."Depth Limit" != "7"': "689",
        "tags.team = 'odd' AND attributes.status = 'FAILED'": "9",
        "tag.team ILIKE 'EV%' and metrics.acc > 0.5": "68",
        "attributes.run_name = 'r3'": "3",
        "run_name LIKE 'r_' and status != 'FINISHED'": "89",
        "attributes.start_time >= 1008": "89",
        "end_time < 2002": "01",
        "attr.run_name ILIKE 'R1'": "1",
        "params.`Depth Limit` IS NULL and metrics.acc > 0.4": "5",
        "tags.nothing IS NULL and attributes.start_time < 1002": "01",
        "tags.team is not null and metrics.acc > 0.8": "9",
    }
    for text, digits in expected.items():
        found = "".join(sorted(name[1:] for name in names(client.search_runs([made], text))))
        assert found == digits, f"{text} found {found}"


@check
def search_by_run_ids():
    made = experiment()
    runs = [new_run(made) for _ in range(4)]
    listed = ", ".join(f"'{run}'" for run in runs[:2])
    found = client.search_runs([made], f"attributes.run_id IN ({listed})")
    assert {run.info.run_id for run in found} == set(runs[:2])
    found = client.search_runs([made], f"run_id NOT IN ({listed})")
    assert {run.info.run_id for run in found} == set(runs[2:])


@check
def search_order():
    made = searchable()
    found = names(client.search_runs([made], order_by=["metrics.acc DESC"]))
    assert found == ["r9", "r8", "r7", "r6", "r5", "r2", "r1", "r0", "r4", "r3"], found
    found = names(client.search_runs([made], order_by=["metrics.acc ASC"]))
    assert found == ["r0", "r1", "r2", "r5", "r6", "r7", "r8", "r9", "r4", "r3"], found
    found = names(client.search_runs([made], order_by=["tags.team DESC", "params.lr ASC"]))
    assert found == ["r1", "r3", "r5", "r7", "r9", "r0", "r2", "r4", "r6", "r8"], found
    found = names(client.search_runs([made], order_by=["attributes.start_time ASC"]))
    assert found == [f"r{i}" for i in range(10)], found
    assert names(client.search_runs([made])) == [f"r{i}" for i in range(9, -1, -1)]


@check
def ties_go_to_the_newest():
    made = experiment()
    for i in range(6):
        run = client.create_run(made, start_time=100 + i, run_name=f"r{i}")
        client.log_metric(run.info.run_id, "m", i % 2)
    found = names(client.search_runs([made], order_by=["metrics.m ASC"]))
    assert found == ["r4", "r2", "r0", "r5", "r3", "r1"], found


@check
def infinities_sort_before_nan():
    made = experiment()
    for i, value in enumerate([math.nan, math.inf, 0.0, -math.inf, None]):
        run = client.create_run(made, start_time=i + 1, run_name=f"r{i}")
        if value is not None:
            client.log_metric(run.info.run_id, "m", value)
    rising = names(client.search_runs([made], order_by=["metrics.m"]))
    assert rising == ["r3", "r2", "r1", "r0", "r4"], rising
    assert names(client.search_runs([made], order_by=["metrics.m DESC"])) == (
        ["r1", "r2", "r3", "r0", "r4"]
    )


@check
def search_page_by_page():
    made = searchable()
    for order in (["metrics.acc DESC"], ["params.lr ASC"], None):
        whole = names(client.search_runs([made], order_by=order))
        seen, token = [], None
        while True:
            page = client.search_runs([made], order_by=order, max_results=3, page_token=token)
            seen += names(page)
            token = page.token
            if not token:
                break
        assert seen == whole, (order, seen)


@check
def search_in_several_experiments():
    one, two = experiment(), experiment()
    for i, made in enumerate([one, two, one]):
        run = client.create_run(made, start_time=i + 1, run_name=f"r{i}")
        client.log_metric(run.info.run_id, "m", i)
    assert names(client.search_runs([one, two])) == ["r2", "r1", "r0"]
    found = client.search_runs([one, two], order_by=["metrics.m ASC"], max_results=2)
    assert names(found) == ["r0", "r1"]


@check
def bad_filters():
    made = experiment()
    for text in [
        "metrics.acc ~ 0.5",
        "metrics.acc > '0.5'",
        "params.lr = 5",
        "colour = 'x'",
        "foo.bar = 'x'",
        "metrics.acc > 0.5 OR metrics.acc < 0.1",
        "(metrics.acc > 0.5)",
        "params.lr = 'x",
        "status IN ('RUNNING')",
        "params.lr > '1'",
        "and",
        "metrics.a = 1 and",
    ]:
        refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], text)


@check
def bad_limits_and_tokens():
    made = experiment()
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], max_results=50_001)
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], max_results=0)
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], page_token="garbage!")
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], order_by=["colour"])


@check
def search_as_a_data_frame():
    made = searchable()
    frame = mlflow.search_runs([made], "metrics.acc > 0.5")
    assert isinstance(frame, pd.DataFrame) and len(frame) == 4
    assert {"metrics.acc", "params.lr", "tags.team", "run_id"} <= set(frame.columns)


# Inputs


@check
def dataset_inputs():
    made = experiment()
    run = new_run(made)
    dataset = Dataset("churn", "d1", "local", "{}", schema="{}", profile='{"num_rows": 2}')
    tags = [InputTag("mlflow.data.context", "train")]
    client.log_inputs(run, [DatasetInput(dataset, tags)])
    client.log_inputs(run, [DatasetInput(dataset, tags)])
    (found,) = client.get_run(run).inputs.dataset_inputs
    assert found.dataset.name == "churn" and found.dataset.profile == '{"num_rows": 2}'
    assert len(client.search_runs([made], "dataset.name = 'churn'")) == 1
    assert len(client.search_runs([made], "datasets.context = 'eval'")) == 0
    body = {"experiment_ids": [made]}
    _, body = wire("POST", "experiments/search-datasets", body, prefix="ajax-api")
    assert [s["digest"] for s in body["dataset_summaries"]] == ["d1"]


# Artifacts


@check
def artifacts_there_and_back():
    run = new_run()
    with tempfile.TemporaryDirectory() as folder:
        big = os.path.join(folder, "big.bin")
        content = np.random.default_rng(1).bytes(3_000_000)
        with open(big, "wb") as file:
            file.write(content)
        with open(os.path.join(folder, "name with ü.txt"), "w") as file:
            file.write("text")
        open(os.path.join(folder, "empty"), "w").close()
        client.log_artifacts(run, folder, "deep/er")
        client.log_text(run, "hello", "top.txt")
        listed = {(a.path, a.is_dir) for a in client.list_artifacts(run)}
        assert listed == {("deep", True), ("top.txt", False)}
        sizes = {a.path: a.file_size for a in client.list_artifacts(run, "deep/er")}
        assert sizes["deep/er/big.bin"] == 3_000_000 and not sizes["deep/er/empty"]
        with open(client.download_artifacts(run, "deep/er/big.bin", folder), "rb") as file:
            assert file.read() == content
        assert mlflow.artifacts.load_text(f"runs:/{run}/top.txt") == "hello"


@check
def missing_artifacts():
    run = new_run()
    assert client.list_artifacts(run) == [] and client.list_artifacts(run, "none") == []
    info = client.get_run(run).info
    path = info.artifact_uri.removeprefix("mlflow-artifacts:/")
    status, _ = wire("GET", f"/api/2.0/mlflow-artifacts/artifacts/{path}/none.txt")
    assert status == 404


@check
def artifacts_stay_in_their_root():
    for path in ["../x", "..%2fx", "%2e%2e/x", "a/../../x", "..\\x", "%2fetc%2fpasswd"]:
        status, _ = wire("GET", f"/api/2.0/mlflow-artifacts/artifacts/{path}")
        assert 400 <= status < 500, (path, status)


@check
def artifacts_listed_by_run():
    run = new_run()
    client.log_dict(run, {"a": 1}, "folder/conf.json")
    _, body = wire("GET", f"artifacts/list?run_id={run}&path=folder")
    assert body["files"][0]["path"] == "folder/conf.json"
    assert body["root_uri"] == client.get_run(run).info.artifact_uri
    status, text = wire("GET", f"/get-artifact?run_id={run}&path=folder/conf.json")
    assert status == 200 and text == {"a": 1}


@check
def one_artifact_is_deleted():
    run = new_run()
    client.log_text(run, "x", "a.txt")
    path = client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    assert wire("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/{path}/a.txt")[0] in (200, 204)
    assert client.list_artifacts(run) == []


# Logged models


@check
def logged_model_life():
    made = experiment()
    run = new_run(made)
    model = mlflow.create_external_model
    assert callable(model)
    logged = client.create_logged_model(made, "clf", run, {"t": "1"}, {"p": "2"}, "sklearn")
    assert logged.status == "PENDING" and logged.model_id.startswith("m-")
    client.finalize_logged_model(logged.model_id, "READY")
    client.set_logged_model_tags(logged.model_id, {"u": "3"})
    client.delete_logged_model_tag(logged.model_id, "t")
    client.log_metric(run, "acc", 0.9, model_id=logged.model_id)
    again = client.get_logged_model(logged.model_id)
    assert again.status == "READY" and again.tags == {"u": "3"} and again.params == {"p": "2"}
    assert [m.value for m in again.metrics] == [0.9]
    found = client.search_logged_models([made], "name = 'clf' AND metrics.acc > 0.5")
    assert [m.model_id for m in found] == [logged.model_id]
    assert not client.search_logged_models([made], "metrics.acc > 0.95")
    client.delete_logged_model(logged.model_id)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_logged_model, logged.model_id)


@check
def logged_models_in_order():
    made = experiment()
    run = new_run(made)
    for i in range(4):
        logged = client.create_logged_model(made, f"m{i}", run)
        client.log_metric(run, "acc", i % 3, step=i, model_id=logged.model_id)
    order = [{"field_name": "metrics.acc", "ascending": False}]
    found = client.search_logged_models([made], order_by=order, max_results=3)
    assert next(m.name for m in found) == "m2" and found.token
    rest = client.search_logged_models(
        [made], order_by=order, max_results=3, page_token=found.token
    )
    assert len(rest) == 1
    for bad in ["/", "a:b", "a%b"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_logged_model, made, f"x{bad}", run)


# Registry


def model_with(versions=1):
    name = unique("model")
    client.create_registered_model(name, tags={"a": "b"}, description="about")
    run = new_run()
    client.log_text(run, "x", "model/MLmodel")
    source = f"{client.get_run(run).info.artifact_uri}/model"
    for _ in range(versions):
        client.create_model_version(name, source, run)
    return name


@check
def registered_model_life():
    name = model_with(0)
    made = client.get_registered_model(name)
    assert made.tags == {"a": "b"} and made.description == "about"
    refuses("RESOURCE_ALREADY_EXISTS", client.create_registered_model, name)
    client.update_registered_model(name, "changed")
    client.set_registered_model_tag(name, "c", "d")
    client.delete_registered_model_tag(name, "a")
    made = client.get_registered_model(name)
    assert made.tags == {"c": "d"} and made.description == "changed"
    renamed = unique("renamed")
    client.rename_registered_model(name, renamed)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, name)
    client.delete_registered_model(renamed)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, renamed)
    for bad in ["", "a/b", "a:b"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_registered_model, bad)


@check
def versions_count_up():
    name = model_with(3)
    client.delete_model_version(name, "3")
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "3")
    version = client.get_model_version(name, "2")
    made = client.create_model_version(name, version.source, version.run_id)
    assert int(made.version) == 4 and made.status == "READY"


@check
def version_fields():
    name = model_with(1)
    client.update_model_version(name, "1", "why")
    client.set_model_version_tag(name, "1", "t", "v")
    version = client.get_model_version(name, "1")
    assert version.description == "why" and version.tags == {"t": "v"}
    client.delete_model_version_tag(name, "1", "t")
    assert client.get_model_version(name, "1").tags == {}
    uri = client.get_model_version_download_uri(name, "1")
    assert uri == version.source
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "99")
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, unique("none"), "1")


@check
def stages():
    name = model_with(3)
    client.transition_model_version_stage(name, "1", "production")
    assert client.get_model_version(name, "1").current_stage == "Production"
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert client.get_model_version(name, "1").current_stage == "Archived"
    latest = {v.current_stage: v.version for v in client.get_latest_versions(name)}
    assert {stage: int(v) for stage, v in latest.items()} == {
        "None": 3,
        "Production": 2,
        "Archived": 1,
    }
    (only,) = client.get_latest_versions(name, ["Production"])
    assert int(only.version) == 2
    refuses("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, name, "1", "Best")


@check
def aliases():
    name = model_with(2)
    client.set_registered_model_alias(name, "champion", "1")
    assert int(client.get_model_version_by_alias(name, "champion").version) == 1
    client.set_registered_model_alias(name, "champion", "2")
    assert int(client.get_model_version_by_alias(name, "champion").version) == 2
    assert client.get_model_version(name, "2").aliases == ["champion"]
    assert client.get_model_version(name, "1").aliases == []
    client.delete_registered_model_alias(name, "champion")
    refuses("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, name, "champion")
    for bad in ["latest", "v1", "a b", "x" * 256]:
        refuses("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, name, bad, "1")


@check
def search_of_models():
    mark = uuid.uuid4().hex[:8]
    for i in range(5):
        client.create_registered_model(f"{mark}-{i}", tags={"n": str(i % 2)})
    like = f"name LIKE '{mark}%'"
    found = client.search_registered_models(like, order_by=["name DESC"])
    assert [m.name for m in found] == [f"{mark}-{i}" for i in range(4, -1, -1)]
    found = client.search_registered_models(f"{like} AND tags.n = '1'")
    assert [m.name for m in found] == [f"{mark}-1", f"{mark}-3"]
    page = client.search_registered_models(like, max_results=2)
    assert len(page) == 2 and page.token
    refuses("INVALID_PARAMETER_VALUE", client.search_registered_models, "colour = 'x'")


@check
def search_of_versions():
    name = model_with(3)
    client.set_model_version_tag(name, "2", "best", "yes")
    found = client.search_model_versions(f"name = '{name}'", order_by=["version_number ASC"])
    assert [int(v.version) for v in found] == [1, 2, 3]
    found = client.search_model_versions(f"name = '{name}' and tags.best = 'yes'")
    assert [int(v.version) for v in found] == [2]
    run = found[0].run_id
    assert len(client.search_model_versions(f"run_id = '{run}'")) == 3
    assert len(client.search_model_versions(f"name = '{name}' and version_number >= 2")) == 2


@check
def a_source_stays_with_its_run():
    name = model_with(1)
    for source in ["/etc/passwd", "file:///etc", "mlflow-artifacts:/../x", "../x"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_model_version, name, source)


@check
def prompts():
    name = unique("prompt")
    mlflow.genai.register_prompt(name, "Hello {{name}}", commit_message="first")
    mlflow.genai.register_prompt(name, "Good day {{name}}")
    assert mlflow.genai.load_prompt(f"prompts:/{name}/1").format(name="A") == "Hello A"
    mlflow.genai.set_prompt_alias(name, alias="live", version=2)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@live").version == 2
    assert name in [p.name for p in mlflow.genai.search_prompts()]
    assert name not in [m.name for m in client.search_registered_models()]


# Webhooks


@check
def webhook_life():
    body = {
        "name": unique("hook"),
        "url": "https://example.com/hook",
        "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}],
    }
    status, made = wire("POST", "webhooks", body)
    assert status == 200, made
    hook = made["webhook"]["webhook_id"]
    status, answer = wire("PATCH", f"webhooks/{hook}", {"status": "DISABLED"})
    assert status == 200 and answer["webhook"]["status"] == "DISABLED"
    _, listed = wire("GET", "webhooks")
    assert hook in [w["webhook_id"] for w in listed["webhooks"]]
    assert wire("DELETE", f"webhooks/{hook}", {})[0] == 200
    assert wire("GET", f"webhooks/{hook}")[0] == 404


# Traces


@check
def traces():
    made = experiment()
    mlflow.set_experiment(experiment_id=made)

    @mlflow.trace(name="answer")
    def answer(question):
        with mlflow.start_span("look up") as span:
            span.set_inputs({"q": question})
        return question.upper()

    answer("why")
    mlflow.flush_trace_async_logging()
    deadline = time.time() + 20
    while not (found := mlflow.search_traces([made], return_type="list")):
        assert time.time() < deadline, "the trace did not arrive"
        time.sleep(0.2)
    trace = mlflow.get_trace(found[0].info.trace_id)
    assert {s.name for s in trace.data.spans} == {"answer", "look up"}
    client.set_trace_tag(trace.info.trace_id, "good", "yes")
    assert len(mlflow.search_traces([made], "tags.good = 'yes'", return_type="list")) == 1
    mlflow.log_feedback(trace_id=trace.info.trace_id, name="right", value=True)
    (feedback,) = mlflow.get_trace(trace.info.trace_id).info.assessments
    assert feedback.name == "right" and feedback.value is True
    client.delete_traces(made, trace_ids=[trace.info.trace_id])
    assert not mlflow.search_traces([made], return_type="list")


# Autologging


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


# Many at once


@check
def many_writers():
    made = experiment()

    def write(index):
        run = new_run(made, run_name=f"r{index}")
        for step in range(5):
            client.log_metric(run, "m", step, step=step)
        client.set_terminated(run)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    found = client.search_runs([made], "metrics.m = 4 and attributes.status = 'FINISHED'")
    assert len(found) == 16


@check
def page_tokens_survive_new_runs():
    made = experiment()
    for i in range(6):
        client.create_run(made, start_time=100 + i, run_name=f"r{i}")
    first = client.search_runs([made], max_results=3, order_by=["attributes.start_time ASC"])
    client.create_run(made, start_time=50, run_name="earlier")
    second = client.search_runs(
        [made], max_results=3, order_by=["attributes.start_time ASC"], page_token=first.token
    )
    assert names(first) + names(second) == [f"r{i}" for i in range(6)]


if __name__ == "__main__":
    results = {}
    for function in checks:
        try:
            function()
            results[function.__name__] = "ok"
        except Exception as error:
            results[function.__name__] = f"{type(error).__name__}: {error}"[:600]
    print(json.dumps(results))

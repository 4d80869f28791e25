"""Metrics."""

import math
import sys
import urllib.error
import urllib.parse
import urllib.request

from mlflow.entities import Metric
from suite import check, client, new_run, refuses, wire


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

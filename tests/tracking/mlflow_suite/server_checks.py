"""Server and wire."""

import json

from suite import check, client, experiment, new_run, wire


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

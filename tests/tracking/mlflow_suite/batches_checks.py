"""Params, tags, batches."""

from mlflow.entities import Metric, Param, RunTag
from suite import check, client, new_run, refuses, wire


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

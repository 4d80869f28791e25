"""Runs."""

import uuid

from mlflow.entities import ViewType
from suite import check, client, experiment, new_run, refuses, wire


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

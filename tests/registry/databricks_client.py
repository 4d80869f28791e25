"""Two people and a job decide on a model with unmodified clients.

python databricks_client.py URL JOB_TOKEN ANN_TOKEN
"""

import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from databricks.sdk.service.ml import ActivityAction, ActivityType

url, job_token, ann_token = sys.argv[1:]
job = WorkspaceClient(host=url, token=job_token).model_registry
ann = WorkspaceClient(host=url, token=ann_token).model_registry


def refused(kind, call, **kwargs):
    try:
        call(**kwargs)
    except kind as error:
        return str(error)
    raise AssertionError(f"{call} was not refused")


job.create_model("churn", description="who leaves")
refused(ResourceAlreadyExists, job.create_model, name="churn")
version = job.create_model_version("churn", "s3://bucket/churn").model_version
assert version.version == "1" and version.status.value == "READY", version
model = job.get_model("churn").registered_model_databricks
assert model.id and model.description == "who leaves", model

one = {"name": "churn", "version": "1"}
moved = job.transition_stage(
    **one, stage="Staging", archive_existing_versions=False, comment="passed"
).model_version_databricks
assert moved.current_stage == "Staging", moved

production = {**one, "stage": "Production"}
said = refused(PermissionDenied, job.transition_stage, **production, archive_existing_versions=True)
assert "transition request" in said, said
request = job.create_transition_request(**production, comment="please").request
assert request.user_id == "pipeline" and request.to_stage == "Production", request
assert ActivityAction.APPROVE_TRANSITION_REQUEST in request.available_actions
refused(ResourceAlreadyExists, job.create_transition_request, **production)
(listed,) = ann.list_transition_requests(**one)
assert listed.activity_type == ActivityType.REQUESTED_TRANSITION, listed
assert listed.from_stage == "Staging" and listed.comment == "please", listed

own = refused(
    PermissionDenied,
    job.approve_transition_request,
    **production,
    archive_existing_versions=True,
)
assert "pipeline" in own and "somebody else" in own, own
activity = ann.approve_transition_request(
    **production, archive_existing_versions=True, comment="looks right"
).activity
assert activity.activity_type == ActivityType.APPROVED_REQUEST and activity.user_id == "ann"
assert list(ann.list_transition_requests(**one)) == []
(latest,) = job.get_latest_versions("churn", stages=["Production"])
assert latest.version == "1", latest

job.create_model_version("churn", "s3://bucket/churn2")
second = {"name": "churn", "version": "2", "stage": "Production"}
job.create_transition_request(**second, comment="better")
ann.reject_transition_request(**second, comment="no")
refused(ResourceDoesNotExist, ann.reject_transition_request, **second)
job.create_transition_request(**second, comment="really")
refused(PermissionDenied, ann.delete_transition_request, **second, creator="pipeline")
job.delete_transition_request(**second, creator="pipeline")
refused(
    InvalidParameterValue, ann.create_transition_request, name="churn", version="2", stage="Live"
)

comment = ann.create_comment(**one, comment="hello").comment
assert ann.update_comment(comment.id, "hello there").comment.comment == "hello there"
refused(PermissionDenied, job.delete_comment, id=comment.id)
ann.delete_comment(comment.id)

job.set_model_version_tag(**one, key="why", value="tests")
found = list(job.search_model_versions(filter="name = 'churn' and tags.why = 'tests'"))
assert [v.version for v in found] == ["1"], found
assert [m.name for m in job.search_models(filter="name LIKE 'ch%'")] == ["churn"]
experiment = WorkspaceClient(host=url, token=ann_token).experiments
made = experiment.create_experiment("from the SDK").experiment_id
run = experiment.create_run(experiment_id=made, run_name="r", start_time=1).run
experiment.log_metric(run_id=run.info.run_id, key="m", value=0.5, timestamp=1, step=1)
experiment.log_param(run_id=run.info.run_id, key="p", value="v")
experiment.update_run(run_id=run.info.run_id, status=None, run_name="renamed")
(again,) = experiment.search_runs(experiment_ids=[made], filter="metrics.m > 0.1")
assert again.info.run_name == "renamed" and again.data.params[0].value == "v", again
(value,) = experiment.get_history(metric_key="m", run_id=run.info.run_id)
assert value.value == 0.5
print("all ok")

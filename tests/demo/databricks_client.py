"""The unmodified databricks-sdk looks at what the demo made: jobs, webhooks, SQL, catalog."""

import os

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import RunResultState
from databricks.sdk.service.sql import StatementState

client = WorkspaceClient(host=os.environ["MILLRACE_URL"], token="any")

jobs = {job.settings.name: job.job_id for job in client.jobs.list() if job.settings}
[pipeline] = [job_id for name, job_id in jobs.items() if name and name.endswith("churn-pipeline")]
[run] = list(client.jobs.list_runs(job_id=pipeline, expand_tasks=True))
assert run.state and run.state.result_state == RunResultState.SUCCESS, run.state
assert {task.task_key for task in run.tasks or []} >= {"ingest", "automl", "await_approval"}
schedule = client.jobs.get(pipeline).settings.schedule
assert schedule and schedule.timezone_id == "Europe/Amsterdam", schedule

hooks = list(client.model_registry.list_webhooks())
assert [hook.model_name for hook in hooks] == ["churn", "churn"], hooks

answer = client.statement_execution.execute_statement(
    statement="select count(*) from main.churn.customers", warehouse_id="default"
)
assert answer.status and answer.status.state == StatementState.SUCCEEDED, answer.status
assert answer.result and answer.result.data_array == [["7543"]], answer.result

tables = {table.name for table in client.tables.list(catalog_name="main", schema_name="churn")}
assert tables >= {"customers", "customer_features", "training", "predictions"}, tables
endpoint = client.serving_endpoints.get("churn")
assert endpoint.state and endpoint.state.ready, endpoint.state
assert endpoint.config and endpoint.config.served_entities, endpoint.config
assert endpoint.config.served_entities[0].entity_version == "1", endpoint.config
print("ok")

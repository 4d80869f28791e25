"""Drives the Jobs API through an unmodified databricks-sdk."""

import base64
import os
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    DatabricksError,
    InvalidParameterValue,
    OperationFailed,
    ResourceDoesNotExist,
)
from databricks.sdk.service import compute, jobs, settings, workspace
from databricks.sdk.service.jobs import RunLifeCycleState, RunResultState

w = WorkspaceClient(host=os.environ["MILLRACE_URL"], token="anything")


def upload(path: str, text: str) -> None:
    w.workspace.mkdirs(path.rsplit("/", 1)[0])
    content = base64.b64encode(text.encode()).decode()
    w.workspace.import_(path, content=content, format=workspace.ImportFormat.AUTO, overwrite=True)


def raises(kind: type[Exception], text: str, call: object, *args: object, **kwargs: object) -> None:
    try:
        call(*args, **kwargs)  # type: ignore[operator]
    except kind as error:
        assert text in str(error), str(error)
        return
    raise AssertionError(f"{call} did not raise {kind}")


upload("/Shared/p/first.py", 'import sys\nprint("hello", sys.argv[1])\n')
upload(
    "/Shared/p/second.py",
    "# Databricks notebook source\n"
    'dbutils.widgets.text("who", "nobody")\n'
    "# COMMAND ----------\n"
    'dbutils.jobs.taskValues.set("answer", 42)\n'
    'print("<" + dbutils.widgets.get("who") + ">")\n'
    'dbutils.notebook.exit(dbutils.widgets.get("who"))\n',
)
upload("/Shared/p/flaky.py", 'import os, sys\nsys.exit("broken")\n')

# create, get, list
created = w.jobs.create(
    name="sdk job",
    description="made by a client",
    tags={"team": "a"},
    parameters=[jobs.JobParameterDefinition(name="who", default="world")],
    tasks=[
        jobs.Task(
            task_key="first",
            spark_python_task=jobs.SparkPythonTask(
                python_file="/Shared/p/first.py", parameters=["{{job.parameters.who}}"]
            ),
            timeout_seconds=60,
        ),
        jobs.Task(
            task_key="second",
            depends_on=[jobs.TaskDependency(task_key="first")],
            notebook_task=jobs.NotebookTask(notebook_path="/Shared/p/second"),
        ),
        jobs.Task(
            task_key="check",
            depends_on=[jobs.TaskDependency(task_key="second")],
            condition_task=jobs.ConditionTask(
                op=jobs.ConditionTaskOp.EQUAL_TO,
                left="{{tasks.second.values.answer}}",
                right="42",
            ),
        ),
        jobs.Task(
            task_key="no",
            depends_on=[jobs.TaskDependency(task_key="check", outcome="false")],
            spark_python_task=jobs.SparkPythonTask(python_file="/Shared/p/flaky.py"),
        ),
    ],
    schedule=jobs.CronSchedule(
        quartz_cron_expression="0 0 23 ? * FRI",
        timezone_id="Europe/Amsterdam",
        pause_status=jobs.PauseStatus.PAUSED,
    ),
    queue=jobs.QueueSettings(enabled=True),
    timeout_seconds=600,
    access_control_list=[
        jobs.JobAccessControlRequest(
            user_name="somebody", permission_level=jobs.JobPermissionLevel.CAN_VIEW
        )
    ],
)
job_id = created.job_id
assert job_id is not None
job = w.jobs.get(job_id)
assert job.settings and job.settings.name == "sdk job"
assert [t.task_key for t in job.settings.tasks or []] == ["first", "second", "check", "no"]
assert job.settings.format == jobs.Format.MULTI_TASK
assert [j.job_id for j in w.jobs.list(name="SDK JOB")] == [job_id]
expanded = list(w.jobs.list(expand_tasks=True))
assert expanded[0].settings and len(expanded[0].settings.tasks or []) == 4

# run, result, outputs
run = w.jobs.run_now(job_id, job_parameters={"who": "there"}).result()
assert run.state and run.state.life_cycle_state == RunLifeCycleState.TERMINATED
assert run.state.result_state == RunResultState.SUCCESS, run.state
assert run.status and run.status.termination_details
assert run.status.termination_details.code == jobs.TerminationCodeCode.SUCCESS
tasks = {t.task_key: t for t in run.tasks or []}
assert tasks["no"].state and tasks["no"].state.result_state == RunResultState.EXCLUDED
assert tasks["check"].condition_task and tasks["check"].condition_task.outcome == "true"
output = w.jobs.get_run_output(tasks["first"].run_id)
assert output.logs == "hello there\n", output.logs
notebook = w.jobs.get_run_output(tasks["second"].run_id).notebook_output
assert notebook and notebook.result == "there"
assert run.job_parameters and run.job_parameters[0].value == "there"
raises(DatabricksError, "several tasks", w.jobs.get_run_output, run.run_id)
exported = w.jobs.export_run(tasks["second"].run_id)
assert exported.views and "&lt;there>" in (exported.views[0].content or ""), exported

# list runs
assert run.run_id in [r.run_id for r in w.jobs.list_runs(job_id=job_id, completed_only=True)]
assert list(w.jobs.list_runs(job_id=job_id, active_only=True)) == []
one = next(iter(w.jobs.list_runs(job_id=job_id, expand_tasks=True)))
assert len(one.tasks or []) == 4

# update, reset, fields_to_remove
w.jobs.update(
    job_id,
    new_settings=jobs.JobSettings(
        tasks=[
            jobs.Task(
                task_key="no",
                depends_on=[jobs.TaskDependency(task_key="check", outcome="true")],
                spark_python_task=jobs.SparkPythonTask(python_file="/Shared/p/flaky.py"),
                max_retries=1,
                min_retry_interval_millis=1,
            )
        ]
    ),
    fields_to_remove=["schedule"],
)
kept = w.jobs.get(job_id).settings
assert kept and kept.schedule is None and len(kept.tasks or []) == 4

# failure, retries, repair with history
failed = w.jobs.run_now(job_id).result()
assert failed.state and failed.state.result_state == RunResultState.FAILED
tries = [t for t in failed.tasks or [] if t.task_key == "no"]
assert [t.attempt_number for t in tries] == [0, 1]
assert tries[1].state and tries[1].state.state_message == "SystemExit: broken", tries[1].state
upload("/Shared/p/flaky.py", 'print("mended")\n')
repaired = w.jobs.repair_run(failed.run_id, rerun_all_failed_tasks=True).result()
assert repaired.state and repaired.state.result_state == RunResultState.SUCCESS
history = w.jobs.get_run(failed.run_id, include_history=True).repair_history or []
assert [h.type for h in history] == [
    jobs.RepairHistoryItemType.ORIGINAL,
    jobs.RepairHistoryItemType.REPAIR,
]

# cancel
upload("/Shared/p/slow.py", "import time\nprint('up', flush=True)\ntime.sleep(600)\n")
slow = w.jobs.create(
    name="slow",
    tasks=[
        jobs.Task(
            task_key="slow",
            spark_python_task=jobs.SparkPythonTask(python_file="/Shared/p/slow.py"),
        )
    ],
)
waiting = w.jobs.run_now(slow.job_id, idempotency_token="slow-1")
again = w.jobs.run_now(slow.job_id, idempotency_token="slow-1")
assert waiting.run_id == again.run_id
skipped = w.jobs.run_now(slow.job_id).result()
assert skipped.state and skipped.state.life_cycle_state == RunLifeCycleState.SKIPPED
canceled = w.jobs.cancel_run_and_wait(waiting.run_id)
assert canceled.state and canceled.state.result_state == RunResultState.CANCELED
assert canceled.state.user_cancelled_or_timedout

# submit
submitted = w.jobs.submit(
    run_name="once",
    tasks=[
        jobs.SubmitTask(
            task_key="a",
            spark_python_task=jobs.SparkPythonTask(
                python_file="/Shared/p/first.py", parameters=["you"]
            ),
            environment_key="e",
        ),
    ],
    environments=[
        jobs.JobEnvironment(
            environment_key="e",
            spec=compute.Environment(environment_version="2", dependencies=[]),
        )
    ],
).result()
assert submitted.run_name == "once" and submitted.run_type == jobs.RunType.SUBMIT_RUN
assert submitted.state and submitted.state.result_state == RunResultState.SUCCESS

# a long job pages through its tasks
many = w.jobs.create(
    name="many",
    tasks=[
        jobs.Task(
            task_key=f"t{n:03d}",
            condition_task=jobs.ConditionTask(
                op=jobs.ConditionTaskOp.EQUAL_TO, left="a", right="a"
            ),
        )
        for n in range(230)
    ],
)
assert len((w.jobs.get(many.job_id).settings or jobs.JobSettings()).tasks or []) == 230
done = w.jobs.run_now(many.job_id).result()
assert len(done.tasks or []) == 230, len(done.tasks or [])

# for-each
each = w.jobs.create(
    name="each",
    tasks=[
        jobs.Task(
            task_key="loop",
            for_each_task=jobs.ForEachTask(
                inputs='["a", "b", "c"]',
                concurrency=2,
                task=jobs.Task(
                    task_key="one",
                    spark_python_task=jobs.SparkPythonTask(
                        python_file="/Shared/p/first.py", parameters=["{{input}}"]
                    ),
                ),
            ),
        )
    ],
)
looped = w.jobs.run_now(each.job_id).result()
assert looped.tasks
iterations = w.jobs.get_run(looped.tasks[0].run_id).iterations or []
logs = sorted(w.jobs.get_run_output(i.run_id).logs or "" for i in iterations)
assert logs == ["hello a\n", "hello b\n", "hello c\n"], logs

# permissions
levels = w.jobs.get_permission_levels(str(job_id)).permission_levels or []
assert next(level.permission_level for level in levels) is not None
granted = w.jobs.update_permissions(
    str(job_id),
    access_control_list=[
        jobs.JobAccessControlRequest(
            group_name="admins", permission_level=jobs.JobPermissionLevel.CAN_MANAGE
        )
    ],
)
names = {a.user_name or a.group_name for a in granted.access_control_list or []}
assert {"somebody", "admins"} <= names, names

shown = w.jobs.get_permissions(str(job_id)).access_control_list or []
assert {a.user_name or a.group_name for a in shown} == names
replaced = w.jobs.set_permissions(
    str(job_id),
    access_control_list=[
        jobs.JobAccessControlRequest(
            user_name="ann", permission_level=jobs.JobPermissionLevel.CAN_VIEW
        )
    ],
)
names = {a.user_name or a.group_name for a in replaced.access_control_list or []}
assert "ann" in names and "admins" not in names, names

# a part of the tasks, a reset, and everything canceled
chain = w.jobs.create(
    name="chain",
    tasks=[
        jobs.Task(
            task_key=key,
            depends_on=[jobs.TaskDependency(task_key=other)] if other else None,
            condition_task=jobs.ConditionTask(
                op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1"
            ),
        )
        for key, other in (("x", None), ("y", "x"), ("z", "y"))
    ],
)
assert chain.job_id
part = w.jobs.run_now(chain.job_id, only=["+y"]).result()
assert sorted(t.task_key for t in part.tasks or []) == ["x", "y"]
w.jobs.reset(
    chain.job_id,
    new_settings=jobs.JobSettings(
        name="slow chain",
        max_concurrent_runs=5,
        health=jobs.JobsHealthRules(
            rules=[
                jobs.JobsHealthRule(
                    metric=jobs.JobsHealthMetric.RUN_DURATION_SECONDS,
                    op=jobs.JobsHealthOperator.GREATER_THAN,
                    value=3600,
                )
            ]
        ),
        tasks=[
            jobs.Task(
                task_key="slow",
                spark_python_task=jobs.SparkPythonTask(python_file="/Shared/p/slow.py"),
            )
        ],
    ),
)
both = [w.jobs.run_now(chain.job_id) for _ in range(2)]
w.jobs.cancel_all_runs(job_id=chain.job_id)
for started in both:
    ended = started.result()
    assert ended.state and ended.state.result_state == RunResultState.CANCELED, ended.state
raises(
    InvalidParameterValue,
    "STREAMING_BACKLOG_BYTES",
    w.jobs.update,
    chain.job_id,
    new_settings=jobs.JobSettings(
        health=jobs.JobsHealthRules(
            rules=[
                jobs.JobsHealthRule(
                    metric=jobs.JobsHealthMetric.STREAMING_BACKLOG_BYTES,
                    op=jobs.JobsHealthOperator.GREATER_THAN,
                    value=1,
                )
            ]
        )
    ),
)

# our own fields and runs are nothing that the client stumbles over
cached = w.api_client.do(
    "POST",
    "/api/2.2/jobs/create",
    body={
        "name": "cached",
        "schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"},
        "tasks": [
            {
                "task_key": "first",
                "cache": {"version": "1"},
                "spark_python_task": {"python_file": "/Shared/p/first.py", "parameters": ["x"]},
            }
        ],
    },
)
assert isinstance(cached, dict)
assert w.jobs.get(cached["job_id"]).settings.tasks[0].task_key == "first"  # type: ignore[union-attr, index]
w.jobs.run_now(cached["job_id"]).result()
hit = w.jobs.run_now(cached["job_id"]).result()
assert hit.state and hit.state.result_state == RunResultState.SUCCESS
assert hit.tasks and "Hit because" in (hit.tasks[0].state.state_message or "")  # type: ignore[union-attr]
begun = w.api_client.do(
    "POST",
    "/api/millrace/1.0/jobs/backfill/create",
    body={"job_id": cached["job_id"], "times_ms": [1767247200000]},
)
assert isinstance(begun, dict)
[filled] = [r for r in w.jobs.list_runs(job_id=cached["job_id"]) if r.trigger is None]
assert w.jobs.wait_get_run_job_terminated_or_skipped(filled.run_id).run_id == filled.run_id

# errors
raises(ResourceDoesNotExist, "does not exist", w.jobs.get, 5)
raises(ResourceDoesNotExist, "does not exist", w.jobs.get_run, 5)
raises(
    InvalidParameterValue,
    "position 3",
    w.jobs.create,
    name="bad cron",
    schedule=jobs.CronSchedule(quartz_cron_expression="0 99 * * * ?", timezone_id="UTC"),
)
raises(
    InvalidParameterValue,
    "cycle: a → b → a",
    w.jobs.create,
    name="cycle",
    tasks=[
        jobs.Task(
            task_key=key,
            depends_on=[jobs.TaskDependency(task_key=other)],
            condition_task=jobs.ConditionTask(
                op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1"
            ),
        )
        for key, other in (("a", "b"), ("b", "a"))
    ],
)
raises(
    InvalidParameterValue,
    "git_source",
    w.jobs.create,
    name="git",
    git_source=jobs.GitSource(
        git_url="https://example.com/x", git_provider=jobs.GitProvider.GIT_HUB, git_branch="main"
    ),
)

w.secrets.create_scope("db")
w.secrets.put_secret("db", "password", string_value="hunter-two")
value = w.secrets.get_secret("db", "password").value
assert value is not None and base64.b64decode(value) == b"hunter-two"
assert [scope.name for scope in w.secrets.list_scopes()] == ["db"]
assert [secret.key for secret in w.secrets.list_secrets("db")] == ["password"]
w.secrets.put_acl("db", "ann", workspace.AclPermission.READ)
assert w.secrets.get_acl("db", "ann").permission == workspace.AclPermission.READ
assert len(list(w.secrets.list_acls("db"))) == 2
w.secrets.delete_acl("db", "ann")
w.secrets.delete_secret("db", "password")
raises(ResourceDoesNotExist, "Failed to find secret", w.secrets.get_secret, "db", "password")
w.secrets.delete_scope("db")

hook = w.notification_destinations.create(
    display_name="hook",
    config=settings.Config(slack=settings.SlackConfig(url="https://hooks.example.com/x")),
)
assert hook.id is not None and hook.destination_type == settings.DestinationType.SLACK
assert w.notification_destinations.get(hook.id).display_name == "hook"
assert w.notification_destinations.update(hook.id, display_name="new").display_name == "new"
assert [found.id for found in w.notification_destinations.list()] == [hook.id]
told = w.jobs.create(
    name="told",
    webhook_notifications=jobs.WebhookNotifications(on_failure=[jobs.Webhook(id=hook.id)]),
)
w.jobs.delete(told.job_id)
w.notification_destinations.delete(hook.id)
raises(
    ResourceDoesNotExist, "no notification destination", w.notification_destinations.get, hook.id
)

w.jobs.delete_run(run.run_id)
raises(ResourceDoesNotExist, "does not exist", w.jobs.get_run, run.run_id)
w.jobs.delete(job_id)
raises(ResourceDoesNotExist, "does not exist", w.jobs.get, job_id)
assert time.time() > 0 and OperationFailed
print("ok")

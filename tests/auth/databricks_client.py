"""Who calls and who there is, as an unmodified databricks-sdk sees it; tokens of its own."""

import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, Unauthenticated
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel
from databricks.sdk.service.jobs import ConditionTask, ConditionTaskOp, Task

EQUAL_TO = ConditionTaskOp.EQUAL_TO

url, password = sys.argv[1:3]

admin = WorkspaceClient(host=url, username="admin", password=password)
assert admin.current_user.me().user_name == "admin"

token = admin.tokens.create(comment="ci", lifetime_seconds=3600)
assert token.token_value and token.token_info
by_token = WorkspaceClient(host=url, token=token.token_value)
assert by_token.current_user.me().user_name == "admin"
assert [found.comment for found in by_token.tokens.list()] == ["ci"]

names = [user.user_name for user in admin.users.list()]
assert names == ["admin", "cai"], names
[cai] = admin.users.list(filter='userName eq "cai"')
assert cai.id and admin.users.get(cai.id).user_name == "cai"

user = WorkspaceClient(host=url, username="cai", password="a password of twelve")
assert user.current_user.me().user_name == "cai"
assert list(user.jobs.list()) == []
try:
    user.jobs.run_now(1)
except PermissionDenied as error:
    assert "workspace" in str(error)
else:
    raise AssertionError("expected PERMISSION_DENIED")

job_id = admin.jobs.create(
    name="guarded",
    tasks=[Task(task_key="t", condition_task=ConditionTask(left="a", op=EQUAL_TO, right="a"))],
).job_id
assert job_id is not None
assert [job.job_id for job in user.jobs.list()] == [job_id]
try:
    user.jobs.run_now(job_id)
except PermissionDenied as error:
    assert "Manage Run" in str(error)
else:
    raise AssertionError("expected PERMISSION_DENIED")
admin.permissions.update(
    "jobs",
    str(job_id),
    access_control_list=[
        AccessControlRequest(user_name="cai", permission_level=PermissionLevel.CAN_MANAGE_RUN)
    ],
)
assert user.jobs.run_now(job_id).run_id
try:
    user.jobs.delete(job_id)
except PermissionDenied:
    pass
else:
    raise AssertionError("expected PERMISSION_DENIED")

admin.tokens.delete(token.token_info.token_id or "")
try:
    by_token.current_user.me()
except Unauthenticated:
    print("all ok")

"""Users, permissions and roles as an unmodified mlflow client and databricks-sdk see them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.server import get_app_client

url, admin_password = sys.argv[1:3]
password = "a password of twelve"
mlflow.set_tracking_uri(url)


@contextmanager
def logged_in(user: str, secret: str = password) -> Iterator[None]:
    os.environ["MLFLOW_TRACKING_USERNAME"] = user
    os.environ["MLFLOW_TRACKING_PASSWORD"] = secret
    yield


def refused(call: Callable[[], object], code: str) -> None:
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, error.message)
    else:
        raise AssertionError(f"expected {code}")


auth = get_app_client("basic-auth", tracking_uri=url)

with logged_in("admin", admin_password):
    ann = auth.create_user("ann", password)
    assert (ann.username, ann.is_admin) == ("ann", False)
    auth.create_user("bob", password)
    refused(lambda: auth.create_user("bob", password), "RESOURCE_ALREADY_EXISTS")
    refused(lambda: auth.create_user("eve", "short"), "INVALID_PARAMETER_VALUE")
    refused(lambda: auth.get_user("eve"), "RESOURCE_DOES_NOT_EXIST")
    assert auth.get_user("bob").username == "bob"

with logged_in("ann", "wrong"):
    refused(lambda: mlflow.search_experiments(), "UNAUTHENTICATED")

with logged_in("ann"):
    experiment_id = mlflow.create_experiment("hers")
    with mlflow.start_run(experiment_id=experiment_id) as run:
        mlflow.log_metric("m", 1.0)
    mlflow.MlflowClient().create_registered_model("churn")
    refused(lambda: auth.create_user("eve", password), "PERMISSION_DENIED")
    refused(lambda: auth.get_user("bob"), "PERMISSION_DENIED")

client = mlflow.MlflowClient()
with logged_in("bob"):
    assert client.get_run(run.info.run_id).data.metrics == {"m": 1.0}
    refused(lambda: client.set_tag(run.info.run_id, "k", "v"), "PERMISSION_DENIED")
    refused(lambda: client.delete_experiment(experiment_id), "PERMISSION_DENIED")
    refused(
        lambda: auth.grant_user_permission("bob", "experiment", experiment_id, "EDIT"),
        "PERMISSION_DENIED",
    )
    refused(lambda: client.set_registered_model_tag("churn", "k", "v"), "PERMISSION_DENIED")

with logged_in("ann"):
    auth.grant_user_permission("bob", "experiment", experiment_id, "EDIT")
    auth.grant_user_permission("bob", "registered_model", "churn", "DENY")

with logged_in("bob"):
    client.set_tag(run.info.run_id, "k", "v")
    held = auth.get_user_permission("bob", "experiment", experiment_id)
    assert (held.allowed, held.permission) == (True, "EDIT")
    refused(lambda: client.get_registered_model("churn"), "PERMISSION_DENIED")
    assert [found.name for found in client.search_registered_models()] == []
    refused(lambda: client.delete_experiment(experiment_id), "PERMISSION_DENIED")

with logged_in("ann"):
    assert [found.name for found in client.search_registered_models()] == ["churn"]
    auth.revoke_user_permission("bob", "experiment", experiment_id)

with logged_in("bob"):
    refused(lambda: client.set_tag(run.info.run_id, "k", "w"), "PERMISSION_DENIED")
    refused(lambda: auth.create_role("default", "mine"), "PERMISSION_DENIED")

with logged_in("admin", admin_password):
    role = auth.create_role("default", "editors", "may edit every experiment")
    given = auth.add_role_permission(role.id, "experiment", "*", "EDIT")
    auth.assign_role("bob", role.id)
    assert [held.name for held in auth.list_user_roles("bob") if held.id == role.id] == ["editors"]
    assert len(auth.list_role_users(role.id)) == 1
    assert [p.permission for p in auth.list_role_permissions(role.id)] == ["EDIT"]

with logged_in("bob"):
    client.set_tag(run.info.run_id, "k", "w")

with logged_in("admin", admin_password):
    assert auth.update_role_permission(given.id, "READ").permission == "READ"
    assert auth.update_role(role.id, name="readers").name == "readers"
    auth.remove_role_permission(given.id)
    auth.unassign_role("bob", role.id)
    auth.delete_role(role.id)
    assert "readers" not in [found.name for found in auth.list_roles("default")]
    auth.update_user_admin("bob", True)

with logged_in("bob"):
    client.delete_experiment(experiment_id)

with logged_in("admin", admin_password):
    auth.update_user_password("ann", "another long password")
    auth.delete_user("bob")

with logged_in("ann"):
    refused(lambda: client.get_registered_model("churn"), "UNAUTHENTICATED")
with logged_in("ann", "another long password"):
    assert client.get_registered_model("churn").name == "churn"

print("all ok")

"""Serving: put a model version behind an endpoint, score tables in batch and as they grow."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from millrace._errors import MillraceError
from millrace._http import call

if TYPE_CHECKING:
    import pandas

__all__ = [
    "delete_stream",
    "deploy",
    "resolve_model",
    "score",
    "score_batch",
    "start_stream",
    "stream",
    "wait_for_endpoint",
    "wait_for_stream",
]

_ENDPOINTS = "/api/2.0/serving-endpoints"
_SERVING = "/api/millrace/1.0/serving"
_MLFLOW = "/api/2.0/mlflow"
_POLL_S = 0.2

Mode = Literal["append", "overwrite", "merge"]


def resolve_model(model: str) -> tuple[str, int]:
    """Finds the version that a URI names now.

    Args:
        model: ``models:/NAME/3``, ``models:/NAME/Production``, ``models:/NAME@ALIAS`` or
            ``models:/NAME/latest``.

    Returns:
        The model's name and the version number.

    Raises:
        MillraceError: ``RESOURCE_DOES_NOT_EXIST`` where there is no such model or version.
        ValueError: Not a model URI.
    """
    if not model.startswith("models:/"):
        raise ValueError(f"{model!r} is not a model URI; write models:/NAME/3")
    path = model.removeprefix("models:/")
    if "@" in path:
        name, alias = path.split("@", 1)
        return name, _version_by_alias(name, alias)
    name, _, rest = path.partition("/")
    if rest.isdigit():
        return name, int(rest)
    if rest == "":
        raise ValueError(
            f"{model!r} names no version; write models:/{name}/3 or models:/{name}/latest"
        )
    if rest.lower() == "latest":
        return name, _version_by_alias(name, "latest")
    found = call(
        "POST", f"{_MLFLOW}/registered-models/get-latest-versions", {"name": name, "stages": [rest]}
    )
    versions = found.get("model_versions", [])
    if not versions:
        raise MillraceError(
            f"Model {name!r} has no version in stage {rest}",
            status=404,
            error_code="RESOURCE_DOES_NOT_EXIST",
            details=[],
        )
    return name, int(versions[0]["version"])


def _version_by_alias(name: str, alias: str) -> int:
    found = call("GET", f"{_MLFLOW}/registered-models/alias", query={"name": name, "alias": alias})
    return int(found["model_version"]["version"])


def deploy(
    endpoint: str,
    model: str | Mapping[str, int],
    *,
    capture: str | None = None,
    workload_size: Literal["Small", "Medium", "Large"] = "Small",
    wait: bool = True,
    timeout_s: float = 1_200.0,
) -> dict[str, Any]:
    """Makes an endpoint serve a model, or several by percentage; the old one serves until then.

    Args:
        endpoint: Made when it is not there.
        model: A model URI, or percentages by model URI that add up to 100.
        capture: ``schema.prefix``: traffic is recorded in table ``<schema>.<prefix>_payload``.
        workload_size: Worker processes of a model that runs in Python: 1, 2 or 4.
        wait: Return once the new version answers.
        timeout_s: How long to wait.

    Returns:
        The endpoint, as ``GET /api/2.0/serving-endpoints/{name}`` answers it.

    Raises:
        MillraceError: The model could not be loaded; the endpoint serves what it served before.
        TimeoutError: Not ready in time.
    """
    shares = {model: 100} if isinstance(model, str) else dict(model)
    entities, routes = [], []
    for uri, percentage in shares.items():
        name, version = resolve_model(uri)
        served = f"{name}-{version}"
        entities.append(
            {
                "name": served,
                "entity_name": name,
                "entity_version": str(version),
                "workload_size": workload_size,
            }
        )
        routes.append({"served_entity_name": served, "traffic_percentage": percentage})
    config: dict[str, Any] = {"served_entities": entities, "traffic_config": {"routes": routes}}
    if capture is not None:
        schema, _, prefix = capture.rpartition(".")
        config["auto_capture_config"] = {
            "schema_name": schema or "default",
            "table_name_prefix": prefix,
            "enabled": True,
        }
    path = f"{_ENDPOINTS}/{quote(endpoint, safe='')}"
    try:
        call("PUT", f"{path}/config", config)
    except MillraceError as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST" or not _is_missing(path):
            raise
        call("POST", _ENDPOINTS, {"name": endpoint, "config": config})
    return wait_for_endpoint(endpoint, timeout_s=timeout_s) if wait else call("GET", path)


def _is_missing(path: str) -> bool:
    try:
        call("GET", path)
    except MillraceError as error:
        return error.error_code == "RESOURCE_DOES_NOT_EXIST"
    return False


def wait_for_endpoint(endpoint: str, *, timeout_s: float = 1_200.0) -> dict[str, Any]:
    """Waits until an endpoint's update has ended.

    Raises:
        MillraceError: ``INVALID_STATE``: the update failed; the message says why.
        TimeoutError: Still updating.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        found = call("GET", f"{_ENDPOINTS}/{quote(endpoint, safe='')}")
        update = found["state"]["config_update"]
        if update == "UPDATE_FAILED":
            raise MillraceError(
                f"The update of endpoint {endpoint!r} failed: {found.get('state_message', '')}",
                status=409,
                error_code="INVALID_STATE",
                details=[],
            )
        if update == "NOT_UPDATING" and found["state"]["ready"] == "READY":
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"Endpoint {endpoint!r} is still {update} after {timeout_s:g} s")
        time.sleep(_POLL_S)


def score(endpoint: str, rows: pandas.DataFrame | Sequence[Mapping[str, Any]]) -> list[Any]:
    """Asks an endpoint for predictions, one for each row.

    Raises:
        MillraceError: ``BAD_REQUEST``: the rows do not fit the model's signature.
    """
    if hasattr(rows, "to_json"):
        import json

        body = {"dataframe_split": json.loads(rows.to_json(orient="split", index=False))}
    else:
        body = {"dataframe_records": [dict(row) for row in rows]}
    answer = call("POST", f"/serving-endpoints/{quote(endpoint, safe='')}/invocations", body)
    predictions: list[Any] = answer["predictions"]
    return predictions


def score_batch(
    model: str,
    table: str,
    output_table: str,
    *,
    key_columns: Sequence[str],
    mode: Mode = "append",
    version: int | None = None,
    idempotency_key: str | None = None,
) -> dict[str, Any]:
    """Scores a table into another: keys, prediction, probability, model, input version, time.

    Exactly once: in a task the rows appear when the task succeeds; elsewhere the same
    ``idempotency_key`` never writes twice.

    Args:
        model: A model URI.
        table: The input.
        output_table: Made when it is not there.
        key_columns: Columns of the input that the output keeps.
        mode: ``merge`` replaces rows with the same keys.
        version: Version of the input; the newest when absent.
        idempotency_key: A new one for each call when absent.

    Returns:
        ``scoring_id``, ``model``, ``version``, ``flavour``, ``input_version``,
        ``output_version`` (None while the task has not succeeded) and ``rows``.

    Raises:
        MillraceError: ``INVALID_PARAMETER_VALUE``: the table lacks columns of the model.
    """
    body: dict[str, Any] = {
        "model": model,
        "table": table,
        "output_table": output_table,
        "mode": mode,
        "key_columns": list(key_columns),
        "idempotency_key": idempotency_key or uuid.uuid4().hex,
    }
    if version is not None:
        body["version"] = version
    return call("POST", f"{_SERVING}/score-batch", body, timeout_s=3_600.0)


def start_stream(
    name: str,
    model: str,
    source_table: str,
    output_table: str,
    *,
    columns: Sequence[str] = (),
    from_version: int | None = None,
) -> dict[str, Any]:
    """Scores what is committed to a table from now on, each commit once. Again: the one that runs.

    Args:
        name: Names the stream.
        model: A model URI; a stage or alias is looked up again for every commit.
        source_table: The table to follow.
        output_table: Made when it is not there.
        columns: Columns of the source that the output keeps; all when empty.
        from_version: First version to score, 0 for everything; the next one when absent.

    Raises:
        MillraceError: ``RESOURCE_ALREADY_EXISTS``: another stream has this name.
    """
    body: dict[str, Any] = {
        "name": name,
        "model": model,
        "source_table": source_table,
        "output_table": output_table,
        "columns": list(columns),
    }
    if from_version is not None:
        body["from_version"] = from_version
    return call("POST", f"{_SERVING}/streams", body, timeout_s=1_200.0)


def stream(name: str) -> dict[str, Any]:
    """A stream's ``state``, ``scored_version``, ``lag_versions``, ``rows_scored`` and ``error``."""
    return call("GET", f"{_SERVING}/streams/{quote(name, safe='')}")


def delete_stream(name: str) -> None:
    """Ends a stream; its output table stays."""
    call("DELETE", f"{_SERVING}/streams/{quote(name, safe='')}")


def wait_for_stream(name: str, *, timeout_s: float = 600.0) -> dict[str, Any]:
    """Waits until a stream has scored every commit of its source.

    Raises:
        TimeoutError: It still lags; the message has the stream's own error.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        found = stream(name)
        if found["lag_versions"] == 0:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"Stream {name!r} lags {found['lag_versions']} commits after {timeout_s:g} s: "
                f"{found['state']} {found['error']}"
            )
        time.sleep(_POLL_S)

"""Tables: read and write them as data frames, query them with SQL, check and ingest files."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from millrace._errors import MillraceError
from millrace._http import call, call_bytes

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["check", "ingest", "read_arrow", "sql", "table", "write_table"]

_PREFIX = "/api/millrace/1.0/tables"
_STATEMENTS = "/api/2.0/sql/statements"
_QUERY = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with|from|values|\()", re.IGNORECASE)
_POLL_S = 0.5

Mode = Literal["append", "overwrite", "merge"]


def table(name: str, version: int | None = None) -> pandas.DataFrame:
    """Reads a table as a pandas data frame.

    Args:
        name: ``main.schema.table``, ``schema.table`` or ``table``.
        version: The version to read; the newest when absent.

    Raises:
        MillraceError: ``RESOURCE_DOES_NOT_EXIST`` where there is no such table or version.
    """
    frame: pandas.DataFrame = read_arrow(name, version).to_pandas()
    return frame


def read_arrow(name: str, version: int | None = None) -> pyarrow.Table:
    """Reads a table as an Arrow table. Takes and raises what :func:`table` does."""
    _require("pyarrow")
    return _read_parquet(call_bytes("GET", f"{_path(name)}/data", query={"version": version}))


def write_table(
    name: str,
    rows: pandas.DataFrame | pyarrow.Table,
    *,
    mode: Mode = "append",
    keys: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Writes rows as one version of a table, which is made when it is not there.

    In a task of a job the rows appear when the task succeeds, together and once.

    Args:
        name: The table.
        rows: The rows. A data frame's index is left out.
        mode: ``append``; ``overwrite`` replaces the rows and columns; ``merge`` replaces the rows
            with the same key and adds the others.
        keys: Key columns of a merge.

    Returns:
        ``table``, ``version`` (None while staged), ``rows`` and ``staged``.

    Raises:
        MillraceError: The rows do not fit the table; the message names the column.
    """
    import pyarrow
    import pyarrow.parquet

    arrow = rows
    if not isinstance(rows, pyarrow.Table):
        arrow = pyarrow.Table.from_pandas(rows, preserve_index=False)
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(
        arrow.replace_schema_metadata(None),
        buffer,
        coerce_timestamps="us",
        allow_truncated_timestamps=True,
    )
    query = {"mode": mode, "keys": _join(keys), "request_id": uuid.uuid4().hex}
    answer = call_bytes("PUT", f"{_path(name)}/data", buffer.getvalue(), query=query)
    return _decode(answer)


def sql(
    query: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    versions: Mapping[str, int] | None = None,
) -> pandas.DataFrame:
    """Runs one statement of Databricks SQL and returns its rows.

    Args:
        query: The statement. A query's columns keep their types; the columns of other statements
            (``SHOW TABLES``, ``UPDATE`` …) are texts.
        parameters: Values for ``:name`` in a query.
        versions: Versions of tables that the query is pinned to, by table name.

    Raises:
        MillraceError: The statement failed; the message says why.
    """
    _require("pandas", "pyarrow")
    if _QUERY.match(query):
        named = [{"name": name, "value": value} for name, value in (parameters or {}).items()]
        body = {"sql": query, "parameters": named, "versions": dict(versions or {})}

        answer = call_bytes(
            "POST", f"{_PREFIX}/query", json.dumps(body).encode(), content_type="application/json"
        )
        frame: pandas.DataFrame = _read_parquet(answer).to_pandas()
        return frame
    if parameters or versions:
        raise ValueError("parameters and versions are for queries")
    return _run_statement(query)


def check(
    checks: str,
    *,
    table: str | None = None,
    version: int | None = None,
    sql: str | None = None,
    gate: bool = False,
) -> dict[str, Any]:
    """Holds rows against checks written in YAML; nothing is changed.

    Args:
        checks: The YAML text.
        table: The table whose rows are checked, at ``version`` or its newest.
        version: Of the table.
        sql: A query whose rows are checked, instead of a table.
        gate: Raise where a rule is broken, instead of reporting it.

    Returns:
        ``passed``, ``rows`` and ``rules``; each rule with ``rule``, ``column``, ``passed``,
        ``found``, ``limit``, ``failing_rows`` and at most ten ``examples`` (``row``, ``value``,
        ``key``).

    Raises:
        MillraceError: The YAML is wrong (line and column are named), or a gate is broken: then
            ``details`` holds the broken rules.
    """
    body = {"checks": checks, "table": table, "version": version, "sql": sql}
    given = {key: value for key, value in body.items() if value is not None}
    return call("POST", f"{_PREFIX}/checks", {**given, "gate": gate})


def ingest(
    name: str,
    path: str,
    *,
    format: Literal["csv", "parquet"] = "csv",
    mode: Mode = "append",
    keys: Sequence[str] | None = None,
    checks: str | None = None,
    schema: str | None = None,
    delimiter: str | None = None,
) -> dict[str, Any]:
    """Reads a file into a table. A broken file leaves the table as it was.

    Args:
        name: The table.
        path: A local file, a workspace path, or ``file:/…`` under an external location of the
            server.
        format: Of the file.
        mode: What happens to the rows that are there; see :func:`write_table`.
        keys: Key columns of a merge.
        checks: Checks as YAML; a broken one refuses the file.
        schema: Column types, ``id BIGINT NOT NULL, name STRING``. Else the types of the checks,
            else those of the table, else the narrowest that fit the values.
        delimiter: Between fields; the one that the header has most of when absent.

    Raises:
        MillraceError: The file is broken or breaks a check; ``details`` names rows and rules.
    """
    options = {
        "format": format,
        "mode": mode,
        "keys": _join(keys),
        "checks": checks,
        "schema": schema,
        "delimiter": delimiter,
        "request_id": uuid.uuid4().hex,
    }
    where = f"{_path(name)}/ingest"
    if path.startswith("file:"):
        given = {key: value for key, value in options.items() if value is not None}
        return call("POST", where, {**given, "path": path})
    return _decode(call_bytes("POST", where, _read_file(path), query=options))


def _read_file(path: str) -> bytes:
    if os.path.isfile(path):
        with open(path, "rb") as file:
            return file.read()
    return call_bytes(
        "GET", "/api/2.0/workspace/export", query={"path": path, "direct_download": "true"}
    )


def _run_statement(statement: str) -> pandas.DataFrame:
    import pandas

    answer = call("POST", _STATEMENTS, {"statement": statement, "wait_timeout": "50s"})
    while answer["status"]["state"] in ("PENDING", "RUNNING"):
        time.sleep(_POLL_S)
        answer = call("GET", f"{_STATEMENTS}/{answer['statement_id']}")
    status = answer["status"]
    if status["state"] != "SUCCEEDED":
        error = status.get("error", {})
        raise MillraceError(
            error.get("message", f"The statement is {status['state']}"),
            status=400,
            error_code=error.get("error_code", "BAD_REQUEST"),
            details=[],
        )
    names = [column["name"] for column in answer["manifest"]["schema"]["columns"]]
    rows = list(answer["result"]["data_array"])
    following = answer["result"].get("next_chunk_internal_link")
    while following:
        chunk = call("GET", following)
        rows.extend(chunk["data_array"])
        following = chunk.get("next_chunk_internal_link")
    return pandas.DataFrame(rows, columns=names)


def _require(*modules: str) -> None:
    """Before anything is asked of the server, so that nothing has happened when one is missing."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                f"Reading tables needs {name}, which is not in this environment; add pandas and "
                "pyarrow to the task's libraries or its environment's dependencies"
            ) from None


def _read_parquet(content: bytes) -> pyarrow.Table:
    import pyarrow
    import pyarrow.parquet

    return pyarrow.parquet.read_table(pyarrow.BufferReader(content))


def _path(name: str) -> str:
    return f"{_PREFIX}/{quote(name, safe='')}"


def _join(keys: Sequence[str] | None) -> str | None:
    return ",".join(keys) if keys else None


def _decode(answer: bytes) -> dict[str, Any]:

    decoded: dict[str, Any] = json.loads(answer)
    return decoded

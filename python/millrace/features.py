"""Feature views, point-in-time training sets and online reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from millrace._http import call

__all__ = ["create_training_set", "create_view", "read_online"]

_PREFIX = "/api/millrace/1.0/features"


def create_view(
    name: str,
    *,
    table: str,
    keys: Sequence[str],
    event_time: str,
    columns: Sequence[str] | Mapping[str, str] = (),
    aggregations: Sequence[Mapping[str, str]] = (),
    known_at: str | None = None,
    row_key: Sequence[str] = (),
    lookback: str | None = None,
    time_zone: str | None = None,
) -> dict[str, Any]:
    """Creates a feature view, or its next version when the definition changed.

    Args:
        name: Of the view.
        table: The source table.
        keys: Entity key columns.
        event_time: Column that says when a row happened.
        columns: Values of the latest row: column names, or column → feature name.
        aggregations: ``{"column", "function", "window", "as"}`` over windows that end at the asked
            time: ``{"column": "amount", "function": "sum", "window": "30d", "as": "s"}``.
        known_at: Column that says when a row was known, where rows are corrected later.
        row_key: Columns that name a fact; rows of one row key are its versions.
        lookback: How old the latest row may be, such as ``30d``; any age when absent.
        time_zone: IANA zone of a TIMESTAMP_NTZ event time.

    Returns:
        The view: ``name``, ``version``, ``columns`` with types.

    Raises:
        MillraceError: A column, duration or type does not fit; the message names it.
    """
    named = columns if isinstance(columns, Mapping) else {column: column for column in columns}
    body: dict[str, Any] = {
        "name": name,
        "table": table,
        "keys": list(keys),
        "event_time": event_time,
        "columns": [{"column": column, "as": alias} for column, alias in named.items()],
        "aggregations": [dict(a) for a in aggregations],
    }
    optional = {"known_at": known_at, "lookback": lookback, "time_zone": time_zone}
    body.update({key: value for key, value in optional.items() if value is not None})
    if row_key:
        body["row_key"] = list(row_key)
    return call("POST", f"{_PREFIX}/views", body)


def create_training_set(
    name: str,
    *,
    spine: str,
    event_time: str,
    views: Sequence[str | Mapping[str, Any]],
    output: str,
    clock: str = "both",
    pin: Mapping[str, int] | None = None,
    overwrite: bool = True,
) -> dict[str, Any]:
    """Writes every spine row with each feature as it could be seen at the row's time.

    Args:
        name: Of the set.
        spine: A SELECT, or the name of a table.
        event_time: The spine's column that says when.
        views: View names, or ``{"view": name, "keys": {view key: spine column}}``.
        output: The table to write; inside a task it is committed when the task succeeds.
        clock: ``both`` sees only what was known at the time, ``event`` leaks corrections.
        pin: Table → version, to read the same data again.
        overwrite: Whether an existing output may be replaced.

    Returns:
        ``table``, ``version``, ``rows``, ``columns``, ``sources`` and ``leak_report``.

    Raises:
        MillraceError: A view, column or table is unknown; the message names it.
    """
    is_query = " " in spine.strip()
    body: dict[str, Any] = {
        "name": name,
        "spine": {"sql": spine} if is_query else {"table": spine},
        "event_time": event_time,
        "views": [view if isinstance(view, str) else dict(view) for view in views],
        "output": output,
        "clock": clock,
        "pin": dict(pin or {}),
        "overwrite": overwrite,
    }
    return call("POST", f"{_PREFIX}/training-sets", body)


def read_online(
    view: str, keys: Sequence[Sequence[str | int | float | None]], *, at: datetime | None = None
) -> list[dict[str, Any]]:
    """The view's features for up to 1,000 entities, in the order of the keys.

    Args:
        view: Of the features.
        keys: One list of key values per entity.
        at: The time to look from; now when absent.

    Raises:
        MillraceError: The view is unknown, or a key has the wrong number of values.
    """
    body: dict[str, Any] = {"view": view, "keys": [list(key) for key in keys]}
    if at is not None:
        body["at"] = at.isoformat()
    answer = call("POST", f"{_PREFIX}/online/read", body)
    columns: list[str] = answer["columns"]
    return [dict(zip(columns, row, strict=True)) for row in answer["rows"]]

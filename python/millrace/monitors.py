"""Monitors: drift and quality against a baseline, and the alerts they raise."""

from __future__ import annotations

from typing import Any

from millrace._http import call

__all__ = ["create", "refresh"]

_PREFIX = "/api/millrace/1.0/monitors"


def create(name: str, **definition: Any) -> dict[str, Any]:
    """Creates a monitor, or gives it another definition.

    Args:
        name: Of the monitor.
        **definition: ``table``, ``baseline``, and what the REST interface takes beside them.

    Raises:
        MillraceError: A field is unknown or of the wrong type; the message names it.
    """
    return call("POST", _PREFIX, {"name": name, **definition})


def refresh(name: str) -> dict[str, Any]:
    """Compares the newest window with the baseline.

    Returns:
        ``window``, ``table_version``, ``measurements`` and ``alerts``.

    Raises:
        MillraceError: The monitor, its table or a column does not exist.
    """
    return call("POST", f"{_PREFIX}/{name}/refresh", {})

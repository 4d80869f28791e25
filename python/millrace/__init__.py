"""Millrace from Python: tables, features, AutoML, gates, serving and monitors.

``millrace.dbutils`` is what notebooks know as ``dbutils``: task values, secrets, local files.

Names are loaded when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

from millrace._errors import MillraceError, ServerUnreachable

__all__ = ["MillraceError", "ServerUnreachable"]

_ROOMS = frozenset({"automl", "features", "gates", "monitors", "serving", "tables"})
_FROM_TABLES = frozenset({"check", "ingest", "read_arrow", "sql", "table", "write_table"})


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"millrace.{name}")
    if name == "dbutils":
        return importlib.import_module("millrace._dbutils").DbUtils()
    if name in _FROM_TABLES:
        return getattr(importlib.import_module("millrace.tables"), name)
    raise AttributeError(f"module 'millrace' has no attribute {name!r}")

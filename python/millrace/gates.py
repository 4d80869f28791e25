"""Holds model versions against their promotion contract."""

from __future__ import annotations

from typing import Any

from millrace._http import call

__all__ = ["evaluate", "set_contract"]

_PREFIX = "/api/millrace/1.0/gates"


def set_contract(model: str, contract: str) -> dict[str, Any]:
    """Puts a promotion contract (the text of ``promotion.yaml``) in force.

    Raises:
        MillraceError: The text does not fit; the message names line and column.
    """
    return call("PUT", f"{_PREFIX}/contracts/{model}", {"contract": contract})


def evaluate(model: str, version: int | str) -> dict[str, Any]:
    """Checks a version and acts: Staging and a request for Production, or Archived.

    Returns:
        ``id``, ``passed`` and ``checks``: each with ``id``, ``passed``, ``value``, ``limit``.

    Raises:
        MillraceError: The version or its contract does not exist.
    """
    body = {"model": model, "version": int(version)}
    return call("POST", f"{_PREFIX}/evaluations", body, timeout_s=900)

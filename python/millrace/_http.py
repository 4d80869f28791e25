"""Calls to the Millrace server with nothing but the standard library."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from millrace._errors import MillraceError, ServerUnreachable

__all__ = ["call", "call_bytes", "send_file", "server_url"]

_RETRIED_STATUSES = frozenset({429, 502, 503, 504})
# A task outlives its server: while that restarts, the task waits instead of failing.
_TASK_PATIENCE_S = 600.0
_PATIENCE_S = 30.0
_LONGEST_PAUSE_S = 2.0


def server_url() -> str:
    """The server's address: ``MILLRACE_URL``, or the local default."""
    return os.environ.get("MILLRACE_URL", "http://127.0.0.1:5000").rstrip("/")


def call(
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    timeout_s: float = 300.0,
) -> dict[str, Any]:
    """Sends JSON and returns the JSON answer.

    Raises:
        MillraceError: The server refused; carries its ``error_code``, message and details.
        ServerUnreachable: No answer after retries.
    """
    data = None if body is None else json.dumps(body).encode()
    answer = call_bytes(
        method, path, data, query=query, content_type="application/json", timeout_s=timeout_s
    )
    decoded: dict[str, Any] = json.loads(answer) if answer else {}
    return decoded


def call_bytes(
    method: str,
    path: str,
    data: bytes | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    content_type: str = "application/octet-stream",
    timeout_s: float = 300.0,
) -> bytes:
    """Sends bytes and returns the bytes of the answer. Raises like :func:`call`."""
    url = server_url() + path
    if query:
        pairs = {k: v for k, v in query.items() if v is not None}
        url += "?" + urllib.parse.urlencode(pairs, doseq=True)
    headers = {"Content-Type": content_type} if data is not None else {}
    token = os.environ.get("MILLRACE_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    give_up = time.monotonic() + _patience_s()
    pause = 0.1
    while True:
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            if error.code not in _RETRIED_STATUSES or time.monotonic() > give_up:
                raise MillraceError.from_response(error.code, error.read()) from None
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if time.monotonic() > give_up:
                raise ServerUnreachable(url, error) from error
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE_S, 2 * pause)


def _patience_s() -> float:
    return _TASK_PATIENCE_S if "MILLRACE_ATTEMPT_ID" in os.environ else _PATIENCE_S


def send_file(
    method: str, path: str, file: str, *, query: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Sends a file's bytes and returns the JSON answer. Raises like :func:`call`."""
    with open(file, "rb") as opened:
        answer = call_bytes(method, path, opened.read(), query=query)
    decoded: dict[str, Any] = json.loads(answer) if answer else {}
    return decoded

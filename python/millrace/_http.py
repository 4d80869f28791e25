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
_MAX_TRIES = 8


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
    for attempt in range(1, _MAX_TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            if error.code not in _RETRIED_STATUSES or attempt == _MAX_TRIES:
                raise MillraceError.from_response(error.code, error.read()) from None
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if attempt == _MAX_TRIES:
                raise ServerUnreachable(url, error) from error
        time.sleep(min(10.0, 0.2 * 2**attempt))
    raise AssertionError("the loop above returns or raises")


def send_file(
    method: str, path: str, file: str, *, query: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Sends a file's bytes and returns the JSON answer. Raises like :func:`call`."""
    with open(file, "rb") as opened:
        answer = call_bytes(method, path, opened.read(), query=query)
    decoded: dict[str, Any] = json.loads(answer) if answer else {}
    return decoded

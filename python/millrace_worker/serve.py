"""A long-lived worker: loads one function, then answers calls over a unix socket.

    loading ─(function ready, socket listening)→ waiting ─(server connects)→ serving ─(closed)→ gone

A request is ``length:u32 id:u32 kind:u8 payload`` (big-endian; length counts id, kind and
payload), an answer the same with ``status`` in place of ``kind``. Kind and status 0 mean JSON,
1 bytes; status 2 is an error: JSON ``{type, message, traceback}``. Requests may be sent before
earlier ones are answered; answers come in order.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["serve"]

_HEAD = struct.Struct(">IIB")
_CONNECT_TIMEOUT_S = 60.0
_JSON, _BYTES, _ERROR = 0, 1, 2

Handler = Callable[[Any], Any]


def serve(entry: Mapping[str, Any], ready: Callable[[], None]) -> None:
    """Loads ``entry['module'].entry['function']`` and serves the handler that it returns."""
    sys.path.insert(0, os.getcwd())
    function: Any = importlib.import_module(entry["module"])
    for name in entry["function"].split("."):
        function = getattr(function, name)
    args = entry["args"]
    handler: Handler = function(**args) if isinstance(args, dict) else function(*(args or []))
    path = entry["socket"]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(1)
    listener.settimeout(_CONNECT_TIMEOUT_S)
    ready()
    try:
        channel, _ = listener.accept()
    finally:
        listener.close()
        with contextlib.suppress(OSError):
            os.unlink(path)
    channel.settimeout(None)
    with channel, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _serve_channel(channel, handler)


def _serve_channel(channel: socket.socket, handler: Handler) -> None:
    buffer = bytearray()
    while data := channel.recv(1 << 20):
        buffer += data
        answers = bytearray()
        start = 0
        while len(buffer) - start >= _HEAD.size:
            size, number, kind = _HEAD.unpack_from(buffer, start)
            end = start + 4 + size
            if len(buffer) < end:
                break
            answers += _answer(handler, number, (kind, bytes(buffer[start + _HEAD.size : end])))
            start = end
        del buffer[:start]
        if answers:
            channel.sendall(answers)


def _answer(handler: Handler, number: int, request: tuple[int, bytes]) -> bytes:
    kind, payload = request
    try:
        answer = handler(json.loads(payload) if kind == _JSON else payload)
        if isinstance(answer, (bytes, bytearray, memoryview)):
            status, body = _BYTES, bytes(answer)
        else:
            status, body = _JSON, json.dumps(answer).encode()
    except Exception as error:
        from millrace_worker.child import describe_error

        status, body = _ERROR, json.dumps(describe_error(error)).encode()
    return _HEAD.pack(len(body) + 5, number, status) + body

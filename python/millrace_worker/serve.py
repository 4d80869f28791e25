"""A long-lived worker: loads one function, then answers calls over a unix socket.

    loading ─(function ready, socket listening)→ waiting ─(server connects)→ serving ─(closed)→ gone

A request is ``length:u32 id:u32 kind:u8 payload`` (big-endian; length counts id, kind and
payload), an answer the same with ``status`` in place of ``kind``. Kind and status 0 mean JSON,
1 bytes; status 2 is an error: JSON ``{type, message, traceback}``. Requests may be sent before
earlier ones are answered; answers come in order.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from millrace_worker._errors import describe_error

__all__ = ["serve"]

_HEAD = struct.Struct(">IIB")
_CONNECT_TIMEOUT_S = 60.0
_JSON, _BYTES, _ERROR = 0, 1, 2

_MAX_BATCH = 512

Handler = Callable[[Any], Any]
Request = tuple[int, int, bytes]
AnswerAll = Callable[[list[Request]], Iterable[bytes]]


def serve(entry: Mapping[str, Any], ready: Callable[[], None]) -> None:
    """Loads ``entry['module'].entry['function']`` and serves the handler that it returns.

    With ``entry['batch']`` the handler takes a list of payloads, all that have arrived while it
    worked, and returns a list as long; an exception in that list answers its own request only.
    """
    sys.path.insert(0, os.getcwd())
    function: Any = importlib.import_module(entry["module"])
    for name in entry["function"].split("."):
        function = getattr(function, name)
    args = entry["args"]
    handler: Handler = function(**args) if isinstance(args, dict) else function(*(args or []))
    answer_all = _batched(handler) if entry.get("batch") else _one_by_one(handler)
    gc.collect()
    gc.freeze()
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
        _serve_channel(channel, answer_all)


def _serve_channel(channel: socket.socket, answer_all: AnswerAll) -> None:
    buffer = bytearray()
    while data := channel.recv(1 << 20):
        buffer += data
        while requests := _take_requests(buffer):
            channel.sendall(b"".join(answer_all(requests)))


def _take_requests(buffer: bytearray) -> list[Request]:
    """Removes whole requests from the front of the buffer, as many as one batch may hold."""
    requests: list[Request] = []
    start = 0
    while len(buffer) - start >= _HEAD.size and len(requests) < _MAX_BATCH:
        size, number, kind = _HEAD.unpack_from(buffer, start)
        end = start + 4 + size
        if len(buffer) < end:
            break
        requests.append((number, kind, bytes(buffer[start + _HEAD.size : end])))
        start = end
    del buffer[:start]
    return requests


def _one_by_one(handler: Handler) -> AnswerAll:
    def answer_all(requests: list[Request]) -> Iterator[bytes]:
        for number, kind, payload in requests:
            try:
                yield _encode(number, handler(_decode(kind, payload)))
            except Exception as error:
                yield _encode(number, error)

    return answer_all


def _batched(handler: Handler) -> AnswerAll:
    def answer_all(requests: list[Request]) -> Iterator[bytes]:
        answers: list[Any]
        try:
            answers = handler([_decode(kind, payload) for _, kind, payload in requests])
            if len(answers) != len(requests):
                raise ValueError(f"{len(answers)} answers to {len(requests)} requests")
        except Exception as error:
            answers = [error] * len(requests)
        for (number, _, _), answer in zip(requests, answers, strict=True):
            yield _encode(number, answer)

    return answer_all


def _decode(kind: int, payload: bytes) -> Any:
    return json.loads(payload) if kind == _JSON else payload


def _encode(number: int, answer: Any) -> bytes:
    try:
        if isinstance(answer, (bytes, bytearray, memoryview)):
            status, body = _BYTES, bytes(answer)
        elif isinstance(answer, Exception):
            status, body = _ERROR, json.dumps(describe_error(answer)).encode()
        else:
            status, body = _JSON, json.dumps(answer).encode()
    except (TypeError, ValueError) as error:
        status, body = _ERROR, json.dumps(describe_error(error)).encode()
    return _HEAD.pack(len(body) + 5, number, status) + body

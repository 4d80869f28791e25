"""Frames between the Millrace server, a fork server and its children.

A frame is a 4-byte big-endian length and that many bytes of UTF-8 JSON (one object). Frames of
a serving worker carry binary payloads instead; see :mod:`millrace_worker.serve`.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

__all__ = [
    "MAX_FRAME_BYTES",
    "PROTOCOL",
    "FrameReader",
    "Message",
    "clear",
    "encode",
    "is_cleared",
    "receive",
    "send",
]

Message = dict[str, Any]

PROTOCOL = 1
MAX_FRAME_BYTES = 256 * 1024 * 1024
_LENGTH = struct.Struct(">I")


def encode(message: Message) -> bytes:
    """The frame of one message."""
    body = json.dumps(message, separators=(",", ":"), default=str).encode()
    return _LENGTH.pack(len(body)) + body


def send(channel: socket.socket, message: Message) -> None:
    """Sends one message, waiting until all of it is on its way."""
    channel.sendall(encode(message))


def receive(channel: socket.socket) -> Message | None:
    """Waits for one message; None when the other side has closed."""
    head = _receive_exactly(channel, _LENGTH.size)
    if head is None:
        return None
    body = _receive_exactly(channel, _LENGTH.unpack(head)[0])
    if body is None:
        return None
    decoded: Message = json.loads(body)
    return decoded


def clear(channel: socket.socket) -> None:
    """Lets a child that has been sent an attempt run it."""
    channel.sendall(b"!")


def is_cleared(channel: socket.socket) -> bool:
    """Waits to be cleared; False when the other side has closed instead."""
    try:
        return channel.recv(1) != b""
    except OSError:
        return False


def _receive_exactly(channel: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


class FrameReader:
    """Collects bytes as they arrive and hands out whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Adds bytes; yields every message that is complete.

        Raises:
            ValueError: The frame is longer than :data:`MAX_FRAME_BYTES` or not JSON.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            size = _LENGTH.unpack_from(self._buffer)[0]
            if size > MAX_FRAME_BYTES:
                raise ValueError(f"a frame of {size} bytes; at most {MAX_FRAME_BYTES} are allowed")
            end = _LENGTH.size + size
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield json.loads(body)

"""The Millrace servers that are connected to a fork server, without ever waiting for one."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable

from millrace_worker.protocol import FrameReader, Message, encode

__all__ = ["Clients"]


class _Client:
    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.reader = FrameReader()
        self.unsent = bytearray()


class Clients:
    """Accepts connections, answers requests and tells everyone about events."""

    def __init__(
        self,
        listener: socket.socket,
        selector: selectors.BaseSelector,
        answer: Callable[[Message], Message],
    ) -> None:
        self._listener = listener
        self._selector = selector
        self._answer = answer
        self._connected: list[_Client] = []
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, self._accept)

    def __len__(self) -> int:
        return len(self._connected)

    def broadcast(self, message: Message) -> None:
        """Sends an event to every client."""
        for client in list(self._connected):
            self._post(client, message)

    def close(self) -> None:
        """Closes every socket, as a forked child must."""
        self._listener.close()
        for client in self._connected:
            client.channel.close()

    def _accept(self, _mask: int) -> None:
        with contextlib.suppress(BlockingIOError):
            channel, _ = self._listener.accept()
            channel.setblocking(False)
            client = _Client(channel)
            self._connected.append(client)
            self._selector.register(channel, selectors.EVENT_READ, self._action(client))

    def _action(self, client: _Client) -> Callable[[int], None]:
        def act(mask: int) -> None:
            try:
                if mask & selectors.EVENT_WRITE:
                    self._flush(client)
                if mask & selectors.EVENT_READ:
                    self._read(client)
            except (OSError, ValueError):
                self._drop(client)

        return act

    def _read(self, client: _Client) -> None:
        data = client.channel.recv(1 << 20)
        if not data:
            self._drop(client)
            return
        for message in client.reader.feed(data):
            self._post(client, {"id": message.get("id"), **self._answer(message)})

    def _post(self, client: _Client, message: Message) -> None:
        client.unsent += encode(message)
        try:
            self._flush(client)
        except OSError:
            self._drop(client)

    def _flush(self, client: _Client) -> None:
        with contextlib.suppress(BlockingIOError):
            while client.unsent:
                sent = client.channel.send(client.unsent)
                del client.unsent[:sent]
        if client in self._connected:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)
            if self._selector.get_key(client.channel).events != events:
                self._selector.modify(client.channel, events, self._action(client))

    def _drop(self, client: _Client) -> None:
        if client in self._connected:
            self._connected.remove(client)
            self._selector.unregister(client.channel)
            client.channel.close()

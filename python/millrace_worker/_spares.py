"""How many forked children wait, and when more are made.

Right after a fork every page that the parent touches has to be copied, so forks come in bursts:

    full ─(half of the spares used, or idle)→ filling ─(target reached)→ full

The target grows while attempts come faster than spares are made, and shrinks when they do not.
"""

from __future__ import annotations

import socket
import time
from collections import deque

__all__ = ["Spare", "Spares"]

_SHRINK_AFTER_S = 60.0
_IDLE_S = 0.05
_MOST = 64
_LIGHT_BYTES = 32 << 20  # a parent up to this size may have them all

Spare = tuple[int, socket.socket]


class Spares:
    """The children that wait for an attempt."""

    def __init__(self, *, least: int) -> None:
        self._least = least
        self._most = _MOST
        self._target = least
        self._waiting: deque[Spare] = deque()
        self._filling = True
        self._last_taken = time.monotonic()
        self._last_short = time.monotonic()

    def limit_memory(self, parent_bytes: int) -> None:
        """Takes into account what a forked child costs: page tables, and pages it writes to."""
        self._most = max(self._least, min(_MOST, _MOST * _LIGHT_BYTES // max(1, parent_bytes)))

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def channels(self) -> list[socket.socket]:
        """The sockets of the waiting children."""
        return [channel for _, channel in self._waiting]

    @property
    def pids(self) -> list[int]:
        """The waiting children."""
        return [pid for pid, _ in self._waiting]

    def take(self) -> Spare | None:
        """One that has waited longest; None when all are taken."""
        now = time.monotonic()
        self._last_taken = now
        if len(self._waiting) <= self._target // 4:
            self._filling = True
            self._last_short = now
            self._target = min(self._most, self._target * 2)
        elif now - self._last_short > _SHRINK_AFTER_S:
            self._last_short = now
            self._target = max(self._least, self._target // 2)
        return self._waiting.popleft() if self._waiting else None

    def add(self, spare: Spare) -> None:
        """Puts a new child among the waiting."""
        self._waiting.append(spare)
        if len(self._waiting) >= self._target:
            self._filling = False

    def hold_off(self) -> None:
        """The machine has no room for more now; tries again when an attempt comes."""
        self._filling = False
        self._target = max(1, len(self._waiting))

    def forget(self, pid: int) -> None:
        """Removes a child that has ended."""
        for spare in [spare for spare in self._waiting if spare[0] == pid]:
            spare[1].close()
            self._waiting.remove(spare)

    def wait_s(self) -> float | None:
        """Seconds until one more should be forked: 0 for now, None for not at all."""
        if self._filling:
            return 0.0
        if len(self._waiting) >= self._target:
            return None
        return max(0.0, self._last_taken + _IDLE_S - time.monotonic())

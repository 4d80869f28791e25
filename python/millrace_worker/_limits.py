"""Limits of attempts: wall time by a timer, memory and processor time by looking.

Looking happens ten times a second, and only while an attempt with such a limit runs. What attempts
write is looked after by :mod:`millrace_worker._storage`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from millrace_worker import _processes as processes
from millrace_worker._attempt import Attempt
from millrace_worker._storage import Storage, shorten_log

__all__ = ["Limits"]

_WATCH_S = 0.1
_WALL_GRACE_S = 2.0


class _Terminate(Protocol):
    def __call__(self, attempt: Attempt, reason: str, *, grace_s: float) -> None: ...


class Limits:
    """Ends attempts that go over a limit, with a message that names it."""

    def __init__(
        self,
        *,
        after: Callable[[float, Callable[[], None]], None],
        running: Callable[[], Iterable[Attempt]],
        terminate: _Terminate,
    ) -> None:
        self._after = after
        self._running = running
        self._terminate = terminate
        self._watching = False
        self._storage = Storage(after=after, running=running, terminate=terminate)

    def arm(self, attempt: Attempt) -> None:
        """Begins to hold an attempt to its limits."""
        wall_ms = attempt.limits.get("wall_ms")
        if wall_ms:
            wall_s = float(wall_ms) / 1000
            self._after(wall_s, lambda: self._wall_over(attempt, wall_s))
        if not self._watching and _is_watched(attempt):
            self._watching = True
            self._after(_WATCH_S, self._watch)
        self._storage.arm()

    def settle(self, attempt: Attempt) -> None:
        """Holds what an attempt that has ended leaves behind to its limits."""
        shorten_log(attempt)

    def _wall_over(self, attempt: Attempt, wall_s: float) -> None:
        if attempt.status is not None or attempt.reason is not None:
            return
        attempt.limit_message = (
            f"The attempt was still running after its limit of {wall_s:g} s. "
            "Raise the limit, or make it do less"
        )
        self._terminate(attempt, "wall", grace_s=_WALL_GRACE_S)

    def _watch(self) -> None:
        watched = [attempt for attempt in self._running() if _is_watched(attempt)]
        self._watching = bool(watched)
        if watched:
            self._after(_WATCH_S, self._watch)
        for attempt in watched:
            if attempt.reason is None and attempt.status is None:
                self._check(attempt)

    def _check(self, attempt: Attempt) -> None:
        pids = processes.descendants_of(attempt.pid)
        memory = int(attempt.limits.get("memory_bytes") or 0)
        used = processes.memory_of(pids, memory) if memory else 0
        attempt.peak_memory = max(attempt.peak_memory, used)
        cpu_s = float(attempt.limits.get("cpu_ms") or 0) / 1000
        if memory and used > memory:
            attempt.limit_message = (
                f"The attempt used {_mib(used)} of memory; its limit is {_mib(memory)}. "
                "Raise the limit, or make it hold less at once"
            )
            self._terminate(attempt, "memory", grace_s=0)
        elif cpu_s and processes.cpu_seconds_of(pids) > cpu_s:
            attempt.limit_message = (
                f"The attempt used more processor time than its limit of {cpu_s:g} s. "
                "Raise the limit, or make it do less"
            )
            self._terminate(attempt, "cpu", grace_s=0)


def _is_watched(attempt: Attempt) -> bool:
    return bool(attempt.limits.get("memory_bytes") or attempt.limits.get("cpu_ms"))


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"

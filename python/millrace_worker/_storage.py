"""Keeps one attempt from filling the disk for everybody.

A log over its limit loses its middle: its first and its last half stay where they are in the file,
which has a hole between them that takes no room; ``<log>.gap`` says where. When less than the
reserve is left on the disk, the attempt that has written most ends.

Looking happens twice a second, and only while an attempt runs.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from typing import Protocol

from millrace_worker import _processes as processes
from millrace_worker._attempt import Attempt

__all__ = ["Storage", "shorten_log"]

_WATCH_S = 0.5
# File systems give back whole blocks only.
_BLOCK = 1 << 16
# An attempt that has written less does not end for what others have filled.
_LEAST_WRITTEN = 16 << 20


class _Terminate(Protocol):
    def __call__(self, attempt: Attempt, reason: str, *, grace_s: float) -> None: ...


class Storage:
    """Looks after what running attempts write."""

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

    def arm(self) -> None:
        """Begins to look, unless it does already."""
        if not self._watching:
            self._watching = True
            self._after(_WATCH_S, self._watch)

    def _watch(self) -> None:
        running = [attempt for attempt in self._running() if attempt.status is None]
        self._watching = bool(running)
        if running:
            self._after(_WATCH_S, self._watch)
        for attempt in running:
            if not shorten_log(attempt):
                _say_why(attempt, f"printed more than {_mib(_log_limit(attempt))}, its limit")
                self._terminate(attempt, "disk", grace_s=0)
        self._keep_reserve([attempt for attempt in running if attempt.reason is None])

    def _keep_reserve(self, running: list[Attempt]) -> None:
        reserve = max((_reserve(attempt) for attempt in running), default=0)
        if reserve == 0:
            return
        free = _free_bytes(running[0].folder)
        if free >= reserve:
            return
        written = {a: processes.written_by(processes.descendants_of(a.pid)) for a in running}
        most = max(running, key=lambda attempt: written[attempt])
        if written[most] < _LEAST_WRITTEN:
            return
        _say_why(
            most,
            f"had written {_mib(written[most])}, more than any other, when only {_mib(free)} were "
            f"left on the disk of {most.folder}; {_mib(reserve)} are kept free (--disk-reserve-mb)",
        )
        self._terminate(most, "disk", grace_s=0)


def shorten_log(attempt: Attempt) -> bool:
    """Drops the middle of a log that is over its limit; False when the disk cannot do that."""
    limit = _log_limit(attempt)
    try:
        size = os.stat(attempt.log).st_size if limit else 0
    except OSError:
        return True
    start = _whole_blocks(limit // 2)
    end = _whole_blocks(size - limit // 2)
    known = max(start, attempt.log_dropped_to)
    if size <= limit or end <= known:
        return True
    with contextlib.suppress(OSError):
        # Readers must know of the hole before it is there.
        _write_gap(attempt.log, start, end)
        if processes.punch_hole(attempt.log, known, end):
            attempt.log_dropped_to = end
            return True
        os.unlink(f"{attempt.log}.gap")
    return False


def _write_gap(log: str, start: int, end: int) -> None:
    with open(f"{log}.gap.new", "w", encoding="utf-8") as file:
        json.dump({"from": start, "to": end}, file)
    os.replace(f"{log}.gap.new", f"{log}.gap")


def _whole_blocks(size: int) -> int:
    return size // _BLOCK * _BLOCK


def _say_why(attempt: Attempt, why: str) -> None:
    attempt.limit_message = f"The attempt {why}. Free some space, or make it write less"


def _log_limit(attempt: Attempt) -> int:
    return int(attempt.limits.get("log_bytes") or 0)


def _reserve(attempt: Attempt) -> int:
    return int(attempt.limits.get("disk_reserve_bytes") or 0)


def _free_bytes(folder: str) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"

"""One attempt as its fork server sees it.

    running ─(kill, limit)→ terminating ─(process ends)→ draining ─(group empty, grace over)→ ended
       ├────────────────────(process ends)────────────────────────────────────────────────→ ended
       └─(says that it leaves, and is alone)──────────────────────────────────────────────→ ended

Ended means: every process of the attempt is gone or past its last instruction, and ``exit.json``
is in its folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import socket
import time
from typing import Any

from millrace_worker._processes import signal_name
from millrace_worker.protocol import FrameReader, Message

__all__ = ["Attempt", "claim", "is_claimed", "make_folder", "now_ms", "read_exit", "write_exit"]

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|CREDENTIAL|_KEY$", re.IGNORECASE)

_SIGNAL_MEANING = {
    "SIGSEGV": "it touched memory that is not its own",
    "SIGABRT": "it gave up",
    "SIGBUS": "it touched memory that does not exist",
    "SIGILL": "it met an instruction this processor does not have",
    "SIGFPE": "it divided by zero in native code",
    "SIGKILL": "killed from outside, possibly because the machine ran out of memory",
    "SIGTERM": "asked to end from outside",
}


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Attempt:
    """A running attempt."""

    def __init__(self, spec: Message, pid: int, channel: socket.socket) -> None:
        self.attempt_id: str = spec["attempt_id"]
        self.folder: str = spec["folder"]
        self.log: str = spec["log"]
        # Up to where the middle of its log has been given back to the disk.
        self.log_dropped_to = 0
        self.limits: dict[str, Any] = spec.get("limits") or {}
        self.pid = pid
        self.channel = channel
        self.started_at = now_ms()
        self.reason: str | None = None
        self.limit_message: str | None = None
        self.grace_until: float | None = None
        self.peak_memory = 0
        self.outcome: Message = {}
        self.reader = FrameReader()
        self.status: int | None = None
        self.max_rss_bytes = 0
        self.cpu_ms = 0

    def ended(self, status: int, usage: resource.struct_rusage) -> None:
        """Its first process has been reaped."""
        self.status = status
        self.max_rss_bytes = usage.ru_maxrss * 1024
        self.cpu_ms = round((usage.ru_utime + usage.ru_stime) * 1000)

    def leaves(self) -> bool:
        """Whether its first process has said, unasked, that it has done its last."""
        leaving = self.outcome.get("leaving")
        if leaving is None or self.reason is not None or self.status is not None:
            return False
        self.status = leaving["exit_code"] << 8
        self.max_rss_bytes = leaving["max_rss_bytes"]
        self.cpu_ms = leaving["cpu_ms"]
        return True

    def in_grace(self) -> bool:
        """Whether what is left of it may still end by itself."""
        return self.grace_until is not None and time.monotonic() < self.grace_until

    def report(self) -> Message:
        """How it ended, in the words of ``exit.json``."""
        status = self.status if self.status is not None else 0
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        name = None if number is None else signal_name(number)
        report: Message = {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": name,
            "reason": self.reason or "exited",
            "started_at": self.started_at,
            "ended_at": now_ms(),
            "max_rss_bytes": max(self.max_rss_bytes, self.peak_memory),
            "cpu_ms": self.cpu_ms,
        }
        error = self._error(name)
        if error is not None:
            report["error"] = error
        if "result" in self.outcome:
            report["result"] = self.outcome["result"]
        return report

    def _error(self, signal: str | None) -> Message | None:
        if self.limit_message is not None:
            return {"type": "LimitExceeded", "message": self.limit_message, "traceback": ""}
        if "error" in self.outcome:
            error: Message = self.outcome["error"]
            return error
        if self.reason == "killed":
            return {"type": "Killed", "message": "The attempt was cancelled", "traceback": ""}
        if signal is None:
            return None
        meaning = _SIGNAL_MEANING.get(signal, "ended from outside")
        message = f"The process was ended by {signal}: {meaning}"
        return {"type": "Signal", "message": message, "traceback": ""}


def claim(folder: str, attempt: Message) -> bool:
    """Makes the folder this attempt's own; False when it has been launched before."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        _write_whole(os.path.join(folder, "spec.json"), flags, json.dumps(_public(attempt)))
    except FileExistsError:
        return False
    except OSError:
        _disclaim(folder)
        raise
    secrets = attempt.get("secrets") or []
    if secrets:
        # One JSON text a line; the task adds those that it reads while it runs.
        text = "".join(json.dumps(secret) + "\n" for secret in secrets)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        _write_whole(os.path.join(folder, "secrets.jsonl"), flags, text)
    return True


def make_folder(folder: str) -> None:
    """Makes the folder of an attempt, unless it is there."""
    with contextlib.suppress(FileExistsError):
        os.makedirs(folder, mode=0o700)


def is_claimed(folder: str) -> bool:
    """Whether the attempt has been launched before."""
    return os.path.exists(os.path.join(folder, "spec.json"))


def _disclaim(folder: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(folder, "spec.json"))


def _write_whole(path: str, flags: int, text: str) -> None:
    fd = os.open(path, flags, 0o600)
    try:
        data = memoryview(text.encode())
        while data:
            data = data[os.write(fd, data) :]
    finally:
        os.close(fd)


def _public(attempt: Message) -> Message:
    secrets = set(attempt.get("secrets") or [])
    env = {
        name: "***" if _SECRET_NAME.search(name) or value in secrets else value
        for name, value in attempt["env"].items()
    }
    return {**{k: v for k, v in attempt.items() if k != "secrets"}, "env": env}


def read_exit(folder: str) -> Message | None:
    """The report of an attempt that has ended."""
    with contextlib.suppress(OSError, ValueError), open(os.path.join(folder, "exit.json")) as file:
        report: Message = json.load(file)
        return report
    return None


def write_exit(folder: str, report: Message) -> None:
    """Writes the report so that a reader sees all of it or none."""
    path = os.path.join(folder, "exit.json")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    _write_whole(f"{path}.new", flags, json.dumps(report))
    os.replace(f"{path}.new", path)

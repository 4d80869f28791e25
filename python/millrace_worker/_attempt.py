"""One attempt as its fork server sees it.

    running ─(kill, limit)→ terminating ─(process ends)→ draining ─(group empty, grace over)→ ended
       └────────────────────(process ends)────────────────────────────────────────────────→ ended

Ended means: every process of the attempt is gone, and ``exit.json`` is in its folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from millrace_worker._processes import signal_name
from millrace_worker.protocol import FrameReader, Message

__all__ = ["Attempt", "claim", "now_ms", "read_exit", "write_exit"]

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


@dataclass
class Attempt:
    """A running attempt."""

    attempt_id: str
    folder: str
    pid: int
    channel: socket.socket
    limits: dict[str, Any]
    started_at: int = field(default_factory=now_ms)
    reason: str | None = None
    limit_message: str | None = None
    grace_until: float | None = None
    peak_memory: int = 0
    outcome: Message = field(default_factory=dict)
    reader: FrameReader = field(default_factory=FrameReader)
    status: int | None = None
    usage: resource.struct_rusage | None = None

    def in_grace(self) -> bool:
        """Whether what is left of it may still end by itself."""
        return self.grace_until is not None and time.monotonic() < self.grace_until

    def report(self) -> Message:
        """How it ended, in the words of ``exit.json``."""
        status = self.status if self.status is not None else 0
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        name = None if number is None else signal_name(number)
        peak = self.usage.ru_maxrss * 1024 if self.usage else 0
        report: Message = {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": name,
            "reason": self.reason or "exited",
            "started_at": self.started_at,
            "ended_at": now_ms(),
            "max_rss_bytes": max(peak, self.peak_memory),
            "cpu_ms": round((self.usage.ru_utime + self.usage.ru_stime) * 1000)
            if self.usage
            else 0,
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
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        fd = os.open(os.path.join(folder, "spec.json"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(fd, "w") as file:
        json.dump(_public(attempt), file, indent=1)
    secrets = attempt.get("secrets") or []
    if secrets:
        # One JSON text a line; the task adds those that it reads while it runs.
        path = os.path.join(folder, "secrets.jsonl")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.writelines(json.dumps(secret) + "\n" for secret in secrets)
    return True


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
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(f"{path}.new", "w") as file:
        json.dump(report, file)
    os.replace(f"{path}.new", path)

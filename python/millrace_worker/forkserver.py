"""One warm Python process per environment that turns requests into child processes.

    starting ─(modules imported, socket listening)→ serving ─(nothing to do for long)→ gone
                                                       └─(retired and nothing running)→ gone

It keeps a few forked children waiting (``spares``), because forking a process that has numpy and
scikit-learn imported takes 11-13 ms and handing an attempt to a waiting one takes a tenth of one;
:mod:`millrace_worker._spares` says how many.
It outlives the Millrace server that started it for as long as attempts run; their ``exit.json``
is the truth that the next server reads.

Requests carry ``id`` and ``op``; the answer repeats the ``id``. Events have no ``id``.

=========  =============================================================================
op         answer
=========  =============================================================================
hello      ``{protocol, pid, python, preload_errors, running: [attempt_id]}``
launch     ``{state: started|attached|ended|vanished, pid?, started_at?}``
attach     ``{state: running|ended|unknown, pid?, started_at?}``
kill       ``{known}``: SIGTERM to the group now, SIGKILL after ``grace_ms``
retire     ``{}``: leave as soon as nothing runs
=========  =============================================================================

Events: ``{event: exit, attempt_id, report}`` and ``{event: ready, attempt_id}`` (a worker serves).
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import gc
import heapq
import importlib
import itertools
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import TextIO

from millrace_worker import _processes as processes
from millrace_worker._attempt import Attempt, claim, is_claimed, make_folder, read_exit, write_exit
from millrace_worker._clients import Clients
from millrace_worker._environment_use import hold_own_environment
from millrace_worker._errors import describe_error
from millrace_worker._limits import Limits
from millrace_worker._spares import Spare, Spares
from millrace_worker.child import base_environment, run_child
from millrace_worker.protocol import PROTOCOL, Message, clear, send

__all__ = ["ForkServer", "main"]

_ALREADY_RUNNING = 75
_LONELY_S = 20.0
_LOCK_WAIT_S = 10.0


class ForkServer:
    """See the module's own words."""

    def __init__(
        self, *, listener: socket.socket, lock: TextIO, spares: Spares, options: Message
    ) -> None:
        self._path: str = options["socket"]
        self._idle_s = float(options.get("idle_s", 600.0))
        self._check_s = float(options.get("check_s", _LONELY_S / 2))
        self._lock = lock
        self._spares = spares
        self._attempts: dict[str, Attempt] = {}
        self._by_pid: dict[int, Attempt] = {}
        self._leaving: set[int] = set()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._retired = False
        self._last_used = time.monotonic()
        self._base = base_environment(os.environ)
        self._preload_errors: dict[str, str] = {}
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        self._clients = Clients(listener, self._selector, self._answer)
        self._limits = Limits(
            after=self._after,
            running=lambda: list(self._attempts.values()),
            terminate=self._terminate,
        )

    def preload(self, modules: list[str]) -> None:
        """Imports modules ahead of time; one that fails here fails again in the task."""
        for name in modules:
            try:
                importlib.import_module(name)
            except BaseException as error:
                self._preload_errors[name] = f"{type(error).__name__}: {error}"
        gc.collect()
        gc.freeze()
        self._spares.limit_memory(processes.memory_of([os.getpid()], sys.maxsize))

    def run(self) -> None:
        """Serves until there is nothing left to do."""
        for channel in (self._wake_read, self._wake_write):
            channel.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        processes.adopt_orphans()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._on_wake)
        # However long the imports took, whoever asked for them has yet to connect.
        self._last_used = time.monotonic()
        self._check_idle()
        while not (self._retired and not self._attempts):
            self._turn()

    def _turn(self) -> None:
        waits = [self._spares.wait_s()]
        if self._timers:
            waits.append(max(0.0, self._timers[0][0] - time.monotonic()))
        ready = self._selector.select(min((w for w in waits if w is not None), default=None))
        for key, mask in ready:
            self._safely(functools.partial(key.data, mask))
        while self._timers and self._timers[0][0] <= time.monotonic():
            self._safely(heapq.heappop(self._timers)[2])
        # Forking takes a while: only when nobody waits for an answer.
        if not ready and self._spares.wait_s() == 0:
            try:
                self._spares.add(self._fork())
            except OSError as error:
                self._spares.hold_off()
                print(f"no spare could be forked: {error}", file=sys.stderr)

    def _safely(self, action: Callable[[], None]) -> None:
        """A fault with one attempt must not take the others down."""
        try:
            action()
        except Exception as error:
            print(describe_error(error)["traceback"], file=sys.stderr)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), action))

    def _check_idle(self) -> None:
        if not os.path.exists(self._path):
            # The data folder is gone: nobody can ask for these attempts any more.
            for attempt in list(self._attempts.values()):
                self._terminate(attempt, "killed", grace_s=0)
            self._retired = True
        idle = time.monotonic() - self._last_used
        if not self._attempts and idle >= (self._idle_s if self._clients else _LONELY_S):
            self._retired = True
        self._after(self._check_s, self._check_idle)

    # Requests

    def _answer(self, message: Message) -> Message:
        self._last_used = time.monotonic()
        handler = {
            "hello": self._hello,
            "launch": self._launch,
            "attach": self._attach,
            "kill": self._kill,
            "retire": self._retire,
        }.get(str(message.get("op")))
        if handler is None:
            return {"error": f"unknown op {message.get('op')!r}"}
        try:
            return handler(message)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _hello(self, _message: Message) -> Message:
        self._retired = False
        return {
            "protocol": PROTOCOL,
            "pid": os.getpid(),
            "python": sys.version.split()[0],
            "preload_errors": self._preload_errors,
            "running": list(self._attempts),
        }

    def _retire(self, _message: Message) -> Message:
        self._retired = True
        return {}

    def _attach(self, message: Message) -> Message:
        attempt = self._attempts.get(message["attempt_id"])
        if attempt is not None:
            return {"state": "running", "pid": attempt.pid, "started_at": attempt.started_at}
        ended = read_exit(message["folder"]) is not None
        return {"state": "ended" if ended else "unknown"}

    def _launch(self, message: Message) -> Message:
        spec = message["attempt"]
        attempt_id, folder = spec["attempt_id"], spec["folder"]
        known = self._attempts.get(attempt_id)
        if known is not None:
            return {"state": "attached", "pid": known.pid, "started_at": known.started_at}
        if is_claimed(folder):
            return self._launched_before(folder)
        make_folder(folder)
        # The child prepares while the attempt is written down, and runs nothing before it is.
        pid, channel = self._hand_over(spec)
        try:
            claimed = claim(folder, spec)
        except OSError:
            channel.close()
            raise
        if not claimed:
            channel.close()
            return self._launched_before(folder)
        with contextlib.suppress(OSError):  # a child that is gone is reaped as any other
            clear(channel)
        attempt = Attempt(spec, pid, channel)
        self._attempts[attempt_id] = attempt
        self._by_pid[pid] = attempt
        channel.setblocking(False)
        self._selector.register(
            channel, selectors.EVENT_READ, lambda _mask: self._read_outcome(attempt)
        )
        self._limits.arm(attempt)
        return {"state": "started", "pid": pid, "started_at": attempt.started_at}

    def _launched_before(self, folder: str) -> Message:
        return {"state": "ended" if read_exit(folder) is not None else "vanished"}

    def _hand_over(self, spec: Message) -> Spare:
        while (spare := self._spares.take()) is not None:
            try:
                send(spare[1], spec)
                return spare
            except OSError:
                spare[1].close()
        spare = self._fork()
        send(spare[1], spec)
        return spare

    def _kill(self, message: Message) -> Message:
        attempt = self._attempts.get(message["attempt_id"])
        if attempt is None:
            return {"known": False}
        self._terminate(attempt, "killed", grace_s=float(message["grace_ms"]) / 1000)
        return {"known": True}

    # Children

    def _fork(self) -> Spare:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            self._become_child(theirs, ours)
        theirs.close()
        return pid, ours

    def _become_child(self, theirs: socket.socket, ours: socket.socket) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            processes.die_with_parent()
            processes.adopt_orphans()
            os.setsid()
            self._close_inherited(ours)
            run_child(theirs, self._base)
        finally:
            os._exit(70)

    def _close_inherited(self, ours: socket.socket) -> None:
        self._selector.close()
        self._clients.close()
        self._lock.close()
        inherited = [ours, self._wake_read, self._wake_write]
        inherited += self._spares.channels
        inherited += [attempt.channel for attempt in self._attempts.values()]
        for channel in inherited:
            channel.close()

    def _read_outcome(self, attempt: Attempt) -> None:
        if attempt.channel.fileno() < 0:
            return  # ended by an earlier event of the same turn
        try:
            while data := attempt.channel.recv(1 << 20):
                for message in attempt.reader.feed(data):
                    self._on_child_message(attempt, message)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            pass
        self._unregister(attempt.channel)

    def _unregister(self, channel: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(channel)

    def _on_child_message(self, attempt: Attempt, message: Message) -> None:
        if message.get("ready"):
            self._clients.broadcast({"event": "ready", "attempt_id": attempt.attempt_id})
        else:
            attempt.outcome = message
            if not processes.main_children(attempt.pid) and attempt.leaves():
                self._leaving.add(attempt.pid)
                self._by_pid.pop(attempt.pid, None)
                # Ending it after that takes nobody's time who waits for it to end.
                self._end(attempt)
                processes.kill_group(attempt.pid, signal.SIGKILL)
            else:
                with contextlib.suppress(OSError):
                    attempt.channel.shutdown(socket.SHUT_WR)

    def _on_wake(self, _mask: int) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_read.recv(4096):
                pass
        self._reap()
        for attempt in [a for a in self._attempts.values() if a.status is not None]:
            self._end_if_empty(attempt)

    def _reap(self) -> None:
        left = False
        while (found := processes.next_zombie()) is not None:
            attempt = self._by_pid.pop(found, None)
            if attempt is not None and not attempt.in_grace():
                # Before it is reaped, so that its number cannot have become somebody else's.
                processes.kill_group(found, signal.SIGKILL)
            _, status, usage = os.wait4(found, 0)
            if attempt is not None:
                attempt.ended(status, usage)
            elif found in self._leaving:
                self._leaving.discard(found)
                left = True
            else:
                self._spares.forget(found)
        if left:
            # One that was killed before it could be dismissed may have left something behind.
            self._kill_strays()

    def _end_if_empty(self, attempt: Attempt) -> None:
        alive = processes.kill_group(attempt.pid, 0)
        if alive and attempt.in_grace():
            return
        if alive:
            processes.kill_group(attempt.pid, signal.SIGKILL)
        self._kill_strays()
        self._read_outcome(attempt)
        self._end(attempt)

    def _end(self, attempt: Attempt) -> None:
        self._unregister(attempt.channel)
        attempt.channel.close()
        del self._attempts[attempt.attempt_id]
        self._limits.settle(attempt)
        report = attempt.report()
        # On a full disk the server that listens still hears of it.
        with contextlib.suppress(OSError):
            write_exit(attempt.folder, report)
        self._last_used = time.monotonic()
        self._clients.broadcast(
            {"event": "exit", "attempt_id": attempt.attempt_id, "report": report}
        )

    def _kill_strays(self) -> None:
        """Kills what dead attempts left behind.

        A living attempt adopts its own orphans, so a child of ours that is neither an attempt nor
        a spare has lost its attempt; one that is still granted its grace is in that one's group.
        """
        draining = {a.pid for a in self._attempts.values() if a.status is not None and a.in_grace()}
        known = {*self._by_pid, *self._leaving, *self._spares.pids}
        for pid in processes.main_children(os.getpid()):
            if pid in known:
                continue
            with contextlib.suppress(OSError):
                if os.getpgid(pid) not in draining:
                    processes.kill_tree(pid)

    def _terminate(self, attempt: Attempt, reason: str, *, grace_s: float) -> None:
        if attempt.reason is None:
            attempt.reason = reason
        until = time.monotonic() + grace_s
        if attempt.grace_until is None or until < attempt.grace_until:
            attempt.grace_until = until
            self._after(grace_s, lambda: self._grace_over(attempt))
        if grace_s > 0:
            processes.kill_group(attempt.pid, signal.SIGTERM)

    def _grace_over(self, attempt: Attempt) -> None:
        if self._attempts.get(attempt.attempt_id) is not attempt:
            return
        if attempt.status is None:
            processes.kill_group(attempt.pid, signal.SIGKILL)
            processes.kill_tree(attempt.pid)
        else:
            self._end_if_empty(attempt)


def main(argv: list[str]) -> int:
    """Starts a fork server and says ``ready`` on standard output once it listens.

    Its argument is a JSON object: ``socket``, and ``preload``, ``spares``, ``idle_s`` (how long
    without work) and ``check_s`` (how often it looks) where the defaults are not wanted.
    """
    options: Message = json.loads(argv[0])
    path: str = options["socket"]
    lock = _take_lock(path)
    if lock is None:
        return _ALREADY_RUNNING
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    environment = hold_own_environment()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    spares = Spares(least=options.get("spares", 4))
    server = ForkServer(listener=listener, lock=lock, spares=spares, options=options)
    server.preload(options.get("preload", []))
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(16)
    os.write(1, b"ready\n")
    os.dup2(2, 1)
    try:
        server.run()
    finally:
        listener.close()
        if environment is not None:
            os.utime(environment)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    return 0


def _take_lock(path: str) -> TextIO | None:
    """Held until the process ends; None when another server listens on the socket."""
    lock = open(f"{path}.lock", "w")  # noqa: SIM115
    until = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            # One that is about to leave does not listen any more.
            if _listens(path) or time.monotonic() > until:
                return None
            time.sleep(0.02)


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        return channel.connect_ex(path) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

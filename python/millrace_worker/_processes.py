"""What the kernel knows about processes: trees, memory, and who is told when a parent ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

__all__ = [
    "adopt_orphans",
    "children_of",
    "cpu_seconds_of",
    "descendants_of",
    "die_with_parent",
    "kill_group",
    "kill_tree",
    "main_children",
    "memory_of",
    "next_zombie",
    "punch_hole",
    "signal_name",
    "written_by",
]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_FALLOC_KEEP_SIZE_AND_PUNCH_HOLE = 3
_PAGE = os.sysconf("SC_PAGE_SIZE")
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def next_zombie() -> int | None:
    """A child that has ended and still waits to be reaped."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if found is None else found.si_pid


def children_of(pid: int) -> list[int]:
    """Living and zombie children of a process; empty where the kernel does not tell."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    return found


def main_children(pid: int) -> list[int]:
    """Like :func:`children_of`, where only the main thread has any."""
    with contextlib.suppress(OSError):
        fd = os.open(f"/proc/{pid}/task/{pid}/children", os.O_RDONLY)
        try:
            return [int(child) for child in os.read(fd, 1 << 20).split()]
        finally:
            os.close(fd)
    return []


def descendants_of(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for known in found:
        found += children_of(known)
    return found


def kill_tree(pid: int) -> None:
    """SIGKILL to a process and everything below it."""
    for each in descendants_of(pid):
        with contextlib.suppress(OSError):
            os.kill(each, signal.SIGKILL)


def kill_group(pgid: int, number: int) -> bool:
    """Signals a process group; False when it has no members left."""
    try:
        os.killpg(pgid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def memory_of(pids: list[int], limit: int) -> int:
    """Bytes of memory held by the processes together.

    Resident size counts shared pages once for each process, so it is only believed up to the
    limit; above it the proportional share is asked, which costs more.
    """
    resident = sum(_resident(pid) for pid in pids)
    if resident <= limit:
        return resident
    return sum(_proportional(pid) for pid in pids)


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return _resident(pid)


def cpu_seconds_of(pids: list[int]) -> float:
    """Processor time used so far by the processes and by their children that have ended."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def written_by(pids: list[int]) -> int:
    """Bytes that the processes have sent to disks, less what was deleted before it got there.

    Counts their children that have ended too; 0 where the kernel does not tell.
    """
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/io") as file:
            counts = dict(line.split(": ") for line in file.read().splitlines())
            total += int(counts["write_bytes"]) - int(counts["cancelled_write_bytes"])
    return total


def punch_hole(path: str, start: int, end: int) -> bool:
    """Gives a part of a file back to the disk; positions stay. False where that cannot be done."""
    if _libc is None:
        return False
    fd = os.open(path, os.O_WRONLY)
    try:
        offset, length = ctypes.c_int64(start), ctypes.c_int64(end - start)
        return bool(_libc.fallocate(fd, _FALLOC_KEEP_SIZE_AND_PUNCH_HOLE, offset, length) == 0)
    finally:
        os.close(fd)


def signal_name(number: int) -> str:
    """``SIGTERM`` for 15; ``SIG64`` for a number without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"

"""Removes Python environments that nobody has used for long; servers of one machine share them.

A fork server holds ``<environment>.use`` (``flock``, shared) for as long as it or one of its
attempts lives, and touches it when it starts and ends. What can be locked for itself alone is
therefore not in use, and the file's time says since when. Packages stay in uv's cache, from which
an environment is built again without the network.

Prints one JSON object a line: ``{"name", "size_bytes", "last_used_ms"}``; the size is what removing
it gives back, without what it shares with the cache.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator

__all__ = ["main"]

_ENVIRONMENT = re.compile(r"[0-9a-f]{32}")
_LEFT_OVER = re.compile(r"([0-9a-f]{32})\.(building|removing)-\d+")


@contextlib.contextmanager
def _alone(path: str) -> Iterator[bool]:
    """Whether nobody else holds the lock file; held until the end of the block when so."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(fd)


def _last_used_ms(path: str) -> int:
    used = f"{path}.use"
    return os.stat(used if os.path.exists(used) else path).st_mtime_ns // 1_000_000


def _size(folder: str) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found = os.lstat(os.path.join(parent, name))
                total += found.st_blocks * 512 if found.st_nlink == 1 else 0
    return total


def _collect(path: str, unused_since_ms: int, *, remove: bool) -> None:
    last_used_ms = _last_used_ms(path)
    if last_used_ms >= unused_since_ms:
        return
    with _alone(f"{path}.lock") as nobody_builds, _alone(f"{path}.use") as nobody_uses:
        if not (nobody_builds and nobody_uses):
            return
        size = _size(path)
        if remove:
            gone = f"{path}.removing-{os.getpid()}"
            os.rename(path, gone)
            shutil.rmtree(gone, ignore_errors=True)
            os.unlink(f"{path}.use")
        else:
            # Making the lock file was no use of it.
            os.utime(f"{path}.use", ns=(last_used_ms * 1_000_000, last_used_ms * 1_000_000))
    found = {"name": os.path.basename(path), "size_bytes": size, "last_used_ms": last_used_ms}
    print(json.dumps(found))


def _clear_left_over(folder: str, name: str, environment: str) -> None:
    with _alone(os.path.join(folder, f"{environment}.lock")) as nobody_builds:
        if nobody_builds:
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


def main(argv: list[str]) -> int:
    """Looks through ``--folder``; removes only with ``--remove``."""
    parser = argparse.ArgumentParser(prog="millrace_worker.collect_environments")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--unused-since-ms", required=True, type=int)
    parser.add_argument("--remove", action="store_true")
    options = parser.parse_args(argv)
    try:
        names = sorted(os.listdir(options.folder))
    except FileNotFoundError:
        return 0
    for name in names:
        left_over = _LEFT_OVER.fullmatch(name)
        path = os.path.join(options.folder, name)
        try:
            if left_over and options.remove:
                _clear_left_over(options.folder, name, left_over[1])
            elif _ENVIRONMENT.fullmatch(name):
                _collect(path, options.unused_since_ms, remove=options.remove)
        except OSError as error:
            print(f"{path}: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Builds one Python environment, once, however many servers ask for it at the same time.

    waiting for the lock file → (folder there) done
                              → building under a temporary name → renamed → done

The lock is the kernel's (``flock``), so a builder that is killed leaves none behind; what it had
built so far is cleared away by the next one. Prints ``{"size_bytes": n}``; what went wrong goes
to standard error, with exit code 1.
"""

from __future__ import annotations

import argparse
import fcntl
import glob
import json
import os
import shutil
import subprocess
import sys

__all__ = ["main"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(done.stdout.strip() or f"{command[0]} ended with {done.returncode}")


def _build(target: str, lock: str, uv: list[str]) -> None:
    for left_over in glob.glob(f"{glob.escape(target)}.building-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    folder = f"{target}.building-{os.getpid()}"
    if not lock.strip():
        _run([sys.executable, "-m", "venv", "--without-pip", folder])
    else:
        _run([*uv, "venv", "--relocatable", "--no-project", "-p", sys.executable, folder])
        with open(os.path.join(folder, "requirements.lock"), "w") as file:
            file.write(lock)
        python = os.path.join(folder, "bin", "python")
        _run([*uv, "pip", "sync", "--python", python, file.name])
    os.rename(folder, target)


def _size(folder: str) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        total += sum(os.lstat(os.path.join(parent, name)).st_size for name in names)
    return total


def main(argv: list[str]) -> int:
    """Reads the lock text from standard input and builds it into ``--target``."""
    parser = argparse.ArgumentParser(prog="millrace_worker.build_environment")
    parser.add_argument("--target", required=True)
    parser.add_argument("--uv", required=True)
    parser.add_argument("--cache-dir", required=True)
    options = parser.parse_args(argv)
    lock = sys.stdin.read()
    uv = [options.uv, "--no-python-downloads", "--no-config", "--quiet"]
    uv += ["--cache-dir", options.cache_dir]
    os.makedirs(os.path.dirname(options.target), exist_ok=True)
    try:
        with open(f"{options.target}.lock", "w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if not os.path.isdir(options.target):
                _build(options.target, lock, uv)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"size_bytes": _size(options.target)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

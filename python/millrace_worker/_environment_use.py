"""Marks an environment as used, so that nobody collects it. Every fork imports it: kept small."""

from __future__ import annotations

import fcntl
import os
import sys

__all__ = ["hold_own_environment"]


def hold_own_environment() -> int | None:
    """Marks the environment of this interpreter as used until this process and its forks end."""
    if sys.prefix == sys.base_prefix:
        return None
    try:
        fd = os.open(f"{sys.prefix}.use", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(fd, fcntl.LOCK_SH)
        os.utime(fd)
    except OSError:
        # A folder that nobody may write to is not ours to collect either.
        return None
    return fd

"""Runs what a wheel task names: an entry point of an installed package, or one of its functions."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from importlib import metadata
from typing import Any

__all__ = ["run"]


def run(package: str, entry_point: str) -> None:
    """Calls the entry point without arguments; it reads them from ``sys.argv``.

    Raises:
        LookupError: The package is not installed, or has no such entry point and no such function.
    """
    find(package, entry_point)()


def find(package: str, entry_point: str) -> Callable[[], Any]:
    """The entry point of the package's metadata, else the function of that name in the package."""
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise LookupError(
            f"Package {package!r} is not installed in the environment of this task; "
            "name its wheel in the task's libraries or the job's environment"
        ) from None
    for point in distribution.entry_points:
        if point.name == entry_point:
            found: Callable[[], Any] = point.load()
            return found
    module = importlib.import_module(re.sub(r"[-.]+", "_", package))
    function = getattr(module, entry_point, None)
    if not callable(function):
        names = sorted(point.name for point in distribution.entry_points)
        raise LookupError(
            f"Package {package!r} has no entry point {entry_point!r} (it has {names}) "
            "and no function of that name"
        )
    return function  # type: ignore[no-any-return]

"""Runs what a Python operator task names: a function, or a class that can be executed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

__all__ = ["find", "run"]


def run(main: str, parameters: Mapping[str, str]) -> Any:
    """Calls the function with the parameters as named arguments.

    A class is made with them, and its ``execute`` is called.

    Raises:
        LookupError: There is no such module, or nothing of that name in it that can be called.
    """
    target = find(main)
    result = target(**parameters)
    execute = getattr(result, "execute", None) if isinstance(target, type) else None
    return execute() if callable(execute) else result


def find(main: str) -> Any:
    """What the dotted name means: a module, and names inside it.

    Raises:
        LookupError: There is no such module, or nothing of that name in it that can be called.
    """
    module_name, _, rest = main.rpartition(".")
    names = [rest]
    while True:
        try:
            found: Any = importlib.import_module(module_name)
            break
        except ModuleNotFoundError as error:
            # A module that is there but lacks one of its own imports says so itself.
            if not _is_part(error.name, module_name):
                raise
            module_name, _, rest = module_name.rpartition(".")
            if module_name == "":
                package = main.split(".")[0]
                raise LookupError(
                    f"Package {package!r} is not installed in the environment of this task; "
                    "name its wheel in the task's libraries or the job's environment"
                ) from None
            names.insert(0, rest)
    for name in names:
        found = getattr(found, name, None)
    if not callable(found):
        raise LookupError(
            f"{main!r} is no function or class: module {module_name!r} has no callable "
            f"{'.'.join(names)!r}"
        )
    return found


def _is_part(missing: str | None, module_name: str) -> bool:
    return missing is not None and f"{module_name}.".startswith(f"{missing}.")

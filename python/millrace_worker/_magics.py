"""The notebook magics that tasks use; any other is refused by name."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = [
    "Magic",
    "cell_magic",
    "find_notebook",
    "install_ipython_shim",
    "run_common",
    "translate_lines",
]

_CELL_MAGICS = frozenset({"python", "sql", "run", "pip", "sh", "fs", "time", "capture", "bash"})
_SILENT = frozenset({"load_ext", "autoreload", "matplotlib", "reload_ext", "config"})
_IPYTHON_DISPLAY = "IPython.core.display_functions"
_LINE = re.compile(r"^(\s*)(%|!)([A-Za-z_]\w*)?(.*)$")


class Magic:
    """``%name rest`` and, for a cell magic, the lines below."""

    def __init__(self, name: str, rest: str, body: str) -> None:
        self.name = name
        self.rest = rest
        self.body = body


def cell_magic(source: str) -> Magic | None:
    """The magic that a whole cell is, when its first line is one."""
    first, _, body = source.lstrip().partition("\n")
    found = re.match(r"%%?([A-Za-z_]\w*)[ \t]*(.*)", first)
    if not found:
        return None
    doubled = first.startswith("%%")
    if not doubled and found[1] not in {"python", "sql", "run", "sh"}:
        return None
    if found[1] not in _CELL_MAGICS:
        raise ValueError(
            f"The cell magic %%{found[1]} is not supported; use one of "
            + ", ".join(f"%%{name}" for name in sorted(_CELL_MAGICS))
        )
    if found[1] in {"time", "capture"}:
        return Magic("python", "", body)
    return Magic("sh" if found[1] == "bash" else found[1], found[2], body)


def translate_lines(source: str) -> str:
    """Python with each magic or shell line turned into a call that runs it."""
    if "%" not in source and "!" not in source:
        return source
    lines = source.split("\n")
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found is None or not _starts_statement(lines, number):
            continue
        if found[2] == "!":
            name, rest = "sh", f"{found[3] or ''}{found[4]}"
        elif found[3]:
            name, rest = found[3], found[4].strip()
        else:
            continue
        lines[number] = f"{found[1]}__millrace_magic__({name!r}, {rest!r})"
    return "\n".join(lines)


def _starts_statement(lines: list[str], number: int) -> bool:
    """Whether what stands above is complete Python, so that this line is not inside a string."""
    above = "\n".join(lines[:number])
    quotes = above.count('"""') % 2 or above.count("'''") % 2
    opened = sum(above.count(c) for c in "([{") - sum(above.count(c) for c in ")]}")
    return not quotes and opened <= 0 and not above.endswith("\\")


def run_common(magic: Magic) -> Any:
    """Runs a magic that needs nothing of the notebook.

    Raises:
        ValueError: There is no such magic here.
    """
    if magic.name in _SILENT:
        return None
    if magic.name == "pip":
        return _pip(magic.rest)
    if magic.name == "sh":
        return _shell(f"{magic.rest}\n{magic.body}".strip())
    if magic.name == "time":
        started = time.perf_counter()
        value = eval(magic.rest, sys.modules["__main__"].__dict__)
        print(f"Wall time: {time.perf_counter() - started:.3f} s")
        return value
    raise ValueError(f"The magic %{magic.name} is not supported in tasks; write it as Python")


def _shell(command: str) -> None:
    import subprocess

    done = subprocess.run(
        command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    sys.stdout.write(done.stdout)
    if done.returncode != 0:
        raise RuntimeError(f"{command!r} ended with exit code {done.returncode}")


def _pip(rest: str) -> None:
    """The server has installed what ``%pip install`` lines of the notebook name; this checks it.

    Raises:
        ValueError: Another command than ``install``.
        ModuleNotFoundError: A package is not in the environment: a notebook that ``%run`` includes
            cannot add to it.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    command, _, words = rest.partition(" ")
    if command != "install":
        raise ValueError(f"%pip {rest}: only %pip install is supported in tasks")
    names = re.findall(r"(?:^|[\s\"'])([A-Za-z][\w.-]*)(?=[\s\"'=<>!~\[]|$)", words.split("#")[0])
    for name in names:
        if name.endswith((".whl", ".txt")):
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            raise ModuleNotFoundError(
                f"{name} is not in this task's environment. Put its %pip install line into the "
                "notebook that the task runs, or add it to the task's libraries"
            ) from None
        print(f"{name} {found.version} is in this task's environment")


def find_notebook(target: str, folder: str) -> str:
    """The file that ``%run`` or ``dbutils.notebook.run`` means.

    Raises:
        FileNotFoundError: Names the places that were looked at.
    """
    base = target if os.path.isabs(target) else os.path.normpath(os.path.join(folder, target))
    tried = [base, f"{base}.py", f"{base}.ipynb"]
    for path in tried:
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"There is no notebook {target!r}; looked for {', '.join(tried)}")


class _Shown:
    def __init__(self, data: Any = None, **_options: Any) -> None:
        self.data = data


def _shim_class(name: str, mime: str) -> type:
    def bundle(self: Any, **_options: Any) -> dict[str, Any]:
        return {mime: self.data}

    return type(name, (_Shown,), {"_repr_mimebundle_": bundle})


def install_ipython_shim(
    show: Callable[..., None], show_bundle: Callable[[dict[str, Any]], None]
) -> None:
    """Makes ``from IPython.display import display, HTML, …`` work, with IPython or without it."""

    def display(*values: Any, raw: bool = False, **_options: Any) -> None:
        if raw:
            for value in values:
                show_bundle(value)
        else:
            show(*values)

    if _has_ipython():
        _patch_on_import(display)
        return
    package, module = ModuleType("IPython"), ModuleType("IPython.display")
    # matplotlib looks at the version of any IPython that it finds.
    package.__dict__.update(
        display=module, get_ipython=lambda: None, version_info=(9, 0, 0, ""), __path__=[]
    )
    module.__dict__.update(
        display=display,
        clear_output=lambda *_args, **_kwargs: None,
        HTML=_shim_class("HTML", "text/html"),
        Markdown=_shim_class("Markdown", "text/markdown"),
        SVG=_shim_class("SVG", "image/svg+xml"),
        Latex=_shim_class("Latex", "text/latex"),
        JSON=_shim_class("JSON", "application/json"),
    )
    sys.modules["IPython"], sys.modules["IPython.display"] = package, module


def _has_ipython() -> bool:
    import importlib.util

    known = sys.modules.get("IPython")
    if known is not None:
        return known.__spec__ is not None  # our own stand-in has none
    return importlib.util.find_spec("IPython") is not None


def _patch_on_import(display: Callable[..., None]) -> None:
    """IPython's own ``display`` prints when no shell runs; ours keeps the rich output."""
    import importlib.util

    imported = [sys.modules.get(name) for name in ("IPython.display", _IPYTHON_DISPLAY)]
    for module in imported:
        if module is not None:
            module.__dict__["display"] = display
    if imported[1] is not None:
        return

    class Finder:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
            if name != _IPYTHON_DISPLAY:
                return None
            sys.meta_path.remove(Finder)
            spec = importlib.util.find_spec(name)
            if spec is None or spec.loader is None:
                return None
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                module.__dict__["display"] = display

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
            return spec

    sys.meta_path.insert(0, Finder)

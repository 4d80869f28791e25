"""Runs a notebook without Jupyter: cells in one namespace, outputs kept as nbformat 4.5.

Reads ``.ipynb`` and Databricks source files (``# Databricks notebook source``, cells parted by
``# COMMAND ----------``, ``# MAGIC`` lines). The executed notebook is written as it goes, so
that a run that fails or is killed shows how far it came.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import re
import sys
import time
from collections.abc import Mapping
from typing import Any

from millrace_worker import _display, _magics
from millrace_worker._errors import describe_error
from millrace_worker._masking import mask_secrets

__all__ = ["Ended", "parse", "run"]

Cell = dict[str, Any]
Notebook = dict[str, Any]

_HEADER = "# Databricks notebook source"
_SEPARATOR = re.compile(r"^# COMMAND -{10}\s*$", re.MULTILINE)
_WRITE_EVERY_S = 2.0
_CO_COROUTINE = 0x80  # inspect.CO_COROUTINE, without importing inspect into every fork


class Ended:
    """How a notebook ended: an error, or the value given to ``dbutils.notebook.exit``."""

    def __init__(self, error: BaseException | None = None, result: str | None = None) -> None:
        self.error = error
        self.result = result


def parse(path: str) -> Notebook:
    """A notebook file as nbformat 4.5, whichever of the two formats it is in.

    Raises:
        ValueError: It is not a notebook; says what is wrong with it.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    cells = _parse_ipynb(path, text) if path.endswith(".ipynb") else _parse_source(text)
    for number, cell in enumerate(cells, 1):
        cell.setdefault("id", f"cell-{number:03d}")
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "version": sys.version.split()[0]},
        },
        "cells": cells,
    }


def _parse_ipynb(path: str, text: str) -> list[Cell]:
    try:
        found = json.loads(text)
        cells = found["cells"]
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not a notebook: {error}") from None
    except (KeyError, TypeError):
        raise ValueError(f"{path} is not an nbformat 4 notebook: it has no cells") from None
    return [_clean_cell(cell) for cell in cells]


def _clean_cell(found: Cell) -> Cell:
    source = found.get("source", "")
    cell: Cell = {
        "cell_type": found.get("cell_type", "code"),
        "metadata": found.get("metadata", {}),
        "source": "".join(source) if isinstance(source, list) else source,
    }
    if "id" in found:
        cell["id"] = found["id"]
    if "attachments" in found:
        cell["attachments"] = found["attachments"]
    if cell["cell_type"] == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _parse_source(text: str) -> list[Cell]:
    body = text.removeprefix("\ufeff")
    if body.startswith(_HEADER):
        body = body[len(_HEADER) :]
    parts = [part.strip("\n") for part in _SEPARATOR.split(body)]
    return [_source_cell(part) for part in parts if part.strip()]


def _source_cell(text: str) -> Cell:
    metadata: dict[str, Any] = {}
    lines = text.split("\n")
    title = re.match(r"# DBTITLE \d+,(.*)", lines[0])
    if title:
        metadata["title"] = title[1].strip()
        lines = lines[1:]
    if any(line.startswith("# MAGIC") for line in lines):
        lines = [re.sub(r"^# MAGIC ?", "", line) for line in lines]
    source = "\n".join(lines).strip("\n")
    if source.startswith("%md"):
        return {
            "cell_type": "markdown",
            "metadata": metadata,
            "source": re.sub(r"^%md(-sandbox)?[ \t]*\n?", "", source),
        }
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def run(
    *, path: str, output_path: str, parameters: Mapping[str, str], namespace: dict[str, Any]
) -> Ended:
    """Executes every code cell in order and writes the executed notebook to ``output_path``."""
    return _Session(namespace, parameters, os.path.dirname(path)).execute(path, output_path)


class _Session:
    def __init__(
        self, namespace: dict[str, Any], parameters: Mapping[str, str], folder: str
    ) -> None:
        from millrace import _dbutils

        self._namespace = namespace
        self._folder = folder
        self._count = 0
        self._capture = _display.Capture()
        os.environ.setdefault("MPLBACKEND", "module://millrace_worker.inline_backend")
        self._dbutils = _dbutils.DbUtils(parameters=parameters, run_notebook=self._run_other)
        namespace.update(
            dbutils=self._dbutils,
            display=self._show,
            displayHTML=self._show_html,
            getArgument=self._dbutils.widgets.getArgument,
            sql=_lazy("sql"),
            table=_lazy("table"),
        )
        _magics.install_ipython_shim(self._show, self._show_bundle)

    def execute(self, path: str, output_path: str) -> Ended:
        notebook = parse(path)
        stdout, stderr = sys.stdout, sys.stderr
        sys.stdout = _display.Tee("stdout", stdout, self._add)
        sys.stderr = _display.Tee("stderr", stderr, self._add)
        try:
            return self._execute_cells(notebook, output_path)
        finally:
            sys.stdout, sys.stderr = stdout, stderr
            self._capture.settle()
            _write(notebook, output_path)

    def _add(self, name: str, text: str) -> None:
        self._capture.stream(name, text)

    def _execute_cells(self, notebook: Notebook, output_path: str) -> Ended:
        written = 0.0
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code" or not cell["source"].strip():
                continue
            ended = self._execute_cell(cell)
            if ended is not None:
                return ended
            if time.monotonic() - written > _WRITE_EVERY_S:
                written = time.monotonic()
                _write(notebook, output_path)
        return Ended()

    def _execute_cell(self, cell: Cell) -> Ended | None:
        self._count += 1
        self._capture.settle()
        self._capture = _display.Capture()
        cell["execution_count"] = self._count
        cell["outputs"] = self._capture.outputs
        timing = {"started_at": _iso_now()}
        try:
            self._run_source(cell["source"], self._count)
        except SystemExit as leaving:
            if hasattr(leaving, "notebook_result"):
                return Ended(result=leaving.notebook_result)
            if leaving.code not in (None, 0):
                return self._failed(leaving)
            return Ended()
        except BaseException as error:
            return self._failed(error)
        finally:
            self._show_figures()
            self._capture.settle()
            cell["metadata"] = {**cell["metadata"], "execution": {**timing, "ended_at": _iso_now()}}
        return None

    def _failed(self, error: BaseException) -> Ended:
        self._capture.error(describe_error(error))
        return Ended(error=error)

    def _run_source(self, source: str, count: int) -> None:
        magic = _magics.cell_magic(source)
        if magic is not None and magic.name != "python":
            self._run_magic(magic)
            return
        text = _magics.translate_lines(magic.body if magic else source)
        self._namespace["__millrace_magic__"] = self._run_line
        self._run_python(text, f"<cell {count}>")

    def _run_python(self, text: str, name: str) -> None:
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        tree = ast.parse(text, name)
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not text.rstrip().endswith(";")
        body = tree.body[:-1] if shown else tree.body
        self._run_code(ast.Module(body, []), name, "exec")
        if shown and isinstance(last, ast.Expr):
            value = self._run_code(ast.Expression(last.value), name, "eval")
            if value is not None:
                self._namespace["_"] = value
                bundle = _display.mime_bundle(value)
                self._capture.result(bundle, self._count)
                _log_bundle(bundle)

    def _run_code(self, tree: ast.Module | ast.Expression, name: str, mode: str) -> Any:
        code = compile(tree, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        value = eval(code, self._namespace)
        if code.co_flags & _CO_COROUTINE:
            import asyncio

            return asyncio.run(value)
        return value

    def _run_line(self, name: str, rest: str) -> Any:
        return self._run_magic(_magics.Magic(name, rest, ""))

    def _run_magic(self, magic: _magics.Magic) -> Any:
        if magic.name == "run":
            self._include(magic.rest)
        elif magic.name == "sql":
            frame = _lazy("sql")(f"{magic.rest}\n{magic.body}".strip())
            self._namespace["_sqldf"] = frame
            self._show(frame)
        else:
            return _magics.run_common(magic)
        return None

    def _include(self, target: str) -> None:
        """``%run``: the cells of another notebook, as if they stood here."""
        path = _magics.find_notebook(target.strip().strip("\"'"), self._folder)
        folder, self._folder = self._folder, os.path.dirname(path)
        try:
            for number, cell in enumerate(parse(path)["cells"], 1):
                if cell["cell_type"] == "code" and cell["source"].strip():
                    self._include_cell(cell["source"], f"<{os.path.basename(path)} cell {number}>")
        finally:
            self._folder = folder

    def _include_cell(self, source: str, name: str) -> None:
        magic = _magics.cell_magic(source)
        if magic is not None and magic.name != "python":
            self._run_magic(magic)
        else:
            self._run_python(_magics.translate_lines(magic.body if magic else source), name)

    def _run_other(self, target: str, arguments: Mapping[str, str]) -> str | None:
        """``dbutils.notebook.run``: another notebook in a namespace of its own."""
        path = _magics.find_notebook(target, self._folder)
        namespace: dict[str, Any] = {"__name__": "__main__", "__file__": path}
        output = os.path.join(os.getcwd(), f"{os.path.basename(path)}.executed.ipynb")
        ended = run(path=path, output_path=output, parameters=arguments, namespace=namespace)
        if ended.error is not None:
            raise ended.error
        return ended.result

    def _show(self, *values: Any, **_options: Any) -> None:
        for value in values:
            self._show_bundle(_display.mime_bundle(value))

    def _show_html(self, html: str) -> None:
        self._show_bundle({"text/plain": "<HTML>", "text/html": html})

    def _show_bundle(self, bundle: dict[str, Any]) -> None:
        self._capture.display(bundle)
        _log_bundle(bundle)

    def _show_figures(self) -> None:
        for bundle in _display.take_figures():
            self._capture.display(bundle)


def _log_bundle(bundle: dict[str, Any]) -> None:
    """The log shows in plain text what the notebook shows richly."""
    if isinstance(sys.stdout, _display.Tee):
        sys.stdout.log.write(f"{bundle.get('text/plain', '')}\n")


def _lazy(name: str) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        import millrace

        return getattr(millrace, name)(*args, **kwargs)

    call.__name__ = name
    return call


def _iso_now() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"


def _write(notebook: Notebook, path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, default=str)
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(mask_secrets(text))
    os.replace(f"{path}.new", path)

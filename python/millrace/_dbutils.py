"""``dbutils`` for tasks: widgets, task values, notebook workflow, secrets and local files."""

from __future__ import annotations

import base64
import builtins
import json
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace._errors import MillraceError
from millrace._http import call

__all__ = ["DbUtils", "FileInfo", "NotebookExit"]

_TASK_VALUES = "/api/millrace/1.0/jobs/task-values"
_MAX_TASK_VALUE_BYTES = 48 * 1024


class NotebookExit(SystemExit):
    """Ends the notebook, successfully, with a value."""

    def __init__(self, value: str) -> None:
        super().__init__(0)
        self.notebook_result = value


class Widgets:
    """Parameters of the task by name; defaults come from the widgets that the notebook makes."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = dict(parameters)
        self._defaults: dict[str, str] = {}

    def text(self, name: str, defaultValue: str = "", label: str | None = None) -> None:
        """Makes a widget with a default value."""
        self._defaults[name] = str(defaultValue)

    def dropdown(
        self, name: str, defaultValue: str, choices: list[str], label: str | None = None
    ) -> None:
        """Makes a widget whose value should be one of ``choices``."""
        if defaultValue not in choices:
            raise ValueError(f"The default {defaultValue!r} of widget {name!r} is not a choice")
        self._defaults[name] = defaultValue

    def combobox(
        self, name: str, defaultValue: str, choices: list[str], label: str | None = None
    ) -> None:
        """Makes a widget with suggestions."""
        self._defaults[name] = defaultValue

    def multiselect(
        self, name: str, defaultValue: str, choices: list[str], label: str | None = None
    ) -> None:
        """Makes a widget whose value is some of ``choices``, joined by commas."""
        self._defaults[name] = defaultValue

    def get(self, name: str) -> str:
        """The task's parameter, or the widget's default.

        Raises:
            ValueError: There is neither.
        """
        if name in self._parameters:
            return self._parameters[name]
        if name in self._defaults:
            return self._defaults[name]
        raise ValueError(
            f"No input widget named {name!r} is defined, and the task has no parameter of "
            f"that name; its parameters are {sorted(self._parameters)}"
        )

    def getAll(self) -> dict[str, str]:
        """Every parameter and widget with its value."""
        return {**self._defaults, **self._parameters}

    def getArgument(self, name: str, defaultValue: str = "") -> str:
        """Like :meth:`get`, with a default."""
        return self.getAll().get(name, defaultValue)

    def remove(self, name: str) -> None:
        """Removes a widget."""
        self._defaults.pop(name, None)

    def removeAll(self) -> None:
        """Removes every widget."""
        self._defaults.clear()


class TaskValues:
    """Small JSON values that a task hands to the tasks after it."""

    def set(self, key: str, value: Any) -> None:
        """Stores a value under ``key`` for this task.

        Raises:
            ValueError: The value is not JSON, or longer than 48 KiB.
        """
        try:
            text = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"Task value {key!r} is not JSON: {error}") from None
        if len(text.encode()) > _MAX_TASK_VALUE_BYTES:
            raise ValueError(
                f"Task value {key!r} takes {len(text.encode())} bytes as JSON; at most "
                f"{_MAX_TASK_VALUE_BYTES} are allowed. Write it to a table instead"
            )
        if _in_job():
            call("POST", _TASK_VALUES, {"key": key, "value": value})

    def get(self, taskKey: str, key: str, default: Any = None, debugValue: Any = None) -> Any:
        """What task ``taskKey`` stored under ``key``; ``debugValue`` outside a job.

        Raises:
            ValueError: There is no such task or key, and no default.
        """
        if not _in_job():
            return debugValue
        try:
            return call("GET", _TASK_VALUES, query={"task_key": taskKey, "key": key})["value"]
        except MillraceError as error:
            if error.status != 404:
                raise
            if default is not None:
                return default
            raise ValueError(str(error)) from None


class Jobs:
    """What a task can say to its job."""

    def __init__(self) -> None:
        self.taskValues = TaskValues()


class Notebook:
    """Ending this notebook and running others."""

    def __init__(self, run_notebook: Callable[[str, Mapping[str, str]], str | None] | None) -> None:
        self._run_notebook = run_notebook

    def exit(self, value: Any = "") -> None:
        """Ends the notebook here; the task succeeds with ``value`` as its result."""
        raise NotebookExit(str(value))

    def run(
        self, path: str, timeout_seconds: int = 0, arguments: Mapping[str, Any] | None = None
    ) -> str | None:
        """Runs another notebook in a namespace of its own and returns its exit value.

        Args:
            path: Relative to this notebook, with or without its extension.
            timeout_seconds: 0 means no limit.
            arguments: Its parameters.

        Raises:
            TimeoutError: It took longer than ``timeout_seconds``.
            RuntimeError: This is not a notebook task.
        """
        if self._run_notebook is None:
            raise RuntimeError("dbutils.notebook.run works in notebook tasks only")
        values = {name: str(value) for name, value in (arguments or {}).items()}
        if timeout_seconds <= 0:
            return self._run_notebook(path, values)

        def on_alarm(*_args: Any) -> None:
            raise TimeoutError(f"Notebook {path} did not end within {timeout_seconds} s")

        before = signal.signal(signal.SIGALRM, on_alarm)
        signal.alarm(timeout_seconds)
        try:
            return self._run_notebook(path, values)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class SecretMetadata:
    """The name of a secret, never its value."""

    key: str


@dataclass(frozen=True)
class SecretScope:
    """The name of a scope of secrets."""

    name: str

    def getName(self) -> str:
        """As notebooks of other languages ask for it."""
        return self.name


class Secrets:
    """Named values kept encrypted by the server; masked in the logs of the task that reads them."""

    def getBytes(self, scope: str, key: str) -> bytes:
        """The secret's bytes. Raises :class:`MillraceError` when it is unknown or forbidden."""
        answer = call("GET", "/api/2.0/secrets/get", query={"scope": scope, "key": key})
        value = base64.b64decode(answer["value"])
        _remember_secret(value.decode(errors="replace"))
        return value

    def get(self, scope: str, key: str) -> str:
        """The secret as text. Raises like :meth:`getBytes`."""
        return self.getBytes(scope, key).decode()

    def list(self, scope: str) -> list[SecretMetadata]:
        """The names in a scope."""
        found = call("GET", "/api/2.0/secrets/list", query={"scope": scope})
        return [SecretMetadata(secret["key"]) for secret in found.get("secrets", [])]

    def listScopes(self) -> builtins.list[SecretScope]:
        """Every scope that whoever runs this may read."""
        found = call("GET", "/api/2.0/secrets/scopes/list")
        return [SecretScope(scope["name"]) for scope in found.get("scopes", [])]


@dataclass(frozen=True)
class FileInfo:
    """A file or folder; ``size`` in bytes, ``modificationTime`` in epoch milliseconds."""

    path: str
    name: str
    size: int
    modificationTime: int

    def isDir(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")


class Files:
    """Local files; ``file:/…`` and plain paths."""

    def ls(self, path: str) -> list[FileInfo]:
        """What is in a folder, by name."""
        folder = _local(path)
        return [_file_info(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]

    def head(self, path: str, maxBytes: int = 65536) -> str:
        """The beginning of a file as text."""
        with open(_local(path), "rb") as file:
            return file.read(maxBytes).decode(errors="replace")

    def put(self, path: str, contents: str, overwrite: bool = False) -> bool:
        """Writes text to a file.

        Raises:
            FileExistsError: It is there and ``overwrite`` is false.
        """
        target = _local(path)
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "w" if overwrite else "x", encoding="utf-8") as file:
            file.write(contents)
        return True

    def mkdirs(self, path: str) -> bool:
        """Makes a folder and those above it."""
        os.makedirs(_local(path), exist_ok=True)
        return True

    def cp(self, source: str, target: str, recurse: bool = False) -> bool:
        """Copies a file, or with ``recurse`` a folder."""
        if recurse and os.path.isdir(_local(source)):
            shutil.copytree(_local(source), _local(target), dirs_exist_ok=True)
        else:
            shutil.copy2(_local(source), _local(target))
        return True

    def mv(self, source: str, target: str, recurse: bool = False) -> bool:
        """Moves a file or folder."""
        shutil.move(_local(source), _local(target))
        return True

    def rm(self, path: str, recurse: bool = False) -> bool:
        """Removes a file, an empty folder, or with ``recurse`` a folder and what is in it."""
        target = _local(path)
        if not os.path.exists(target):
            return False
        if not os.path.isdir(target):
            os.remove(target)
        elif recurse:
            shutil.rmtree(target)
        else:
            os.rmdir(target)
        return True


class Library:
    """What notebooks say after ``%pip install``."""

    def restartPython(self) -> None:
        """Nothing to do: the packages were there before the notebook started."""


class DbUtils:
    """The object that notebooks know as ``dbutils``."""

    def __init__(
        self,
        parameters: Mapping[str, str] | None = None,
        run_notebook: Callable[[str, Mapping[str, str]], str | None] | None = None,
    ) -> None:
        self.widgets = Widgets(parameters or {})
        self.jobs = Jobs()
        self.notebook = Notebook(run_notebook)
        self.secrets = Secrets()
        self.fs = Files()
        self.library = Library()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"dbutils.{name} is not available here; there are {', '.join(sorted(vars(self)))}"
        )


def _in_job() -> bool:
    return bool(os.environ.get("MILLRACE_ATTEMPT_ID"))


def _remember_secret(value: str) -> None:
    """Tells the server what to mask in this attempt's log."""
    path = os.environ.get("MILLRACE_SECRETS_FILE")
    if path and value:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(json.dumps(value) + "\n")


def _local(path: str) -> str:
    scheme, colon, rest = path.partition(":")
    if not colon or os.sep in scheme or len(scheme) == 1:
        return path
    if scheme == "file":
        return "/" + rest.lstrip("/")
    raise ValueError(
        f"dbutils.fs works on local paths here, not on {scheme}: ({path}); read and write tables "
        "with millrace.table and millrace.write_table"
    )


def _file_info(path: str) -> FileInfo:
    stat = os.stat(path)
    folder = os.path.isdir(path)
    name = os.path.basename(path) + ("/" if folder else "")
    return FileInfo(path, name, 0 if folder else stat.st_size, int(stat.st_mtime * 1000))

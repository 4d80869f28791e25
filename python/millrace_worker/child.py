"""What a forked child does: wait for an attempt, become it, run its entry, say how it ended.

    waiting ─(attempt on the channel)→ prepared ─(cleared)→ running → reported ─(dismissed)→ exited
       ├─(it sets variables that only a new interpreter reads)→ own interpreter → prepared
       └─(channel closed, here or when prepared)→ exited

It prepares while the fork server writes down that the attempt runs; until it is cleared it does
nothing of the attempt's own. Having reported it waits until the fork server, which looks meanwhile
whether anything of the attempt is left, dismisses it by closing its side of the channel.

The outcome (an uncaught exception or a result) goes back over the channel as one frame; the
fork server adds exit code, signal and usage when it reaps the child.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import faulthandler
import importlib
import io
import json
import os
import re
import resource
import socket
import sys
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NoReturn

from millrace_worker import notebook, protocol, serve
from millrace_worker._errors import describe_error
from millrace_worker._masking import mask_secrets

__all__ = ["base_environment", "main", "run_child"]

# What a task may see of the server's own environment: enough to find programs, homes and proxies.
_INHERITED = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH"
    "|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy"
    "|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
)


_READ_AT_START = re.compile(
    "PYTHON(HASHSEED|OPTIMIZE|DEVMODE|MALLOC|WARNINGS|UTF8|TRACEMALLOC|HOME|COERCECLOCALE)"
    "|LD_PRELOAD|LD_LIBRARY_PATH|MALLOC_.*"
)
_REHEARSAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_rehearsal.py")
_THREADS = re.compile("(OMP|OPENBLAS|MKL|NUMEXPR|BLIS)_NUM_THREADS")


def base_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that every task starts from."""
    return {name: value for name, value in environ.items() if _INHERITED.fullmatch(name)}


def run_child(channel: socket.socket, base: Mapping[str, str]) -> NoReturn:
    """Waits for an attempt on ``channel`` and runs it; never returns."""
    started_with = _get_ready(base)
    spec = protocol.receive(channel)
    if spec is None:
        os._exit(0)
    if _needs_own_interpreter(spec["env"], started_with):
        _start_own_interpreter(spec, channel, base)
    _become(spec, channel)


def main(argv: list[str]) -> NoReturn:
    """Goes on in an interpreter of its own: the numbers of the spec's and the channel's files."""
    spec_fd, channel_fd = map(int, argv)
    with open(spec_fd, encoding="utf-8") as file:
        spec = json.load(file)
    channel = socket.socket(fileno=channel_fd)
    channel.set_inheritable(False)
    _open_streams()
    _become(spec, channel)


def _needs_own_interpreter(env: Mapping[str, str], started_with: Mapping[str, str]) -> bool:
    """Whether the attempt sets variables that this interpreter has read already."""
    return any(
        value != started_with.get(name)
        for name, value in env.items()
        if _READ_AT_START.fullmatch(name) or ("numpy" in sys.modules and _THREADS.fullmatch(name))
    )


def _start_own_interpreter(
    spec: Mapping[str, Any], channel: socket.socket, base: Mapping[str, str]
) -> NoReturn:
    import tempfile

    # An unlinked file: the spec holds credentials, and a pipe would not hold a long one.
    file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    json.dump(spec, file)
    file.flush()
    file.seek(0)
    os.set_inheritable(file.fileno(), True)
    channel.set_inheritable(True)
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    start = (
        f"import sys; sys.path.insert(0, {folder!r}); "
        "from millrace_worker.child import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", start, str(file.fileno()), str(channel.fileno())]
    os.execve(sys.executable, command, {"PYTHONHASHSEED": "0", **base, **spec["env"]})


def _become(spec: Mapping[str, Any], channel: socket.socket) -> NoReturn:
    own_pid = os.getpid()
    outcome: dict[str, Any] = {}
    code = 1
    try:
        _prepare(spec)
        if not protocol.is_cleared(channel):
            os._exit(0)
        code = _run(spec, channel, outcome)
    except BaseException as error:
        outcome["error"] = describe_error(error)
        _print_last_words(outcome["error"]["traceback"])
    # A process that the task forked may come out here too; only the attempt itself reports.
    if os.getpid() == own_pid:
        _finish()
        if threading.active_count() == 1:
            outcome["leaving"] = _leaving(code)
        with contextlib.suppress(OSError):
            protocol.send(channel, outcome)
            if "leaving" in outcome:
                channel.recv(1)
    else:
        _flush()
    os._exit(code)


def _leaving(code: int) -> dict[str, Any]:
    """Says that nothing follows but the end, which takes the kernel longer than a small task takes.

    The fork server may then report the exit while the kernel still takes the memory down.
    """
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    peak = max(own.ru_maxrss, children.ru_maxrss) * 1024
    return {"exit_code": code, "cpu_ms": round(cpu_s * 1000), "max_rss_bytes": peak}


def _get_ready(base: Mapping[str, str]) -> dict[str, str]:
    """Everything that does not depend on the attempt, done before anyone waits for it.

    Returns the environment variables that this interpreter was started with.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)
    _open_streams()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
    started_with = dict(os.environ)
    os.environ.clear()
    os.environ.update(base)
    _reseed()
    _rehearse(started_with)
    return started_with


def _open_streams() -> None:
    sys.stdout = _text_stream(1)
    sys.stderr = _text_stream(2)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc]
    faulthandler.enable(file=2)


def _rehearse(started_with: Mapping[str, str]) -> None:
    """Takes the path of a small script once, so that the memory it touches is this process's own.

    A forked process pays a page fault for each page it touches first; after this, a script
    starts without most of them.
    """
    here = os.getcwd()
    entry = {"kind": "script", "path": _REHEARSAL, "argv": []}
    sample = {"log": os.devnull, "cwd": here, "env": dict(os.environ), "entry": entry}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        protocol.send(ours, sample)
        spec = protocol.receive(theirs) or {}
        protocol.clear(ours)
        before = (list(sys.path), sys.argv, sys.modules["__main__"])
        if not _needs_own_interpreter(spec["env"], started_with):
            _prepare(spec)
        protocol.is_cleared(theirs)
        _run(spec, theirs, {})
        sys.path[:], sys.argv, sys.modules["__main__"] = before
        protocol.send(theirs, {"leaving": _leaving(0)})
    _flush()


def _prepare(spec: Mapping[str, Any]) -> None:
    log = os.open(spec["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.update(spec["env"])
    cpus = spec.get("limits", {}).get("cpu_count")
    if cpus:
        _limit_cpus(int(cpus))
    try:
        os.chdir(spec["cwd"])
    except FileNotFoundError:
        os.makedirs(spec["cwd"])
        os.chdir(spec["cwd"])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [path for path in paths if path and path not in sys.path]


def _text_stream(fd: int) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(fd, "w", closefd=False))
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def _limit_cpus(count: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        # Spread attempts over the processors instead of piling all on the first ones.
        start = os.getpid() % len(allowed)
        chosen = (allowed[start:] + allowed[:start])[: max(1, count)]
        os.sched_setaffinity(0, chosen)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(count))
    pools = sys.modules.get("threadpoolctl")
    if pools is not None:
        # Preloaded libraries have already made as many threads as the machine has processors.
        pools.threadpool_limits(count)


def _reseed() -> None:
    """Preloaded numpy would hand every fork the same random numbers."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _run(spec: Mapping[str, Any], channel: socket.socket, outcome: dict[str, Any]) -> int:
    entry = spec["entry"]
    try:
        if entry["kind"] == "script":
            _run_script(entry["path"], entry["argv"])
        elif entry["kind"] == "module":
            outcome["result"] = _call_function(entry)
        elif entry["kind"] == "notebook":
            _run_notebook(entry, outcome)
        elif entry["kind"] == "worker":
            serve.serve(entry, lambda: protocol.send(channel, {"ready": True}))
        else:
            raise ValueError(f"unknown entry kind {entry['kind']!r}")
    except SystemExit as leaving:
        return _exit_code(leaving, outcome)
    except BaseException as error:
        outcome["error"] = describe_error(error)
        _print_last_words(outcome["error"]["traceback"])
        return 1
    return 1 if "error" in outcome else 0


def _exit_code(leaving: SystemExit, outcome: dict[str, Any]) -> int:
    if hasattr(leaving, "notebook_result"):
        outcome["result"] = mask_secrets(leaving.notebook_result)
        return 0
    if leaving.code is None or leaving.code == 0:
        return 0
    outcome["error"] = {"type": "SystemExit", "message": str(leaving.code), "traceback": ""}
    if isinstance(leaving.code, int):
        return leaving.code & 0xFF
    _print_last_words(f"{leaving.code}\n")
    return 1


def _main_module(path: str) -> ModuleType:
    module = ModuleType("__main__")
    module.__dict__.update({"__file__": path, "__builtins__": builtins, "__annotations__": {}})
    sys.modules["__main__"] = module
    sys.argv = [path]
    sys.path.insert(0, os.path.dirname(path))
    return module


def _run_script(path: str, argv: list[str]) -> None:
    module = _main_module(path)
    sys.argv = [path, *argv]
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, module.__dict__)


def _run_notebook(entry: Mapping[str, Any], outcome: dict[str, Any]) -> None:
    module = _main_module(entry["path"])
    ended = notebook.run(
        path=entry["path"],
        output_path=entry["output_path"],
        parameters=entry["parameters"],
        namespace=module.__dict__,
    )
    if ended.error is not None:
        outcome["error"] = describe_error(ended.error)
        _print_last_words(outcome["error"]["traceback"])
    elif ended.result is not None:
        outcome["result"] = mask_secrets(ended.result)


def _call_function(entry: Mapping[str, Any]) -> Any:
    sys.argv = [entry["module"], *entry.get("argv", [])]
    sys.path.insert(0, os.getcwd())
    function: Any = importlib.import_module(entry["module"])
    for name in entry["function"].split("."):
        function = getattr(function, name)
    args = entry["args"]
    if isinstance(args, dict):
        result = function(**args)
    elif isinstance(args, list):
        result = function(*args)
    else:
        result = function() if args is None else function(args)
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        name = f"{entry['module']}.{entry['function']}"
        raise TypeError(
            f"{name}() returned a {type(result).__name__}, which is not JSON: {error}"
        ) from None
    return result


def _print_last_words(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)


def _finish() -> None:
    """What the interpreter does at its end, without tearing modules down."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException as error:
        _print_last_words(describe_error(error)["traceback"])
    _flush()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()

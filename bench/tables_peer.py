"""delta-rs' side of tables.ts: appends from threads of one process, and opening a table."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable

import deltalake
import pyarrow
from deltalake import CommitProperties, DeltaTable, write_deltalake

SCHEMA = pyarrow.schema(
    [("id", pyarrow.int64()), ("v", pyarrow.float64()), ("s", pyarrow.string())]
)


def batch(client: int, count: int) -> pyarrow.Table:
    first = client * 1_000_000 + count * 10
    rows = range(10)
    return pyarrow.table(
        {
            "id": [first + i for i in rows],
            "v": [i + 0.5 for i in rows],
            "s": [f"row {i} of {client}" for i in rows],
        },
        schema=SCHEMA,
    )


def append(path: str, clients: int, seconds: float) -> float:
    """Appends of ten rows a second, each acknowledged before its client goes on."""
    write_deltalake(path, batch(0, 0), mode="append")
    done = [0] * clients
    end = time.monotonic() + seconds
    properties = CommitProperties(max_commit_retries=1000)

    def work(client: int) -> None:
        while time.monotonic() < end:
            rows = batch(client, done[client])
            write_deltalake(path, rows, mode="append", commit_properties=properties)
            done[client] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - started)


def opened(path: str) -> float:
    """Openings a second."""
    started = time.perf_counter()
    table = DeltaTable(path)
    assert table.version() > 0
    return 1 / (time.perf_counter() - started)


def checkpoint(path: str) -> float:
    DeltaTable(path).create_checkpoint()
    return 0


COMMANDS: dict[str, Callable[..., float]] = {
    "append": append,
    "open": opened,
    "checkpoint": checkpoint,
}

print(deltalake.__version__, flush=True)
for line in sys.stdin:
    name, *arguments = json.loads(line)
    print(COMMANDS[name](*arguments), flush=True)

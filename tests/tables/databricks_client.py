"""Drives tables with an unmodified databricks-sdk."""

from __future__ import annotations

import os
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service import sql

client = WorkspaceClient(host=os.environ["MILLRACE_URL"], token="any")


def run(statement: str, **more: object) -> sql.StatementResponse:
    return client.statement_execution.execute_statement(
        statement=statement, warehouse_id="default", **more
    )


def data(statement: str, **more: object) -> list[list[str]]:
    answer = run(statement, **more)
    assert answer.status and answer.status.state == sql.StatementState.SUCCEEDED, answer.status
    assert answer.result
    return answer.result.data_array or []


data("CREATE SCHEMA IF NOT EXISTS shop COMMENT 'things'")
data("CREATE TABLE shop.items (id BIGINT COMMENT 'key', price DECIMAL(10,2)) PARTITIONED BY (id)")
data("INSERT INTO shop.items VALUES (1, 1.5), (2, 2)")
assert data(
    "SELECT * FROM items WHERE id = :id",
    schema="shop",
    parameters=[sql.StatementParameterListItem(name="id", value="1", type="BIGINT")],
) == [["1", "1.50"]]

assert [c.name for c in client.catalogs.list()] == ["main"]
assert client.catalogs.get("main").full_name == "main"
assert {s.name for s in client.schemas.list("main")} >= {"default", "shop"}
assert client.schemas.get("main.shop").comment == "things"
assert [t.full_name for t in client.tables.list("main", "shop")] == ["main.shop.items"]
table = client.tables.get("main.shop.items")
assert table.columns and [c.type_text for c in table.columns] == ["bigint", "decimal(10,2)"]
assert table.columns[0].comment == "key" and table.columns[0].partition_index == 0
assert table.columns[1].type_scale == 2
assert client.tables.exists("main.shop.items").table_exists
assert not client.tables.exists("main.shop.none").table_exists
try:
    client.tables.get("main.shop.none")
    raise AssertionError("a table that is not there was found")
except NotFound:
    pass

for i in range(3):
    data(f"CREATE TABLE shop.t{i} (a INT)")
assert len(list(client.tables.list("main", "shop", max_results=2))) == 4

failed = run("SELECT * FROM shop.none")
assert failed.status and failed.status.state == sql.StatementState.FAILED
assert failed.status.error and "main.shop.none" in (failed.status.error.message or "")

running = run("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3", wait_timeout="0s")
assert running.statement_id
client.statement_execution.cancel_execution(running.statement_id)
for _ in range(50):
    state = client.statement_execution.get_statement(running.statement_id).status
    if state and state.state == sql.StatementState.CANCELED:
        break
    time.sleep(0.1)
else:
    raise AssertionError(state)

client.tables.delete("main.shop.items")
client.schemas.delete("main.shop", force=True)
assert "shop" not in {s.name for s in client.schemas.list("main")}
print("ok")

"""Reads what Millrace wrote and writes what Millrace reads, with an unmodified deltalake."""

from __future__ import annotations

import datetime
import decimal
import os
import sys
import tarfile
import threading

import deltalake
import millrace
import pandas
import pyarrow
from deltalake import DeltaTable, QueryBuilder, write_deltalake

UTC = datetime.timezone.utc
OUTSIDE = os.environ["OUTSIDE"]


def run(statement: str) -> pandas.DataFrame:
    return millrace.sql(statement)


def location(name: str) -> str:
    return str(run(f"DESCRIBE DETAIL {name}")["location"][0])


def rows(table: DeltaTable) -> list[dict[str, object]]:
    return pyarrow.table(table.to_pyarrow_table()).to_pylist()


def by(key: str, values: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(values, key=lambda row: row[key])  # type: ignore[arg-type, return-value]


def written_without_sql() -> None:
    run(
        "CREATE TABLE quick (i BIGINT, k INT, d DOUBLE, s STRING, b BOOLEAN, da DATE, ts TIMESTAMP)"
    )
    values = "(1, 7, 0.1, 'ä', TRUE, '2024-02-29', '2024-02-29 23:59:59.999999'), "
    values += ", ".join("(NULL, NULL, NULL, NULL, NULL, NULL, NULL)" for _ in range(30))
    run(f"INSERT INTO quick VALUES {values}")
    run("INSERT INTO quick VALUES (2, NULL, -1.5, 'b', FALSE, NULL, NULL)")
    table = DeltaTable(location("quick"))
    first = next(row for row in rows(table) if row["i"] == 1)
    assert first == {
        "i": 1,
        "k": 7,
        "d": 0.1,
        "s": "ä",
        "b": True,
        "da": datetime.date(2024, 2, 29),
        "ts": datetime.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    }, first
    pruned = pyarrow.table(table.to_pyarrow_table(filters=[("i", ">", 1)])).to_pylist()
    assert [row["s"] for row in pruned] == ["b"], pruned


def we_write() -> None:
    run(
        """CREATE TABLE types AS SELECT * FROM (VALUES
        (1::tinyint, 2::smallint, 3::int, 9223372036854775807::bigint, 0.1::float, 0.1::double,
         'ä'::varchar, true, 'ab'::blob, DATE '2024-02-29',
         TIMESTAMPTZ '2024-02-29 23:59:59.999999+00', TIMESTAMP '2024-02-29 12:00:00',
         0.000000000000000001::decimal(38,18), 1.5::decimal(4,2),
         [1, NULL]::int[], MAP {'k': 1::bigint}, {'a': 1::int, 'b': ['x']}),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL)
        ) t(b, s, i, l, f, d, st, bo, bi, da, ts, nt, de, ds, li, ma, ob)"""
    )
    found = rows(DeltaTable(location("types")))
    first = next(row for row in found if row["i"] == 3)
    assert first["l"] == 9223372036854775807
    assert first["d"] == 0.1 and abs(first["f"] - 0.1) < 1e-7  # type: ignore[operator]
    assert first["st"] == "ä" and first["bo"] is True and first["bi"] == b"ab"
    assert first["da"] == datetime.date(2024, 2, 29)
    assert first["ts"] == datetime.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
    assert first["nt"] == datetime.datetime(2024, 2, 29, 12)
    assert first["de"] == decimal.Decimal("0.000000000000000001")
    assert first["ds"] == decimal.Decimal("1.50")
    assert first["li"] == [1, None] and first["ob"] == {"a": 1, "b": ["x"]}
    written_without_sql()
    assert dict(first["ma"]) == {"k": 1}  # type: ignore[arg-type]
    assert all(value is None for row in found if row["i"] is None for value in row.values())

    run("CREATE TABLE plain (id BIGINT NOT NULL, name STRING)")
    path = location("plain")
    assert DeltaTable(path).protocol().min_reader_version == 1
    run("INSERT INTO plain VALUES (1, 'a'), (2, 'b')")
    run("INSERT INTO plain VALUES (3, 'c')")
    run("UPDATE plain SET name = 'B' WHERE id = 2")
    run("DELETE FROM plain WHERE id = 1")
    now = DeltaTable(path)
    assert now.version() == 4
    assert by("id", rows(now)) == [{"id": 2, "name": "B"}, {"id": 3, "name": "c"}]
    assert len(rows(DeltaTable(path, version=2))) == 3
    run("INSERT OVERWRITE plain VALUES (9, 'z')")
    assert rows(DeltaTable(path)) == [{"id": 9, "name": "z"}]
    run("ALTER TABLE plain ADD COLUMN more DOUBLE")
    run("INSERT INTO plain VALUES (10, 'y', 0.5)")
    assert by("id", rows(DeltaTable(path)))[0] == {"id": 9, "name": "z", "more": None}
    history = DeltaTable(path).history()
    assert [entry["version"] for entry in history] == list(range(7, -1, -1))

    run("CREATE TABLE parts (id INT, p STRING, d DATE) PARTITIONED BY (p, d)")
    run("INSERT INTO parts SELECT i, 'a/' || (i % 2), DATE '2024-01-01' FROM range(6) t(i)")
    run("INSERT INTO parts VALUES (7, NULL, NULL)")
    parts = DeltaTable(location("parts"))
    assert parts.metadata().partition_columns == ["p", "d"]
    assert len(rows(parts)) == 7
    some = parts.to_pyarrow_table(filters=[("p", "=", "a/1")])
    assert sorted(pyarrow.table(some).column("id").to_pylist()) == [1, 3, 5]
    assert [row["id"] for row in rows(parts) if row["p"] is None] == [7]

    run("CREATE TABLE many (i BIGINT) TBLPROPERTIES ('delta.checkpointInterval' = '10')")
    for i in range(25):
        run(f"INSERT INTO many VALUES ({i})")
    many = location("many")
    names = os.listdir(os.path.join(many, "_delta_log"))
    assert any(name.endswith(".checkpoint.parquet") for name in names), names
    for name in names:
        if name.endswith(".json") and int(name.split(".")[0]) < 20:
            os.remove(os.path.join(many, "_delta_log", name))
    assert sorted(row["i"] for row in rows(DeltaTable(many))) == list(range(25))  # type: ignore[type-var]


def they_write() -> None:
    path = os.path.join(OUTSIDE, "theirs")
    schema = pyarrow.schema(
        [
            ("id", pyarrow.int64()),
            ("p", pyarrow.string()),
            ("day", pyarrow.date32()),
            ("at", pyarrow.timestamp("us", tz="UTC")),
            ("local", pyarrow.timestamp("us")),
            ("amount", pyarrow.decimal128(20, 4)),
            ("tags", pyarrow.list_(pyarrow.string())),
            ("obj", pyarrow.struct([("x", pyarrow.int32())])),
        ]
    )

    def batch(first: int, last: int) -> pyarrow.Table:
        ids = list(range(first, last))
        return pyarrow.table(
            {
                "id": ids,
                "p": [None if i % 3 == 0 else f"p {i % 3}" for i in ids],
                "day": [datetime.date(2024, 1, 1 + i % 3) for i in ids],
                "at": [datetime.datetime(2024, 1, 1, 1, 2, 3, i, tzinfo=UTC) for i in ids],
                "local": [datetime.datetime(2024, 1, 1, 1, 2, 3, i) for i in ids],
                "amount": [decimal.Decimal(i) / 8 for i in ids],
                "tags": [[str(i), None] for i in ids],
                "obj": [{"x": i} for i in ids],
            },
            schema=schema,
        )

    write_deltalake(path, batch(0, 6), partition_by=["p", "day"])
    run(f"CREATE TABLE theirs USING DELTA LOCATION '{path}'")
    write_deltalake(path, batch(6, 10), mode="append")
    theirs = DeltaTable(path)
    theirs.create_checkpoint()
    theirs.delete("id = 4")
    ours = millrace.read_arrow("theirs").to_pylist()
    assert by("id", ours) == by("id", rows(DeltaTable(path))), ours
    assert len(ours) == 9
    assert len(millrace.read_arrow("theirs", version=0)) == 6
    run("INSERT INTO theirs SELECT 100, 'p 1', DATE '2024-01-01', now(), NULL, 1.5, NULL, NULL")
    run("UPDATE theirs SET amount = 9 WHERE id = 5")
    assert by("id", millrace.read_arrow("theirs").to_pylist()) == by("id", rows(DeltaTable(path)))
    theirs = DeltaTable(path)
    theirs.optimize.compact()
    theirs.alter.add_columns([deltalake.Field("added", deltalake.schema.PrimitiveType("string"))])
    assert "added" in millrace.table("theirs").columns
    theirs.alter.add_constraint({"small": "id < 1000"})
    try:
        run("INSERT INTO theirs (id) VALUES (5000)")
        raise AssertionError("the constraint was not kept")
    except millrace.MillraceError as error:
        assert "small" in str(error), error


def both_append() -> None:
    run("CREATE TABLE shared (i BIGINT)")
    path = location("shared")
    problems: list[BaseException] = []

    def guarded(work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            problems.append(error)

    def theirs() -> None:
        for i in range(20):
            write_deltalake(path, pyarrow.table({"i": [i]}), mode="append")

    def ours() -> None:
        for i in range(100, 120):
            run(f"INSERT INTO shared VALUES ({i})")

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (theirs, ours, ours)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems
    found = sorted(millrace.table("shared")["i"])
    assert found == sorted([*range(20), *range(100, 120), *range(100, 120)])
    assert len(rows(DeltaTable(path))) == 60


def client() -> None:
    frame = pandas.DataFrame(
        {
            "id": [1, 2, 3],
            "name": ["a", None, "c"],
            "price": [1.5, float("nan"), 3.0],
            "at": pandas.to_datetime(["2024-01-01", None, "2024-01-03"]),
            "kind": pandas.Categorical(["x", "y", "x"]),
        }
    )
    answer = millrace.write_table("main.shop.items", frame)
    assert answer["version"] == 0 and answer["rows"] == 3 and not answer["staged"]
    back = millrace.table("shop.items")
    assert list(back["id"]) == [1, 2, 3] and back["price"].isna().sum() == 1
    assert str(back["at"].dtype).startswith("datetime64")
    changed = pandas.DataFrame({"id": [3, 4], "name": ["C", "D"]})
    millrace.write_table("shop.items", changed, mode="merge", keys=["id"])
    assert list(millrace.sql("select name from shop.items order by id")["name"])[2:] == ["C", "D"]
    assert len(millrace.table("shop.items", version=0)) == 3
    pinned = millrace.sql("select count(*) as n from shop.items", versions={"shop.items": 0})
    assert pinned["n"][0] == 3
    found = millrace.sql("select id from shop.items where name = :n", parameters={"n": "D"})
    assert list(found["id"]) == [4]
    report = millrace.check("columns: {id: {type: bigint, max: 3}}", table="shop.items")
    assert not report["passed"] and report["rules"][-1]["examples"][0]["value"] == 4
    csv = os.path.join(OUTSIDE, "a.csv")
    with open(csv, "w") as file:
        file.write("id,name\n1,a\n2\n")
    for source in (csv, f"file:{csv}"):
        try:
            millrace.ingest("shop.landed", source)
            raise AssertionError("a broken file was read")
        except millrace.MillraceError as error:
            assert error.details[0]["row"] == 3, error.details
    with open(csv, "w") as file:
        file.write("id,name\n1,a\n2,b\n")
    assert millrace.ingest("shop.landed", f"file:{csv}")["rows"] == 2
    assert "landed" in list(millrace.sql("SHOW TABLES IN shop")["tableName"])
    try:
        millrace.write_table("shop.items", pandas.DataFrame({"id": ["x"]}))
        raise AssertionError("a wrong type was written")
    except millrace.MillraceError as error:
        assert "'id'" in str(error)


def fixtures() -> None:
    with tarfile.open(os.environ["FIXTURES"]) as archive:
        # Pythons before 3.10.12 and 3.11.4 have no filters; the archive is our own.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(OUTSIDE, **safe)
    read = 0
    for name in sorted(os.listdir(OUTSIDE)):
        path = os.path.join(OUTSIDE, name)
        table = name.replace("-", "_")
        if "variant" in name:
            refuses(f"CREATE TABLE {table} LOCATION '{path}'", "variantType-preview")
            continue
        run(f"CREATE TABLE {table} LOCATION '{path}'")
        ours = millrace.read_arrow(table).to_pylist()
        if name == "type-widening":
            # delta-rs does not read these; every column was widened once.
            assert len(ours) == 2 and all(value is not None for value in ours[1].values()), ours
            continue
        theirs = (
            QueryBuilder().register("t", DeltaTable(path)).execute("select * from t").read_all()
        )
        expected = pyarrow.table(theirs).to_pylist()
        assert texts(ours) == texts(expected), (name, texts(ours)[:5], texts(expected)[:5])
        read += 1
    assert read >= 14, read
    # Rows of a table with deletion vectors are counted without the deleted ones.
    assert len(millrace.table("table_with_dv_small")) == 8
    run("DELETE FROM table_with_dv_small WHERE value = 5")
    run("INSERT INTO table_with_dv_small VALUES (100)")
    path = os.path.join(OUTSIDE, "table-with-dv-small")
    after = QueryBuilder().register("t", DeltaTable(path)).execute("select * from t").read_all()
    values = sorted(row["value"] for row in pyarrow.table(after).to_pylist())
    assert values == sorted(millrace.table("table_with_dv_small")["value"])
    assert values == [1, 2, 3, 4, 6, 7, 8, 100], values
    refuses("INSERT INTO table_with_column_mapping VALUES ('a', 'b')", "columnMapping")
    refuses("UPDATE table_with_cdf SET id = 1", "changeDataFeed")


def texts(values: list[dict[str, object]]) -> list[str]:
    return sorted(str(sorted((key, str(value)) for key, value in row.items())) for row in values)


def refuses(statement: str, feature: str) -> None:
    try:
        run(statement)
    except millrace.MillraceError as error:
        assert feature in str(error), error
    else:
        raise AssertionError(f"not refused: {statement}")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print("ok", flush=True)
    # Its native threads sometimes crash the end of the interpreter, after everything is done.
    os._exit(0)

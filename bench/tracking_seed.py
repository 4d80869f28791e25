"""Writes the runs of `tracking-seed.ts` into an MLflow server's SQLite database."""

from __future__ import annotations

import sqlite3
import sys
import uuid


def spread(index: int) -> float:
    return ((index * 2_654_435_761) % 4_294_967_296) / 4_294_967_296


def main(database: str, experiment: str, count: int, first_start: int) -> None:
    connection = sqlite3.connect(database, timeout=60)
    runs, metrics, params, tags = [], [], [], []
    for index in range(count):
        run = uuid.uuid4().hex
        start = first_start + index * 1_000
        location = f"mlflow-artifacts:/{experiment}/{run}/artifacts"
        name = f"seeded-{index}"
        runs.append((run, name, f"user-{index % 7}", start, start + 500, location, int(experiment)))
        for which, key in enumerate(("loss", "acc", "auc", "f1", "seconds")):
            metrics.append((key, spread(index * 5 + which), start, 0, False, run))
        learner = "lightgbm" if index % 3 == 0 else "xgboost"
        values = {
            "learner": learner,
            "depth": str(index % 13),
            "rate": str(spread(index + 17)),
            "seed": str(index),
            "folds": "5",
        }
        params += [(key, value, run) for key, value in values.items()]
        values = {
            "mlflow.user": f"user-{index % 7}",
            "mlflow.source.name": "train.py",
            "team": f"team-{index % 11}",
            "mlflow.runName": name,
        }
        tags += [(key, value, run) for key, value in values.items()]
    with connection:
        connection.executemany(
            "insert into runs (run_uuid, name, user_id, start_time, end_time, artifact_uri,"
            " experiment_id, source_type, source_name, entry_point_name, status, source_version,"
            " lifecycle_stage) values (?, ?, ?, ?, ?, ?, ?, 'UNKNOWN', '', '', 'FINISHED', '',"
            " 'active')",
            runs,
        )
        for table in ("metrics", "latest_metrics"):
            connection.executemany(
                f"insert into {table} (key, value, timestamp, step, is_nan, run_uuid)"
                " values (?, ?, ?, ?, ?, ?)",
                metrics,
            )
        connection.executemany("insert into params (key, value, run_uuid) values (?, ?, ?)", params)
        connection.executemany("insert into tags (key, value, run_uuid) values (?, ?, ?)", tags)
    connection.execute("analyze")
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

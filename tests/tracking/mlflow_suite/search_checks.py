"""Search of runs."""

import math

import mlflow
import pandas as pd
from suite import check, client, experiment, names, new_run, refuses


def searchable():
    made = experiment()
    for i in range(10):
        tags = {"team": "even" if i % 2 == 0 else "odd"}
        run = client.create_run(made, start_time=1000 + i, run_name=f"r{i}", tags=tags)
        run_id = run.info.run_id
        if i != 3:
            client.log_metric(run_id, "acc", math.nan if i == 4 else i / 10)
        client.log_param(run_id, "lr", f"0.{i}")
        if i > 5:
            client.log_param(run_id, "Depth Limit", str(i))
        client.set_terminated(run_id, "FINISHED" if i < 8 else "FAILED", end_time=2000 + i)
    return made


@check
def search_conditions():
    made = searchable()
    expected = {
        "metrics.acc > 0.7": "89",
        "metrics.acc >= 0.7 and metrics.acc < 0.9": "78",
        "metric.acc = 0.5": "5",
        "metrics.acc != 0.5": "01246789",
        "params.lr = '0.2'": "2",
        "parameter.lr LIKE '0.%' and params.`Depth Limit` = '7'": "7",
        'params."Depth Limit" != "7"': "689",
        "tags.team = 'odd' AND attributes.status = 'FAILED'": "9",
        "tag.team ILIKE 'EV%' and metrics.acc > 0.5": "68",
        "attributes.run_name = 'r3'": "3",
        "run_name LIKE 'r_' and status != 'FINISHED'": "89",
        "attributes.start_time >= 1008": "89",
        "end_time < 2002": "01",
        "attr.run_name ILIKE 'R1'": "1",
        "params.`Depth Limit` IS NULL and metrics.acc > 0.4": "5",
        "tags.nothing IS NULL and attributes.start_time < 1002": "01",
        "tags.team is not null and metrics.acc > 0.8": "9",
    }
    for text, digits in expected.items():
        found = "".join(sorted(name[1:] for name in names(client.search_runs([made], text))))
        assert found == digits, f"{text} found {found}"


@check
def search_by_run_ids():
    made = experiment()
    runs = [new_run(made) for _ in range(4)]
    listed = ", ".join(f"'{run}'" for run in runs[:2])
    found = client.search_runs([made], f"attributes.run_id IN ({listed})")
    assert {run.info.run_id for run in found} == set(runs[:2])
    found = client.search_runs([made], f"run_id NOT IN ({listed})")
    assert {run.info.run_id for run in found} == set(runs[2:])


@check
def search_order():
    made = searchable()
    found = names(client.search_runs([made], order_by=["metrics.acc DESC"]))
    assert found == ["r9", "r8", "r7", "r6", "r5", "r2", "r1", "r0", "r4", "r3"], found
    found = names(client.search_runs([made], order_by=["metrics.acc ASC"]))
    assert found == ["r0", "r1", "r2", "r5", "r6", "r7", "r8", "r9", "r4", "r3"], found
    found = names(client.search_runs([made], order_by=["tags.team DESC", "params.lr ASC"]))
    assert found == ["r1", "r3", "r5", "r7", "r9", "r0", "r2", "r4", "r6", "r8"], found
    found = names(client.search_runs([made], order_by=["attributes.start_time ASC"]))
    assert found == [f"r{i}" for i in range(10)], found
    assert names(client.search_runs([made])) == [f"r{i}" for i in range(9, -1, -1)]


@check
def ties_go_to_the_newest():
    made = experiment()
    for i in range(6):
        run = client.create_run(made, start_time=100 + i, run_name=f"r{i}")
        client.log_metric(run.info.run_id, "m", i % 2)
    found = names(client.search_runs([made], order_by=["metrics.m ASC"]))
    assert found == ["r4", "r2", "r0", "r5", "r3", "r1"], found


@check
def infinities_sort_before_nan():
    made = experiment()
    for i, value in enumerate([math.nan, math.inf, 0.0, -math.inf, None]):
        run = client.create_run(made, start_time=i + 1, run_name=f"r{i}")
        if value is not None:
            client.log_metric(run.info.run_id, "m", value)
    rising = names(client.search_runs([made], order_by=["metrics.m"]))
    assert rising == ["r3", "r2", "r1", "r0", "r4"], rising
    assert names(client.search_runs([made], order_by=["metrics.m DESC"])) == (
        ["r1", "r2", "r3", "r0", "r4"]
    )


@check
def search_page_by_page():
    made = searchable()
    for order in (["metrics.acc DESC"], ["params.lr ASC"], None):
        whole = names(client.search_runs([made], order_by=order))
        seen, token = [], None
        while True:
            page = client.search_runs([made], order_by=order, max_results=3, page_token=token)
            seen += names(page)
            token = page.token
            if not token:
                break
        assert seen == whole, (order, seen)


@check
def search_in_several_experiments():
    one, two = experiment(), experiment()
    for i, made in enumerate([one, two, one]):
        run = client.create_run(made, start_time=i + 1, run_name=f"r{i}")
        client.log_metric(run.info.run_id, "m", i)
    assert names(client.search_runs([one, two])) == ["r2", "r1", "r0"]
    found = client.search_runs([one, two], order_by=["metrics.m ASC"], max_results=2)
    assert names(found) == ["r0", "r1"]


@check
def bad_filters():
    made = experiment()
    for text in [
        "metrics.acc ~ 0.5",
        "metrics.acc > '0.5'",
        "params.lr = 5",
        "colour = 'x'",
        "foo.bar = 'x'",
        "metrics.acc > 0.5 OR metrics.acc < 0.1",
        "(metrics.acc > 0.5)",
        "params.lr = 'x",
        "status IN ('RUNNING')",
        "params.lr > '1'",
        "and",
        "metrics.a = 1 and",
    ]:
        refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], text)


@check
def bad_limits_and_tokens():
    made = experiment()
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], max_results=50_001)
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], max_results=0)
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], page_token="garbage!")
    refuses("INVALID_PARAMETER_VALUE", client.search_runs, [made], order_by=["colour"])


@check
def search_as_a_data_frame():
    made = searchable()
    frame = mlflow.search_runs([made], "metrics.acc > 0.5")
    assert isinstance(frame, pd.DataFrame) and len(frame) == 4
    assert {"metrics.acc", "params.lr", "tags.team", "run_id"} <= set(frame.columns)

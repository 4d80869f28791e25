"""Many at once."""

import concurrent.futures

from suite import check, client, experiment, names, new_run


@check
def many_writers():
    made = experiment()

    def write(index):
        run = new_run(made, run_name=f"r{index}")
        for step in range(5):
            client.log_metric(run, "m", step, step=step)
        client.set_terminated(run)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    found = client.search_runs([made], "metrics.m = 4 and attributes.status = 'FINISHED'")
    assert len(found) == 16


@check
def page_tokens_survive_new_runs():
    made = experiment()
    for i in range(6):
        client.create_run(made, start_time=100 + i, run_name=f"r{i}")
    first = client.search_runs([made], max_results=3, order_by=["attributes.start_time ASC"])
    client.create_run(made, start_time=50, run_name="earlier")
    second = client.search_runs(
        [made], max_results=3, order_by=["attributes.start_time ASC"], page_token=first.token
    )
    assert names(first) + names(second) == [f"r{i}" for i in range(6)]

"""Experiments."""

import uuid

from mlflow.entities import ViewType
from suite import check, client, experiment, new_run, refuses, unique


@check
def default_experiment_exists():
    assert client.get_experiment("0").name == "Default"


@check
def experiment_life():
    made = client.create_experiment(unique(), tags={"a": "b"})
    client.set_experiment_tag(made, "c", "d")
    assert client.get_experiment(made).tags == {"a": "b", "c": "d"}
    client.delete_experiment_tag(made, "a")
    assert client.get_experiment(made).tags == {"c": "d"}
    client.rename_experiment(made, unique("renamed"))
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"


@check
def experiment_names_are_unique():
    name = unique()
    client.create_experiment(name)
    refuses("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)


@check
def a_deleted_experiment_keeps_its_name():
    name = unique()
    client.delete_experiment(client.create_experiment(name))
    refuses("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)
    assert client.get_experiment_by_name(name).lifecycle_stage == "deleted"


@check
def unknown_experiments():
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "987654321")
    refuses("INVALID_PARAMETER_VALUE", client.get_experiment, "abc")
    assert client.get_experiment_by_name(unique("none")) is None
    refuses("RESOURCE_DOES_NOT_EXIST", client.create_run, "987654321")


@check
def experiment_name_limit():
    refuses("INVALID_PARAMETER_VALUE", client.create_experiment, "x" * 501)
    refuses("INVALID_PARAMETER_VALUE", client.create_experiment, "")


@check
def deleting_an_experiment_deletes_its_runs():
    made = experiment()
    run = new_run(made)
    client.delete_experiment(made)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    refuses("INVALID_PARAMETER_VALUE", client.log_metric, run, "a", 1)
    client.restore_experiment(made)
    assert client.get_run(run).info.lifecycle_stage == "active"


@check
def search_experiments():
    mark = uuid.uuid4().hex[:8]
    made = [client.create_experiment(f"{mark}-{i}", tags={"n": str(i)}) for i in range(5)]
    client.delete_experiment(made[0])
    like = f"name LIKE '{mark}-%'"
    found = client.search_experiments(filter_string=like, order_by=["name DESC"])
    assert [e.experiment_id for e in found] == made[:0:-1]
    both = client.search_experiments(view_type=ViewType.ALL, filter_string=like)
    assert len(both) == 5
    gone = client.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=like)
    assert [e.experiment_id for e in gone] == [made[0]]
    one = client.search_experiments(filter_string=f"{like} AND tags.n = '3'")
    assert [e.experiment_id for e in one] == [made[3]]
    upper = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}-%'")
    assert len(upper) == 4
    refuses("INVALID_PARAMETER_VALUE", client.search_experiments, filter_string="colour = 'x'")
    refuses("INVALID_PARAMETER_VALUE", client.search_experiments, max_results=0)


@check
def experiments_page_by_page():
    mark = uuid.uuid4().hex[:8]
    for i in range(7):
        client.create_experiment(f"{mark}-{i}")
    seen, token = [], None
    while True:
        page = client.search_experiments(
            filter_string=f"name LIKE '{mark}%'",
            max_results=3,
            order_by=["name ASC"],
            page_token=token,
        )
        seen += [e.name for e in page]
        token = page.token
        if not token:
            break
    assert seen == [f"{mark}-{i}" for i in range(7)]

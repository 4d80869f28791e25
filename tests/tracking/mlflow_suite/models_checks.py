"""Logged models."""

import mlflow
from suite import check, client, experiment, new_run, refuses


@check
def logged_model_life():
    made = experiment()
    run = new_run(made)
    model = mlflow.create_external_model
    assert callable(model)
    logged = client.create_logged_model(made, "clf", run, {"t": "1"}, {"p": "2"}, "sklearn")
    assert logged.status == "PENDING" and logged.model_id.startswith("m-")
    client.finalize_logged_model(logged.model_id, "READY")
    client.set_logged_model_tags(logged.model_id, {"u": "3"})
    client.delete_logged_model_tag(logged.model_id, "t")
    client.log_metric(run, "acc", 0.9, model_id=logged.model_id)
    again = client.get_logged_model(logged.model_id)
    assert again.status == "READY" and again.tags == {"u": "3"} and again.params == {"p": "2"}
    assert [m.value for m in again.metrics] == [0.9]
    found = client.search_logged_models([made], "name = 'clf' AND metrics.acc > 0.5")
    assert [m.model_id for m in found] == [logged.model_id]
    assert not client.search_logged_models([made], "metrics.acc > 0.95")
    client.delete_logged_model(logged.model_id)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_logged_model, logged.model_id)


@check
def logged_models_in_order():
    made = experiment()
    run = new_run(made)
    for i in range(4):
        logged = client.create_logged_model(made, f"m{i}", run)
        client.log_metric(run, "acc", i % 3, step=i, model_id=logged.model_id)
    order = [{"field_name": "metrics.acc", "ascending": False}]
    found = client.search_logged_models([made], order_by=order, max_results=3)
    assert next(m.name for m in found) == "m2" and found.token
    rest = client.search_logged_models(
        [made], order_by=order, max_results=3, page_token=found.token
    )
    assert len(rest) == 1
    for bad in ["/", "a:b", "a%b"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_logged_model, made, f"x{bad}", run)

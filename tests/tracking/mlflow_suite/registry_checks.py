"""Registry."""

import uuid

import mlflow
from suite import check, client, new_run, refuses, unique


def model_with(versions=1):
    name = unique("model")
    client.create_registered_model(name, tags={"a": "b"}, description="about")
    run = new_run()
    client.log_text(run, "x", "model/MLmodel")
    source = f"{client.get_run(run).info.artifact_uri}/model"
    for _ in range(versions):
        client.create_model_version(name, source, run)
    return name


@check
def registered_model_life():
    name = model_with(0)
    made = client.get_registered_model(name)
    assert made.tags == {"a": "b"} and made.description == "about"
    refuses("RESOURCE_ALREADY_EXISTS", client.create_registered_model, name)
    client.update_registered_model(name, "changed")
    client.set_registered_model_tag(name, "c", "d")
    client.delete_registered_model_tag(name, "a")
    made = client.get_registered_model(name)
    assert made.tags == {"c": "d"} and made.description == "changed"
    renamed = unique("renamed")
    client.rename_registered_model(name, renamed)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, name)
    client.delete_registered_model(renamed)
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, renamed)
    for bad in ["", "a/b", "a:b"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_registered_model, bad)


@check
def versions_count_up():
    name = model_with(3)
    client.delete_model_version(name, "3")
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "3")
    version = client.get_model_version(name, "2")
    made = client.create_model_version(name, version.source, version.run_id)
    assert int(made.version) == 4 and made.status == "READY"


@check
def version_fields():
    name = model_with(1)
    client.update_model_version(name, "1", "why")
    client.set_model_version_tag(name, "1", "t", "v")
    version = client.get_model_version(name, "1")
    assert version.description == "why" and version.tags == {"t": "v"}
    client.delete_model_version_tag(name, "1", "t")
    assert client.get_model_version(name, "1").tags == {}
    uri = client.get_model_version_download_uri(name, "1")
    assert uri == version.source
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "99")
    refuses("RESOURCE_DOES_NOT_EXIST", client.get_model_version, unique("none"), "1")


@check
def stages():
    name = model_with(3)
    client.transition_model_version_stage(name, "1", "production")
    assert client.get_model_version(name, "1").current_stage == "Production"
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert client.get_model_version(name, "1").current_stage == "Archived"
    latest = {v.current_stage: v.version for v in client.get_latest_versions(name)}
    assert {stage: int(v) for stage, v in latest.items()} == {
        "None": 3,
        "Production": 2,
        "Archived": 1,
    }
    (only,) = client.get_latest_versions(name, ["Production"])
    assert int(only.version) == 2
    refuses("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, name, "1", "Best")


@check
def aliases():
    name = model_with(2)
    client.set_registered_model_alias(name, "champion", "1")
    assert int(client.get_model_version_by_alias(name, "champion").version) == 1
    client.set_registered_model_alias(name, "champion", "2")
    assert int(client.get_model_version_by_alias(name, "champion").version) == 2
    assert client.get_model_version(name, "2").aliases == ["champion"]
    assert client.get_model_version(name, "1").aliases == []
    client.delete_registered_model_alias(name, "champion")
    refuses("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, name, "champion")
    for bad in ["latest", "v1", "a b", "x" * 256]:
        refuses("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, name, bad, "1")


@check
def search_of_models():
    mark = uuid.uuid4().hex[:8]
    for i in range(5):
        client.create_registered_model(f"{mark}-{i}", tags={"n": str(i % 2)})
    like = f"name LIKE '{mark}%'"
    found = client.search_registered_models(like, order_by=["name DESC"])
    assert [m.name for m in found] == [f"{mark}-{i}" for i in range(4, -1, -1)]
    found = client.search_registered_models(f"{like} AND tags.n = '1'")
    assert [m.name for m in found] == [f"{mark}-1", f"{mark}-3"]
    page = client.search_registered_models(like, max_results=2)
    assert len(page) == 2 and page.token
    refuses("INVALID_PARAMETER_VALUE", client.search_registered_models, "colour = 'x'")


@check
def search_of_versions():
    name = model_with(3)
    client.set_model_version_tag(name, "2", "best", "yes")
    found = client.search_model_versions(f"name = '{name}'", order_by=["version_number ASC"])
    assert [int(v.version) for v in found] == [1, 2, 3]
    found = client.search_model_versions(f"name = '{name}' and tags.best = 'yes'")
    assert [int(v.version) for v in found] == [2]
    run = found[0].run_id
    assert len(client.search_model_versions(f"run_id = '{run}'")) == 3
    assert len(client.search_model_versions(f"name = '{name}' and version_number >= 2")) == 2


@check
def a_source_stays_with_its_run():
    name = model_with(1)
    for source in ["/etc/passwd", "file:///etc", "mlflow-artifacts:/../x", "../x"]:
        refuses("INVALID_PARAMETER_VALUE", client.create_model_version, name, source)


@check
def prompts():
    name = unique("prompt")
    mlflow.genai.register_prompt(name, "Hello {{name}}", commit_message="first")
    mlflow.genai.register_prompt(name, "Good day {{name}}")
    assert mlflow.genai.load_prompt(f"prompts:/{name}/1").format(name="A") == "Hello A"
    mlflow.genai.set_prompt_alias(name, alias="live", version=2)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@live").version == 2
    assert name in [p.name for p in mlflow.genai.search_prompts()]
    assert name not in [m.name for m in client.search_registered_models()]

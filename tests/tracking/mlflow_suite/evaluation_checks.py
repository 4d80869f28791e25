"""Evaluation datasets and scorers."""

import mlflow
import pandas as pd
from mlflow.entities import AssessmentSource, Feedback
from mlflow.genai import datasets
from mlflow.genai.scorers import get_scorer, list_scorers, scorer
from suite import check, client, experiment, refuses, unique


def dataset(records=(), **kwargs):
    made = datasets.create_dataset(
        name=unique("d"), experiment_id=kwargs.pop("experiment_id", experiment()), **kwargs
    )
    return made.merge_records(list(records)) if records else made


@check
def evaluation_dataset_life():
    home = experiment()
    made = dataset(experiment_id=home, tags={"team": "risk", "level": 2})
    assert made.dataset_id.startswith("d-") and made.experiment_ids == [home]
    read = datasets.get_dataset(dataset_id=made.dataset_id)
    assert (read.name, read.digest) == (made.name, made.digest)
    assert read.tags["team"] == "risk" and read.tags["level"] == "2"
    assert read.schema is None and read.experiment_ids == [home]
    assert datasets.get_dataset(name=made.name).dataset_id == made.dataset_id
    datasets.delete_dataset(dataset_id=made.dataset_id)
    refuses("RESOURCE_DOES_NOT_EXIST", datasets.get_dataset, dataset_id=made.dataset_id)


@check
def evaluation_dataset_tags():
    made = dataset(tags={"a": "1", "b": "2"})
    datasets.set_dataset_tags(dataset_id=made.dataset_id, tags={"b": "3", "c": "4"})
    datasets.delete_dataset_tag(dataset_id=made.dataset_id, key="a")
    tags = datasets.get_dataset(dataset_id=made.dataset_id).tags
    assert {k: v for k, v in tags.items() if "." not in k} == {"b": "3", "c": "4"}, tags
    refuses("RESOURCE_DOES_NOT_EXIST", client.set_dataset_tags, "d-none", {"a": "b"})


@check
def evaluation_dataset_records():
    made = dataset(
        [
            {"inputs": {"q": "one", "n": 1}, "expectations": {"a": "1"}},
            {"inputs": {"q": "two", "n": 2}, "outputs": "free text", "tags": {"x": "y"}},
        ]
    )
    made.merge_records([{"inputs": {"n": 1, "q": "one"}, "expectations": {"b": 0.5}}])
    read = datasets.get_dataset(dataset_id=made.dataset_id)
    assert '"num_records": 2' in read.profile.replace(":2", ": 2")
    assert read.digest
    frame = read.to_df()
    assert len(frame) == 2
    first = frame[frame.inputs.map(lambda each: each["q"] == "one")].iloc[0]
    assert first.expectations == {"a": "1", "b": 0.5} and first.source_type == "HUMAN"
    second = frame[frame.inputs.map(lambda each: each["q"] == "two")].iloc[0]
    assert second.outputs == "free text" and second.tags["x"] == "y"
    assert second.source_type == "CODE"
    assert read.delete_records([first.dataset_record_id]) == 1
    assert len(datasets.get_dataset(dataset_id=made.dataset_id).to_df()) == 1


@check
def evaluation_dataset_from_a_frame_with_gaps():
    frame = pd.DataFrame(
        {"inputs": [{"q": float("nan"), "big": 2**60 + 1}], "expectations": [{"a": 1.0}]}
    )
    made = dataset().merge_records(frame)
    (record,) = datasets.get_dataset(dataset_id=made.dataset_id).to_df().to_dict("records")
    assert record["inputs"]["q"] != record["inputs"]["q"]
    assert record["inputs"]["big"] == 2**60 + 1
    assert isinstance(record["expectations"]["a"], float)


@check
def evaluation_dataset_of_more_records_than_a_page():
    made = dataset([{"inputs": {"n": n}} for n in range(1_050)])
    frame = datasets.get_dataset(dataset_id=made.dataset_id).to_df()
    assert sorted(each["n"] for each in frame.inputs) == list(range(1_050))


@check
def evaluation_dataset_from_traces():
    home = experiment()
    mlflow.set_experiment(experiment_id=home)

    @mlflow.trace
    def answer(question):
        return question.upper()

    answer("why")
    mlflow.flush_trace_async_logging()
    traces = mlflow.search_traces(locations=[home], return_type="list")
    made = dataset(experiment_id=home).merge_records(traces)
    (record,) = made.to_df().to_dict("records")
    assert record["inputs"] == {"question": "why"} and record["outputs"] == "WHY"
    assert record["source_type"] == "TRACE"
    assert record["source_id"] == traces[0].info.trace_id


@check
def evaluation_datasets_are_found():
    home, other = experiment(), experiment()
    kept = [dataset(experiment_id=home, tags={"n": str(n)}) for n in range(3)]

    def found(**kwargs):
        return [each.name for each in datasets.search_datasets(experiment_ids=home, **kwargs)]

    assert set(found()) == {each.name for each in kept}
    assert found(filter_string="tags.n = '1'") == [kept[1].name]
    assert found(filter_string=f"name = '{kept[2].name}'") == [kept[2].name]
    assert found(filter_string=f"name LIKE '{kept[0].name[:-1]}%'") == [kept[0].name]
    assert found(order_by=["name ASC"]) == sorted(each.name for each in kept)
    assert found(filter_string="created_time < 5") == []
    page = client.search_datasets(experiment_ids=[home], max_results=2)
    rest = client.search_datasets(experiment_ids=[home], max_results=2, page_token=page.token)
    assert {each.name for each in [*page, *rest]} == {each.name for each in kept}
    refuses("INVALID_PARAMETER_VALUE", client.search_datasets, filter_string="color = 'red'")
    datasets.add_dataset_to_experiments(dataset_id=kept[0].dataset_id, experiment_ids=[other])
    assert [d.name for d in datasets.search_datasets(experiment_ids=other)] == [kept[0].name]
    datasets.remove_dataset_from_experiments(dataset_id=kept[0].dataset_id, experiment_ids=[home])
    assert len(found()) == 2
    refuses(
        "RESOURCE_DOES_NOT_EXIST",
        client.add_dataset_to_experiments,
        kept[0].dataset_id,
        ["987654"],
    )


@check
def evaluation_of_a_dataset():
    home = experiment()
    mlflow.set_experiment(experiment_id=home)
    made = dataset(
        [
            {"inputs": {"question": "why"}, "expectations": {"answer": "WHY"}},
            {"inputs": {"question": "how"}, "expectations": {"answer": "no"}},
        ],
        experiment_id=home,
    )

    @scorer
    def right(outputs, expectations):
        return Feedback(
            value=outputs == expectations["answer"],
            source=AssessmentSource(source_type="CODE", source_id="right"),
        )

    result = mlflow.genai.evaluate(
        data=made, predict_fn=lambda question: question.upper(), scorers=[right]
    )
    assert result.metrics["right/mean"] == 0.5
    run = client.get_run(result.run_id)
    assert run.data.metrics["right/mean"] == 0.5
    assert [each.dataset.name for each in run.inputs.dataset_inputs] == [made.name]
    traces = mlflow.search_traces(
        locations=[home], run_id=result.run_id, return_type="list", include_spans=False
    )
    assert len(traces) == 2


@check
def scorers_have_versions():
    home = experiment()

    def register(text):
        return client._tracking_client.store.register_scorer(home, "tone", text)

    store = client._tracking_client.store
    assert register('{"name": "tone", "v": 1}').scorer_version == 1
    assert register('{"name": "tone", "v": 2}').scorer_version == 2
    (newest,) = store.list_scorers(home)
    assert (newest.scorer_name, newest.scorer_version) == ("tone", 2)
    assert [each.scorer_version for each in store.list_scorer_versions(home, "tone")] == [1, 2]
    assert '"v": 1' in store.get_scorer(home, "tone", 1)._serialized_scorer
    store.delete_scorer(home, "tone", 2)
    assert store.get_scorer(home, "tone").scorer_version == 1
    store.delete_scorer(home, "tone")
    refuses("RESOURCE_DOES_NOT_EXIST", store.get_scorer, home, "tone")
    refuses("INVALID_PARAMETER_VALUE", store.register_scorer, home, "  ", "{}")


@check
def a_built_in_scorer_is_registered():
    from mlflow.genai.scorers import Guidelines

    home = experiment()
    polite = Guidelines(name="polite", guidelines="be polite", model="openai:/gpt-4o-mini")
    polite.register(name="polite", experiment_id=home)
    assert [each.name for each in list_scorers(experiment_id=home)] == ["polite"]
    assert get_scorer(name="polite", experiment_id=home).guidelines == "be polite"

"""Traces."""

import contextlib
import time

import mlflow
from mlflow.entities.trace_metrics import AggregationType, MetricAggregation, MetricViewType
from mlflow.exceptions import MlflowException
from suite import check, client, experiment, refuses, wire

store = client._tracking_client.store


@check
def traces():
    made = experiment()
    mlflow.set_experiment(experiment_id=made)

    @mlflow.trace(name="answer")
    def answer(question):
        with mlflow.start_span("look up") as span:
            span.set_inputs({"q": question})
        return question.upper()

    answer("why")
    mlflow.flush_trace_async_logging()
    deadline = time.time() + 20
    while not (found := mlflow.search_traces([made], return_type="list")):
        assert time.time() < deadline, "the trace did not arrive"
        time.sleep(0.2)
    trace = mlflow.get_trace(found[0].info.trace_id)
    assert {s.name for s in trace.data.spans} == {"answer", "look up"}
    client.set_trace_tag(trace.info.trace_id, "good", "yes")
    assert len(mlflow.search_traces([made], "tags.good = 'yes'", return_type="list")) == 1
    mlflow.log_feedback(trace_id=trace.info.trace_id, name="right", value=True)
    (feedback,) = mlflow.get_trace(trace.info.trace_id).info.assessments
    assert feedback.name == "right" and feedback.value is True
    client.delete_traces(made, trace_ids=[trace.info.trace_id])
    assert not mlflow.search_traces([made], return_type="list")


def answered(*questions):
    """An experiment with a trace for each question; a question of "fail" fails."""
    made = experiment()
    mlflow.set_experiment(experiment_id=made)

    @mlflow.trace(name="answer", span_type="CHAIN")
    def answer(question):
        mlflow.update_current_trace(
            tags={"long": str(len(question) > 3)}, metadata={"mlflow.trace.session": question[0]}
        )
        with mlflow.start_span("look up", span_type="TOOL"):
            pass
        if question == "fail":
            raise ValueError(question)

    for question in questions:
        with contextlib.suppress(ValueError):
            answer(question)
    mlflow.flush_trace_async_logging()
    deadline = time.time() + 20
    while len(found := mlflow.search_traces([made], return_type="list")) < len(questions):
        assert time.time() < deadline, "the traces did not arrive"
        time.sleep(0.2)
    return made, found


def metric(made, view, name, kinds=("COUNT",), **kwargs):
    points = store.query_trace_metrics(
        [made],
        MetricViewType(view),
        name,
        [MetricAggregation(AggregationType(kind)) for kind in kinds],
        **kwargs,
    )
    return [(point.dimensions, point.values) for point in points]


@check
def trace_metrics():
    made, _ = answered("why", "whatever", "fail")
    assert metric(made, "TRACES", "trace_count") == [({}, {"COUNT": 3})]
    by_state = metric(made, "TRACES", "trace_count", dimensions=["trace_name", "trace_status"])
    assert by_state == [
        ({"trace_name": "answer", "trace_status": "ERROR"}, {"COUNT": 1}),
        ({"trace_name": "answer", "trace_status": "OK"}, {"COUNT": 2}),
    ], by_state
    assert metric(made, "TRACES", "session_count") == [({}, {"COUNT": 2})]
    ((_, times),) = metric(made, "TRACES", "latency", ("AVG", "MIN", "MAX"))
    assert times["MIN"] <= times["AVG"] <= times["MAX"]
    ((_, percentiles),) = [
        (point.dimensions, point.values)
        for point in store.query_trace_metrics(
            [made],
            MetricViewType.TRACES,
            "latency",
            [MetricAggregation(AggregationType.PERCENTILE, 50.0)],
        )
    ]
    assert list(percentiles) == ["P50.0"]
    long = ["trace.tag.long = 'True'", "trace.status = 'OK'"]
    assert metric(made, "TRACES", "trace_count", filters=long) == [({}, {"COUNT": 1})]
    whole_day = {"start_time_ms": 0, "end_time_ms": 2**41, "time_interval_seconds": 86_400}
    ((bucket, _), *_rest) = metric(made, "TRACES", "trace_count", **whole_day)
    assert bucket["time_bucket"].endswith("T00:00:00+00:00"), bucket


@check
def span_and_assessment_metrics():
    made, found = answered("why", "fail")
    by_type = metric(made, "SPANS", "span_count", dimensions=["span_type"])
    assert by_type == [
        ({"span_type": "CHAIN"}, {"COUNT": 2}),
        ({"span_type": "TOOL"}, {"COUNT": 2}),
    ]
    by_state = metric(
        made, "SPANS", "span_count", dimensions=["span_status"], filters=["span.name = 'answer'"]
    )
    assert by_state == [
        ({"span_status": "ERROR"}, {"COUNT": 1}),
        ({"span_status": "OK"}, {"COUNT": 1}),
    ], by_state
    for value in (True, 0.25):
        mlflow.log_feedback(trace_id=found[0].info.trace_id, name="right", value=value)
    mlflow.log_feedback(trace_id=found[1].info.trace_id, name="right", value="no")
    ((_, values),) = metric(made, "ASSESSMENTS", "assessment_value", ("AVG", "MAX"))
    assert values["MAX"] == 1 and abs(values["AVG"] - 1.25 / 3) < 1e-9, values
    named = metric(made, "ASSESSMENTS", "assessment_count", dimensions=["assessment_value"])
    assert [d["assessment_value"] for d, _ in named] == ['"no"', "0.25", "true"], named


@check
def trace_metrics_refuse_what_they_lack():
    made = experiment()
    for view, name, kinds, more in (
        ("TRACES", "speed", ("COUNT",), {}),
        ("TRACES", "latency", ("COUNT",), {}),
        ("TRACES", "trace_count", ("COUNT",), {"dimensions": ["color"]}),
        ("TRACES", "trace_count", ("COUNT",), {"time_interval_seconds": 60}),
        ("TRACES", "trace_count", ("COUNT",), {"filters": ["span.name = 'x'"]}),
        ("TRACES", "trace_count", ("COUNT",), {"filters": ["trace.color = 'x'"]}),
    ):
        refuses("INVALID_PARAMETER_VALUE", metric, made, view, name, kinds, **more)


@check
def trace_filter_correlation():
    made, _ = answered("why", "how", "whatever", "fail")

    def correlate(first, second, base=None):
        return store.calculate_trace_filter_correlation([made], first, second, base)

    same = correlate("tags.long = 'True'", "tags.long = 'True'")
    assert abs(same.npmi - 1) < 1e-9 and same.joint_count == 2 and same.total_count == 4
    some = correlate("status = 'ERROR'", "tags.long = 'True'")
    assert (some.filter1_count, some.filter2_count, some.joint_count) == (1, 2, 1)
    assert abs(some.npmi - 0.5) < 1e-9, some
    assert abs(some.npmi_smoothed - 0.29248) < 1e-4, some
    assert correlate("status = 'ERROR'", "tags.long = 'False'").npmi == -1
    based = correlate("status = 'ERROR'", "tags.long = 'True'", "tags.long = 'True'")
    assert based.total_count == 2


@check
def trace_artifacts():
    _, (trace,) = answered("why")
    path = f"/ajax-api/3.0/mlflow/get-trace-artifact?request_id={trace.info.trace_id}"
    status, body = wire("GET", path)
    assert status == 200 and len(body["spans"]) == 2, body
    assert wire("GET", "/ajax-api/3.0/mlflow/get-trace-artifact")[0] == 400
    assert wire("GET", path + "&path=../x")[0] == 400


@check
def traces_of_a_run_and_their_infos():
    made, found = answered("why", "how")
    run = client.create_run(made).info.run_id
    client.link_traces_to_run([found[0].info.trace_id], run)
    linked = mlflow.search_traces(locations=[made], run_id=run, return_type="list")
    assert [each.info.trace_id for each in linked] == [found[0].info.trace_id]
    ids = [each.info.trace_id for each in found]
    assert {each.info.trace_id for each in store.batch_get_traces(ids, made)} == set(ids)
    assert {each.trace_id for each in store.batch_get_trace_infos(ids, made)} == set(ids)


@check
def assessments_life():
    _, (trace,) = answered("why")
    trace_id = trace.info.trace_id
    made = mlflow.log_expectation(trace_id=trace_id, name="answer", value={"a": [1, None]})
    read = mlflow.get_assessment(trace_id, made.assessment_id)
    assert read.value == {"a": [1, None]}
    first = mlflow.log_feedback(trace_id=trace_id, name="right", value=False, rationale="x")
    mlflow.override_feedback(trace_id=trace_id, assessment_id=first.assessment_id, value=True)
    valid = {
        each.value: each.valid
        for each in mlflow.get_trace(trace_id).info.assessments
        if each.name == "right"
    }
    assert valid == {False: False, True: True}, valid
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=made.assessment_id)
    try:
        mlflow.get_assessment(trace_id, made.assessment_id)
    except MlflowException as error:
        assert error.error_code == "RESOURCE_DOES_NOT_EXIST"
    else:
        raise AssertionError("found what was deleted")

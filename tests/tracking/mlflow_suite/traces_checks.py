"""Traces."""

import time

import mlflow
from suite import check, client, experiment


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

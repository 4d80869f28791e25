"""Traces, feedback and prompts with an unmodified mlflow client: python mlflow_traces.py URL."""

import sys

import mlflow
from mlflow.entities import Feedback

mlflow.set_tracking_uri(sys.argv[1])
experiment = mlflow.set_experiment("traces").experiment_id


@mlflow.trace
def inner(x):
    return x + 1


@mlflow.trace(attributes={"k": 1})
def outer(x):
    with mlflow.start_span("step") as span:
        span.set_inputs({"x": x})
        y = inner(x)
        span.set_outputs({"y": y})
    return y


with mlflow.start_run() as run:
    outer(1)
trace_id = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()

trace = mlflow.get_trace(trace_id)
assert trace.info.state == "OK", trace.info
assert [s.name for s in trace.data.spans] == ["outer", "step", "inner"], trace.data.spans
assert trace.data.spans[0].inputs == {"x": 1} and trace.data.spans[0].outputs == 2
assert trace.data.spans[0].attributes["k"] == 1

mlflow.set_trace_tag(trace_id, "team", "churn")
(found,) = mlflow.search_traces(filter_string="tags.team = 'churn'", return_type="list")
assert found.info.trace_id == trace_id and len(found.data.spans) == 3
(of_run,) = mlflow.search_traces(run_id=run.info.run_id, return_type="list")
assert of_run.info.trace_id == trace_id
mlflow.delete_trace_tag(trace_id, "team")

given = mlflow.log_feedback(trace_id=trace_id, name="good", value=True, rationale="ok")
assert mlflow.get_trace(trace_id).info.assessments[0].rationale == "ok"
mlflow.update_assessment(trace_id, given.assessment_id, Feedback(name="good", value=False))
assert mlflow.get_assessment(trace_id, given.assessment_id).feedback.value is False
mlflow.log_expectation(trace_id=trace_id, name="answer", value={"y": 2})
mlflow.delete_assessment(trace_id, given.assessment_id)
assert [a.name for a in mlflow.get_trace(trace_id).info.assessments] == ["answer"]

try:
    with mlflow.start_span("broken"):
        raise ValueError("no")
except ValueError:
    pass
mlflow.flush_trace_async_logging()
broken = mlflow.get_trace(mlflow.get_last_active_trace_id())
assert broken.info.state == "ERROR", broken.info

client = mlflow.MlflowClient()
assert client.delete_traces(experiment_id=experiment, trace_ids=[trace_id]) == 1
assert len(mlflow.search_traces(return_type="list")) == 1

mlflow.genai.register_prompt(name="greet", template="Hi {{name}}", tags={"a": "b"})
mlflow.genai.register_prompt(name="greet", template="Hello {{name}}")
mlflow.genai.set_prompt_alias("greet", "live", 2)
assert mlflow.genai.load_prompt("prompts:/greet@live").template == "Hello {{name}}"
assert mlflow.genai.load_prompt("prompts:/greet/1").template == "Hi {{name}}"
assert [p.name for p in mlflow.genai.search_prompts()] == ["greet"]
assert client.search_registered_models() == []
print("all ok")

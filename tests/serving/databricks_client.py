"""An unmodified databricks-sdk against a Millrace server: ``databricks_client.py URL``."""

import sys
from datetime import timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceAlreadyExists
from databricks.sdk.service.serving import (
    AutoCaptureConfigInput,
    EndpointCoreConfigInput,
    EndpointTag,
    Route,
    ServedEntityInput,
    TrafficConfig,
)

w = WorkspaceClient(host=sys.argv[1], token="any")
entity = ServedEntityInput(
    entity_name="spend", entity_version="1", workload_size="Small", scale_to_zero_enabled=True
)
created = w.serving_endpoints.create_and_wait(
    name="spend",
    config=EndpointCoreConfigInput(
        name="spend",
        served_entities=[entity],
        auto_capture_config=AutoCaptureConfigInput(
            catalog_name="main", schema_name="default", table_name_prefix="traffic", enabled=True
        ),
    ),
    tags=[EndpointTag(key="team", value="growth")],
    timeout=timedelta(minutes=10),
)
assert created.state.ready.value == "READY", created
assert created.config.served_entities[0].name == "spend-1"
assert created.config.auto_capture_config.state.payload_table.name.endswith("traffic_payload")
try:
    w.serving_endpoints.create(
        name="spend", config=EndpointCoreConfigInput(name="spend", served_entities=[entity])
    )
    raise AssertionError("created twice")
except ResourceAlreadyExists:
    pass

answer = w.serving_endpoints.query("spend", dataframe_records=[{"tenure": 3.0}, {"tenure": 10.0}])
assert [round(value, 3) for value in answer.predictions] == [10.0, 31.0], answer
assert answer.served_model_name == "spend-1", answer

routes = [
    Route(served_entity_name="old", served_model_name="old", traffic_percentage=0),
    Route(served_entity_name="new", served_model_name="new", traffic_percentage=100),
]
both = [
    ServedEntityInput(name=name, entity_name="spend", entity_version="1") for name in ("old", "new")
]
updated = w.serving_endpoints.update_config_and_wait(
    "spend", served_entities=both, traffic_config=TrafficConfig(routes=routes)
)
assert updated.config.config_version == 2
assert updated.pending_config is None
answer = w.serving_endpoints.query("spend", dataframe_records=[{"tenure": 3.0}])
assert answer.served_model_name == "new", answer

assert [e.name for e in w.serving_endpoints.list()] == ["spend"]
tags = w.serving_endpoints.patch("spend", delete_tags=["team"])
assert not w.serving_endpoints.get("spend").tags, tags
assert "request_count_total" in w.serving_endpoints.export_metrics("spend").contents.read().decode()
assert "parity" in w.serving_endpoints.build_logs("spend", "new").logs
w.serving_endpoints.delete("spend")
try:
    w.serving_endpoints.get("spend")
    raise AssertionError("still there")
except NotFound:
    pass
print("all ok")

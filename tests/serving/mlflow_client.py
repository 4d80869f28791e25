"""An unmodified mlflow deployments client against a Millrace server: ``mlflow_client.py URL``."""

import os
import sys
import time

os.environ["DATABRICKS_HOST"] = sys.argv[1]
os.environ["DATABRICKS_TOKEN"] = "any"

import pandas as pd
from mlflow.deployments import get_deploy_client

client = get_deploy_client("databricks")
config = {"served_entities": [{"entity_name": "spend", "entity_version": "1"}]}
client.create_endpoint(name="spend", config=config)
while client.get_endpoint("spend")["state"]["ready"] != "READY":
    time.sleep(0.2)
rows = pd.DataFrame({"tenure": [3.0, 10.0]})
split = rows.to_dict(orient="split")
answer = client.predict(endpoint="spend", inputs={"dataframe_split": split})
assert [round(value, 3) for value in answer["predictions"]] == [10.0, 31.0], answer
client.update_endpoint_config("spend", config)
assert [endpoint["name"] for endpoint in client.list_endpoints()] == ["spend"]
while client.get_endpoint("spend")["state"]["config_update"] != "NOT_UPDATING":
    time.sleep(0.2)
client.delete_endpoint("spend")
assert client.list_endpoints() == []
print("all ok")

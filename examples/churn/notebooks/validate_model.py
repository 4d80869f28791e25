# Databricks notebook source
# MAGIC %md
# MAGIC # Is this version good enough to ask for Production?
# MAGIC
# MAGIC The registry starts this notebook when a version appears. It holds the version against
# MAGIC `promotion.yaml` on customers that no model has seen. The gate does what comes of it:
# MAGIC Staging and a request for Production, or Archived and a comment to the author.

# COMMAND ----------

import json

import millrace
import pandas as pd

event = json.loads(dbutils.widgets.get("event_message"))
name, version = event["model_name"], event["version"]
print(f"{name} {version}: {event['text']}")

# COMMAND ----------

evaluation = millrace.gates.evaluate(name, version)
checks = pd.DataFrame(evaluation["checks"])
checks[["id", "passed", "value", "limit"]]

# COMMAND ----------

passed = int(checks["passed"].sum())
print(f"{name} {version}: {passed} of {len(checks)} checks passed")
dbutils.notebook.exit("passed" if evaluation["passed"] else "failed")

"""Imported once by the fork server of AutoML trials, so that no trial pays for it.

Only what is slow the first time and safe before a fork: imports and caches, no threads (an
OpenMP or Arrow thread pool that exists before a fork makes the child hang).
"""

from __future__ import annotations

import contextlib
import importlib
import os
from typing import Any

# Trials run side by side; one that also spread over the processors would only slow the others.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

_MODULES = [
    "IPython.display",
    "PIL.PngImagePlugin",
    "email.policy",
    "git",
    "lightgbm",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "mlflow",
    "mlflow.data.pandas_dataset",
    "mlflow.models.display_utils",
    "mlflow.pyfunc.scoring_server",
    "mlflow.sklearn",
    "mlflow.tracing.export.utils",
    "mlflow.tracing.processor.otel",
    "mlflow.tracing.provider",
    "mlflow.tracking.request_header.databricks_request_header_provider",
    "mlflow.tracking.request_header.registry",
    "mlflow.types.responses",
    "narwhals._pandas_like.dataframe",
    "narwhals.stable.v2",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pandas.plotting._matplotlib",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.calibration",
    "sklearn.compose",
    "sklearn.dummy",
    "sklearn.ensemble",
    "sklearn.feature_extraction.text",
    "sklearn.impute",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.svm",
    "sklearn.utils._pprint",
    "xgboost",
]

for _name in _MODULES:
    # An environment of the user's own may lack some; its trials say so when they need them.
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)

with contextlib.suppress(ImportError, AttributeError):
    _requirements: Any = importlib.import_module("mlflow.utils.requirements_utils")
    _requirements._init_packages_to_modules_map()

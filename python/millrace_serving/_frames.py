"""Rows of a scoring request as the data frame that a model expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Column", "build_frame", "build_matrix"]

_DTYPES = {
    "double": "float64",
    "float": "float32",
    "long": "int64",
    "integer": "int32",
    "boolean": "bool",
}
_MISSING_DTYPES = {"long": "float64", "integer": "float64", "boolean": "object"}


@dataclass(frozen=True)
class Column:
    """One column of a model's signature.

    Attributes:
        name: The column's name.
        type: MLflow's type: ``double``, ``string``, …; ``any`` keeps values as they came.
    """

    name: str
    type: str


def build_frame(columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """A data frame from one list of values per column; ``None`` becomes NaN."""
    import pandas as pd

    series = {
        column.name: _typed(column.type, list(cells))
        for column, cells in zip(columns, values, strict=True)
    }
    return pd.DataFrame(series, columns=[column.name for column in columns])


def _typed(kind: str, cells: list[Any]) -> Any:
    import numpy as np
    import pandas as pd

    missing = None in cells
    if kind == "datetime":
        return pd.to_datetime(pd.Series(cells, dtype=object), format="ISO8601")
    if kind in _DTYPES:
        dtype = _MISSING_DTYPES.get(kind, _DTYPES[kind]) if missing else _DTYPES[kind]
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=dtype)
    objects = np.empty(len(cells), dtype=object)
    objects[:] = [np.nan if cell is None else cell for cell in cells] if missing else cells
    return objects


def build_matrix(kind: str, rows: Sequence[Sequence[Any]]) -> np.ndarray[Any, Any]:
    """A two-dimensional array from rows of numbers; ``None`` becomes NaN."""
    import numpy as np

    cells = [[np.nan if cell is None else cell for cell in row] for row in rows]
    return np.array(cells, dtype=_DTYPES.get(kind, "float64"))

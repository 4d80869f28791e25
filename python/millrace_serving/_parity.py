"""Holds the ONNX graph against the model itself, row by row, before it may serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace_serving._frames import Column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TOLERANCE", "Sample", "compare", "find_refused_missing", "make_sample"]

TOLERANCE = 1e-4
"""Largest allowed difference of a probability, or of a value relative to max(1, |value|)."""

UNSEEN = "a category that no row had"
_ROWS = 1_000
_SEED = 20_260_101


@dataclass(frozen=True)
class Sample:
    """Rows made from the logged example: recombined, moved, with holes and unseen categories.

    Attributes:
        values: One list per column; None is missing.
        example_rows: How many rows are the example itself; they come first.
    """

    values: list[list[Any]]
    example_rows: int


def make_sample(
    columns: Sequence[Column],
    example: pd.DataFrame,
    *,
    vocabulary: Sequence[str],
    nullable: set[str],
) -> Sample:
    """Builds about a thousand rows around the example, the same ones every time.

    Args:
        columns: The signature's columns.
        example: The logged input example.
        vocabulary: Texts that the model knows.
        nullable: Names of the columns that may be missing.
    """
    import numpy as np

    rng = np.random.default_rng(_SEED)
    names = [column.name for column in columns]
    rows: list[list[Any]] = [_plain(row) for row in example[names].itertuples(index=False)]
    pools = [
        _pool(column, [row[i] for row in rows], vocabulary) for i, column in enumerate(columns)
    ]
    made: list[list[Any]] = []
    for index, column in enumerate(columns):
        for special in _specials(column, nullable):
            row = list(rows[int(rng.integers(len(rows)))])
            row[index] = special
            made.append(row)
    while len(rows) + len(made) < _ROWS:
        row = list(rows[int(rng.integers(len(rows)))])
        for index, column in enumerate(columns):
            draw = rng.random()
            if draw < 0.03 and column.name in nullable:
                row[index] = None
            elif draw < 0.06 and column.type == "string":
                row[index] = UNSEEN
            elif draw < 0.75:
                row[index] = pools[index](rng)
        made.append(row)
    every = rows + made
    return Sample([[row[i] for row in every] for i in range(len(names))], len(rows))


def _plain(row: Any) -> list[Any]:
    cells = [cell.item() if hasattr(cell, "item") else cell for cell in row]
    return [None if cell is None or cell != cell else cell for cell in cells]


def _specials(column: Column, nullable: set[str]) -> list[Any]:
    return ([None] if column.name in nullable else []) + (
        [UNSEEN] if column.type == "string" else []
    )


def _pool(column: Column, seen: list[Any], vocabulary: Sequence[str]) -> Callable[[Any], Any]:
    known = [value for value in seen if value is not None]
    if column.type == "string":
        texts = [*known, *vocabulary] or [UNSEEN]
        return lambda rng: texts[int(rng.integers(len(texts)))]
    if column.type == "boolean":
        return lambda rng: bool(rng.integers(2))
    if not known:
        known = [0.0]
    low, high = min(known), max(known)
    reach = (high - low) * 0.25
    whole = column.type in ("long", "integer") or all(float(value).is_integer() for value in known)

    def draw(rng: Any) -> Any:
        if rng.random() < 0.4:
            return known[int(rng.integers(len(known)))]
        value = float(rng.uniform(low - reach, high + reach))
        if column.type in ("long", "integer"):
            return round(value)
        return float(round(value)) if whole else round(value, 3)

    return draw


def find_refused_missing(
    columns: Sequence[Column], accepts: Callable[[str], bool], nullable: set[str]
) -> list[str]:
    """Names of the columns in which the model itself fails on a missing value."""
    return [c.name for c in columns if c.name in nullable and not accepts(c.name)]


def compare(expected: Any, found: Any, *, classes: Sequence[Any] | None) -> dict[str, Any]:
    """Largest difference, and rows whose label differs.

    Args:
        expected: Probabilities [n, classes] or values [n] of the model itself.
        found: The same of the graph.
        classes: None for values.
    """
    import numpy as np

    wanted = np.asarray(expected, dtype="float64").reshape(len(expected), -1)
    given = np.asarray(found, dtype="float64").reshape(len(found), -1)
    if wanted.shape != given.shape:
        return {"passed": False, "reason": f"shapes {wanted.shape} and {given.shape} differ"}
    scale = 1.0 if classes is not None else np.maximum(1.0, np.abs(wanted))
    difference = np.abs(wanted - given) / scale
    largest = float(difference.max()) if difference.size else 0.0
    labels = 0
    if classes is not None:
        labels = int((top_class(wanted) != top_class(given)).sum())
    return {
        "passed": bool(np.isfinite(given).all()) and largest <= TOLERANCE and labels == 0,
        "max_difference": largest,
        "label_mismatches": labels,
    }


def top_class(probabilities: Any) -> Any:
    """The first class whose probability is within 1e-6 of the largest, as the server chooses it."""
    import numpy as np

    largest = probabilities.max(axis=1, keepdims=True)
    return np.argmax(probabilities >= largest - 1e-6, axis=1)

"""Converts a logged model to ONNX and proves that it answers the same.

Runs as a process of its own in the model's environment plus ``skl2onnx``, ``onnxmltools`` and
``onnxruntime``. Its result says ``onnx`` with the proof, or ``pyfunc`` with the reason.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from millrace_serving._frames import Column, build_frame, build_matrix
from millrace_serving._models import (
    Candidate,
    Converted,
    NotConvertibleError,
    convert,
    load_candidate,
)
from millrace_serving._parity import TOLERANCE, Sample, compare, find_refused_missing, make_sample
from millrace_serving._rewrite import MISSING

__all__ = ["convert_model"]

_FORMAT = 1


def convert_model(model_dir: str, output_dir: str, request: dict[str, Any]) -> dict[str, Any]:
    """Writes ``model.onnx`` to ``output_dir`` when the graph answers as the model does.

    Args:
        model_dir: The downloaded model.
        output_dir: Where the graph goes.
        request: ``inputs`` (``kind``, ``columns`` or ``width``), ``flavors``, ``predict_fn``,
            ``input_example`` as the server read them from the MLmodel file.

    Returns:
        ``{"flavour": "onnx", ...}`` with inputs, outputs and parity, or
        ``{"flavour": "pyfunc", "reason": ...}``. Never raises for a model that cannot be converted.
    """
    started = time.perf_counter()
    try:
        result = _convert(model_dir, output_dir, request)
    except NotConvertibleError as error:
        result = {"flavour": "pyfunc", "reason": str(error)}
    except (
        Exception
    ) as error:  # a converter fails in its own ways; the model still serves in Python
        result = {
            "flavour": "pyfunc",
            "reason": f"conversion failed: {type(error).__name__}: {error}",
        }
    result["format"] = _FORMAT
    result["seconds"] = round(time.perf_counter() - started, 3)
    result["versions"] = _versions()
    return result


def _convert(model_dir: str, output_dir: str, request: dict[str, Any]) -> dict[str, Any]:
    inputs = request["inputs"]
    candidate = load_candidate(model_dir, request["flavors"], request["predict_fn"])
    subject = _Subject(model_dir, inputs, candidate, request["input_example"])
    converted, refused, report = _convert_precisely_enough(subject)
    with open(os.path.join(output_dir, "model.onnx"), "wb") as file:
        file.write(converted.graph.model.SerializeToString())
    dictionary = converted.graph.dictionary
    return {
        "flavour": "onnx",
        "precision": "double" if converted.is_double else "single",
        "numbers": converted.numbers if subject.named is not None else None,
        "texts": [
            {"column": name, "missing": dictionary.get(converted.fills[name], 0)}
            for name in converted.texts
        ],
        "dictionary": {text: code for text, code in dictionary.items() if text != MISSING},
        "refuses_missing": refused,
        "output": {
            "kind": candidate.outputs.kind,
            "predict": candidate.outputs.predict,
            "classes": candidate.outputs.classes,
        },
        "parity": report,
    }


def _convert_precisely_enough(
    subject: _Subject,
) -> tuple[Converted, list[str], dict[str, Any]]:
    """Single precision is faster; double is tried where single does not answer the same."""
    problems: list[str] = []
    for is_double in (False, True):
        precision = "double" if is_double else "single"
        try:
            converted = convert(
                subject.candidate, subject.named, subject.width, is_double=is_double
            )
            sample, refused = subject.sample(converted)
            report = _prove(subject, converted, sample)
        except NotConvertibleError as error:
            problems.append(str(error))
            continue
        except Exception as error:  # a converter fails in its own ways
            problems.append(f"{precision} precision: {type(error).__name__}: {error}")
            continue
        if report["passed"]:
            return converted, refused, report
        problems.append(f"{precision} precision: parity failed: {json.dumps(report)}")
    raise NotConvertibleError("; ".join(dict.fromkeys(problems)))


class _Subject:
    """The model's inputs: named columns, or a matrix whose columns are numbered."""

    def __init__(
        self, model_dir: str, inputs: dict[str, Any], candidate: Candidate, example: str
    ) -> None:
        from mlflow.models import Model
        from mlflow.models.utils import _read_example

        data = _read_example(Model.load(model_dir), model_dir)
        self.candidate = candidate
        self.kind: str = inputs.get("type", "double")
        self.nullable: set[str]
        if inputs["kind"] == "columns":
            self.named: list[Column] | None = [
                Column(c["name"], c["type"]) for c in inputs["columns"]
            ]
            self.nullable = {
                c["name"]
                for c in inputs["columns"]
                if not c["required"] or c["type"] in ("double", "float", "string")
            }
            self.columns = self.named
        else:
            self.named = None
            width = inputs.get("width") or len(data[0])
            self.columns = [Column(str(i), self.kind) for i in range(width)]
            self.nullable = (
                {c.name for c in self.columns} if self.kind in ("double", "float") else set()
            )
        self.width = len(self.columns)
        self.example = self._example_frame(data, example)

    def _example_frame(self, data: Any, example: str) -> Any:
        import pandas as pd

        names = [column.name for column in self.columns]
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
        if self.named is None:
            frame.columns = names
        missing = [name for name in names if name not in frame.columns]
        if missing or frame.empty:
            raise NotConvertibleError(f"{example} lacks {missing or 'rows'}")
        return frame

    def frame(self, values: list[list[Any]]) -> Any:
        """What the model itself is given."""
        if self.named is not None:
            return build_frame(self.named, values)
        return build_matrix(self.kind, list(zip(*values, strict=True)))

    def expected(self, values: list[list[Any]]) -> Any:
        ask = self.candidate.probabilities or self.candidate.predict
        answer = ask(self.frame(values))
        if self.candidate.outputs.predict == "positive":
            import numpy as np

            return np.column_stack([1 - answer, answer])
        return answer

    def sample(self, converted: Converted) -> tuple[Sample, list[str]]:
        first = [
            [cell]
            for cell in make_sample(
                self.columns, self.example.head(1), vocabulary=[], nullable=set()
            ).values
        ]
        one = [column[0][:1] for column in first]

        def accepts(name: str) -> bool:
            values = [
                [None] if column.name == name else cells
                for column, cells in zip(self.columns, one, strict=True)
            ]
            try:
                self.expected(values)
            except Exception:
                return False
            return True

        refused = find_refused_missing(self.columns, accepts, self.nullable)
        vocabulary = [text for text in converted.graph.dictionary if text != MISSING]
        sample = make_sample(
            self.columns, self.example, vocabulary=vocabulary, nullable=self.nullable - set(refused)
        )
        return sample, refused


def _prove(subject: _Subject, converted: Converted, sample: Sample) -> dict[str, Any]:
    import onnxruntime

    expected = subject.expected(sample.values)
    session = onnxruntime.InferenceSession(
        converted.graph.model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found = session.run(None, _feeds(subject, converted, sample.values))[0]
    report = compare(expected, found, classes=subject.candidate.outputs.classes)
    return {
        **report,
        "rows": len(sample.values[0]),
        "example_rows": sample.example_rows,
        "tolerance": TOLERANCE,
        "with_missing": sorted(subject.nullable),
        "with_unseen": converted.texts,
    }


def _feeds(subject: _Subject, converted: Converted, values: list[list[Any]]) -> dict[str, Any]:
    import numpy as np

    by_name = dict(zip([c.name for c in subject.columns], values, strict=True))
    numbers = converted.numbers if subject.named is not None else list(by_name)
    feeds: dict[str, Any] = {}
    if numbers:
        cells = [[np.nan if v is None else v for v in by_name[name]] for name in numbers]
        dtype = "float64" if converted.is_double else "float32"
        feeds["numbers"] = np.array(cells, dtype=dtype).T.copy()
    if converted.texts:
        dictionary = converted.graph.dictionary
        codes = [
            [dictionary.get(converted.fills[name] if v is None else v, 0) for v in by_name[name]]
            for name in converted.texts
        ]
        feeds["codes"] = np.array(codes, dtype="int32").T.copy()
    return feeds


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str] = {}
    for name in (
        "scikit-learn",
        "lightgbm",
        "xgboost",
        "xgboost-cpu",
        "skl2onnx",
        "onnxmltools",
        "onnxruntime",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

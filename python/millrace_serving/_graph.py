"""Turns the text of an ONNX graph into whole numbers and packs its inputs into two.

A graph made from a scikit-learn pipeline only ever compares text with constants. Every constant
gets a code, every other text is code 0, and text tensors become int64 tensors. The caller then
looks texts up in one dictionary, which is much cheaper than handing strings over, and passes one
float matrix and one code matrix, whatever the number of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["CODES", "NUMBERS", "PackedGraph", "UnsupportedGraphError", "pack"]

NUMBERS = "numbers"
CODES = "codes"

_MOVES_DATA = {
    "Concat",
    "Gather",
    "ArrayFeatureExtractor",
    "Where",
    "Identity",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Slice",
    "Split",
    "Expand",
    "Tile",
    "Flatten",
}
_TEXT_ATTRIBUTES = {
    "cats_strings": "cats_int64s",
    "keys_strings": "keys_int64s",
    "values_strings": "values_int64s",
    "default_string": "default_int64",
}


class UnsupportedGraphError(ValueError):
    """The graph does more with text than compare it with constants."""


@dataclass(frozen=True)
class PackedGraph:
    """A graph of inputs ``numbers`` (float [n, columns]) and ``codes`` (int32 [n, columns]).

    Attributes:
        model: The ONNX model.
        dictionary: Code of each text that the model knows; 0 is every other text.
    """

    model: Any
    dictionary: dict[str, int]


def pack(model: Any, *, numbers: Sequence[str], texts: Sequence[str], output: str) -> PackedGraph:
    """Packs the named [n, 1] inputs and keeps one output.

    Args:
        model: An ONNX model with one input per column.
        numbers: Names of float inputs, in the order of the columns of ``numbers``.
        texts: Names of string inputs, in the order of the columns of ``codes``.
        output: The output to keep.

    Raises:
        UnsupportedGraphError: An operator needs the text itself.
    """
    _keep_output(model.graph, output)
    dictionary = _encode_text(model.graph)
    _pack_inputs(model.graph, numbers, texts)
    return PackedGraph(model=model, dictionary=dictionary)


def pack_matrix(model: Any, *, name: str, output: str) -> PackedGraph:
    """The same for a model that takes one matrix; its input gets the name ``numbers``.

    Raises:
        UnsupportedGraphError: An operator needs the text itself.
    """
    for graph_input in model.graph.input:
        graph_input.name = NUMBERS
    for node in model.graph.node:
        for position, used in enumerate(node.input):
            if used == name:
                node.input[position] = NUMBERS
    _keep_output(model.graph, output)
    return PackedGraph(model=model, dictionary=_encode_text(model.graph))


def _keep_output(graph: Any, output: str) -> None:
    for other in [o for o in graph.output if o.name != output]:
        graph.output.remove(other)
    needed = {output}
    for node in reversed(list(graph.node)):
        if needed.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            needed.update(node.input)


def _encode_text(graph: Any) -> dict[str, int]:
    from onnx import TensorProto

    dictionary: dict[str, int] = {}
    text = {i.name for i in graph.input if i.type.tensor_type.elem_type == TensorProto.STRING}
    for initializer in graph.initializer:
        if initializer.data_type == TensorProto.STRING:
            codes = [_code(dictionary, value) for value in initializer.string_data]
            text.add(initializer.name)
            initializer.ClearField("string_data")
            initializer.data_type = TensorProto.INT64
            initializer.int64_data.extend(codes)
    for node in graph.node:
        takes_text = not text.isdisjoint(node.input)
        replaced = _encode_attributes(node, dictionary)
        if node.op_type in _MOVES_DATA:
            if takes_text:
                text.update(node.output)
        elif "values_strings" in replaced:
            text.update(node.output)
        elif takes_text and replaced.isdisjoint({"cats_strings", "keys_strings"}):
            raise UnsupportedGraphError(f"operator {node.op_type} needs the text itself")
    if graph.output[0].name in text:
        raise UnsupportedGraphError("the output is text")
    return dictionary


def _encode_attributes(node: Any, dictionary: dict[str, int]) -> set[str]:
    from onnx import helper

    replaced: set[str] = set()
    for attribute in list(node.attribute):
        other = _TEXT_ATTRIBUTES.get(attribute.name)
        if other is None:
            continue
        replaced.add(attribute.name)
        node.attribute.remove(attribute)
        if attribute.name == "default_string":
            value: Any = _code(dictionary, attribute.s)
        else:
            value = [_code(dictionary, text) for text in attribute.strings]
        node.attribute.append(helper.make_attribute(other, value))
    return replaced


def _code(dictionary: dict[str, int], text: bytes) -> int:
    return dictionary.setdefault(text.decode(), len(dictionary) + 1)


def _pack_inputs(graph: Any, numbers: Sequence[str], texts: Sequence[str]) -> None:
    from onnx import TensorProto, helper

    used = {name for node in graph.node for name in node.input}
    types = {i.name: i.type.tensor_type.elem_type for i in graph.input}
    del graph.input[:]
    nodes = []
    if numbers:
        number = types[numbers[0]]
        graph.input.append(helper.make_tensor_value_info(NUMBERS, number, [None, len(numbers)]))
        nodes += _unpack(NUMBERS, [n for n in numbers], used)
    if texts:
        graph.input.append(
            helper.make_tensor_value_info(CODES, TensorProto.INT32, [None, len(texts)])
        )
        nodes.append(helper.make_node("Cast", [CODES], [CODES + "_wide"], to=TensorProto.INT64))
        nodes += _unpack(CODES + "_wide", [t for t in texts], used)
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)


def _unpack(packed: str, names: Sequence[str], used: set[str]) -> list[Any]:
    from onnx import helper

    if len(names) == 1:
        return [helper.make_node("Identity", [packed], [names[0]])]
    outputs = [name if name in used else f"{name}_unused" for name in names]
    return [helper.make_node("Split", [packed], outputs, axis=1, num_outputs=len(names))]

"""ONNX files read and written without the package `onnx`, which is large for so small a task.

An ONNX file is a message of Protocol Buffers: numbered fields, each a whole number or bytes, which
may be another message.  Fields that are not decoded are kept as they are.  Fields are written in
the order of their numbers, as `onnx` itself does, so equal graphs give equal bytes.

Source: the encoding of Protocol Buffers (protobuf.dev, "Encoding"), `onnx/onnx.proto` (IR 10).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = int | bytes
Fields: TypeAlias = dict[int, list[Value]]  # by number


class ModelField(IntEnum):
    """Numbers of fields of a model."""

    IR_VERSION = 1
    GRAPH = 7
    OPSET = 8
    METADATA = 14


class GraphField(IntEnum):
    """Numbers of fields of a graph."""

    NODE = 1
    NAME = 2
    INITIALIZER = 5
    INPUT = 11
    OUTPUT = 12
    VALUE_INFO = 13


class NodeField(IntEnum):
    """Numbers of fields of an operation."""

    INPUT = 1
    OUTPUT = 2
    NAME = 3
    KIND = 4
    ATTRIBUTE = 5


class TensorField(IntEnum):
    """Numbers of fields of a constant."""

    DIMS = 1
    DATA_TYPE = 2
    NAME = 8
    RAW = 9
    EXTERNAL = 13
    LOCATION = 14


class PairField(IntEnum):
    """Numbers of fields of a pair of texts."""

    KEY = 1
    VALUE = 2


FLOAT, UINT8, INT8 = 1, 2, 3
INT64 = 7
_TYPES: dict[int, np.dtype[Any]] = {
    FLOAT: np.dtype("<f4"),
    UINT8: np.dtype("u1"),
    INT8: np.dtype("i1"),
    INT64: np.dtype("<i8"),
}
_INT, _INTS = 2, 7  # types of attributes
_WORD = 1 << 64


def read(data: bytes) -> Fields:
    """Return the fields of a message.

    Raises:
        ValueError: it is cut off, or has fields of a type that ONNX does not use.
    """
    found: Fields = {}
    at = 0
    while at < len(data):
        head, at = _number(data, at)
        value, at = _number(data, at)
        if head & 7 == 2:
            start, at = at, at + value
            if at > len(data):
                raise ValueError("a field breaks off")
            found.setdefault(head >> 3, []).append(data[start:at])
        elif head & 7 == 0:
            found.setdefault(head >> 3, []).append(value)
        else:
            raise ValueError(f"a field of kind {head & 7}")
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at byte `at`, and the byte behind its end."""
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            raise ValueError("a number breaks off")
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value % _WORD, at
    return value % _WORD, at


def write(fields: Mapping[int, Iterable[Value | str]]) -> bytes:
    """Return fields as a message; values of one number in their order."""
    out = bytearray()
    for number in sorted(fields):
        for value in fields[number]:
            if isinstance(value, int):
                out += _digits(number << 3) + _digits(value % _WORD)
            else:
                content = value.encode() if isinstance(value, str) else value
                out += _digits(number << 3 | 2) + _digits(len(content)) + content
    return bytes(out)


def _digits(value: int) -> bytes:
    """Return a number, seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def messages(values: Iterable[Value]) -> Iterator[Fields]:
    """Yield the fields of each message.

    Raises:
        ValueError: one of them is not a message.
    """
    for value in values:
        if isinstance(value, int):
            raise ValueError("expected a message, got a number")
        yield read(value)


def texts(fields: Fields, number: int) -> list[str]:
    """Return the values of a field as texts; numbers are left out."""
    return [value.decode() for value in fields.get(number, []) if isinstance(value, bytes)]


def pair(fields: Fields) -> tuple[str, str]:
    """Return the key and the value of a pair of texts.

    Raises:
        ValueError: it does not have exactly one of each.
    """
    (key,), (value,) = texts(fields, PairField.KEY), texts(fields, PairField.VALUE)
    return key, value


def write_tensor(name: str, array: NDArray[np.generic]) -> bytes:
    """Return an array as a named tensor.

    Raises:
        KeyError: its type is not among float32, uint8, int8 and int64.
    """
    kinds = {dtype: kind for kind, dtype in _TYPES.items()}
    return write(
        {
            TensorField.DIMS: list(array.shape),
            TensorField.DATA_TYPE: [kinds[array.dtype]],
            TensorField.NAME: [name],
            TensorField.RAW: [np.ascontiguousarray(array).tobytes()],
        }
    )


def read_tensor(fields: Fields) -> NDArray[np.generic]:
    """Return the array of a tensor that holds its numbers itself, not in another file.

    Raises:
        KeyError: it holds none, or numbers of another type than `write_tensor` takes.
        ValueError: it is damaged.
    """
    (kind,), (raw,) = fields[TensorField.DATA_TYPE], fields[TensorField.RAW]
    if not isinstance(kind, int) or not isinstance(raw, bytes):
        raise ValueError("a tensor of another form")
    shape = [size for size in fields.get(TensorField.DIMS, []) if isinstance(size, int)]
    array: NDArray[np.generic] = np.frombuffer(raw, _TYPES[kind]).reshape(shape)
    return array


def write_node(
    kind: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Mapping[str, int | Sequence[int]],
    *,
    name: str | None = None,
) -> bytes:
    """Return an operation.

    Args:
        kind: such as `Conv`.
        inputs, outputs: names of tensors.
        attributes: numbers or lists of numbers, by name.
        name: of the operation; None: it has none.
    """
    told = []
    for key, value in sorted(attributes.items()):
        if isinstance(value, int):
            told.append(write({1: [key], 3: [value], 20: [_INT]}))
        else:
            told.append(write({1: [key], 8: value, 20: [_INTS]}))
    return write(
        {
            NodeField.INPUT: inputs,
            NodeField.OUTPUT: outputs,
            NodeField.NAME: [] if name is None else [name],
            NodeField.KIND: [kind],
            NodeField.ATTRIBUTE: told,
        }
    )


def write_place(name: str, shape: Sequence[int | str] | None = None) -> bytes:
    """Return a float32 input or output of a graph.

    Args:
        name: of the tensor.
        shape: size of each axis, or a name for an axis of any size; None: any shape.
    """
    tensor: dict[int, list[Value]] = {1: [FLOAT]}
    if shape is not None:
        tensor[2] = [write({1: map(_axis, shape)})]
    return write({1: [name], 2: [write({1: [write(tensor)]})]})


def _axis(size: int | str) -> bytes:
    """Return one axis of a shape."""
    return write({2 if isinstance(size, str) else 1: [size]})


def resized(place: Value, size: int) -> bytes:
    """Return an input or output whose first axis has another size.

    Raises:
        KeyError: it has no shape.
        ValueError: it is damaged.
    """
    (told,) = messages([place])
    (kind,) = messages(told[2])
    (tensor,) = messages(kind[1])
    (shape,) = messages(tensor[2])
    shape[1][0] = _axis(size)
    tensor[2] = [write(shape)]
    kind[1] = [write(tensor)]
    told[2] = [write(kind)]
    return write(told)


def write_model(graph: Mapping[int, Iterable[Value | str]], *, opset: int, ir: int = 10) -> bytes:
    """Return the model of a graph.

    Args:
        graph: fields by number (`GraphField`).
        opset: version of the operations.
        ir: version of the format.
    """
    return write(
        {
            ModelField.IR_VERSION: [ir],
            ModelField.GRAPH: [write(graph)],
            ModelField.OPSET: [write({1: [""], 2: [opset]})],
        }
    )

"""ONNX files are the bytes that the package `onnx` writes, and damaged ones are refused."""

import numpy as np
import pytest

from seehear.encoders import onnx_file

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def test_a_model_is_the_very_bytes_of_the_package() -> None:
    rows = np.arange(300, dtype=np.float32).reshape(1, 300)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["y"], name="y", group=2, pads=[0, 1, 300, 70_000]),
        helper.make_node("Add", ["y", "b"], ["z"]),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 260])],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(rows, "w"), numpy_helper.from_array(np.array(7, np.int8), "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    ours = {
        onnx_file.GraphField.NODE: [
            onnx_file.write_node(
                "Conv", ["x", "w"], ["y"], {"pads": [0, 1, 300, 70_000], "group": 2}, name="y"
            ),
            onnx_file.write_node("Add", ["y", "b"], ["z"], {}),
        ],
        onnx_file.GraphField.NAME: ["net"],
        onnx_file.GraphField.INITIALIZER: [
            onnx_file.write_tensor("w", rows),
            onnx_file.write_tensor("b", np.array(7, np.int8)),
        ],
        onnx_file.GraphField.INPUT: [onnx_file.write_place("x", ["n", 3, 260])],
        onnx_file.GraphField.OUTPUT: [onnx_file.write_place("z")],
    }
    wanted = model.SerializeToString(deterministic=True)
    assert onnx_file.write_model(ours, opset=17) == wanted
    assert onnx_file.write(onnx_file.read(wanted)) == wanted
    (read,) = onnx_file.messages(onnx_file.read(wanted)[onnx_file.ModelField.GRAPH])
    tensors = [*onnx_file.messages(read[onnx_file.GraphField.INITIALIZER])]
    np.testing.assert_array_equal(onnx_file.read_tensor(tensors[0]), rows)
    assert onnx_file.read_tensor(tensors[1]) == 7
    assert onnx_file.texts(tensors[1], onnx_file.TensorField.NAME) == ["b"]


def test_the_first_axis_is_resized() -> None:
    place = onnx_file.write_place("x", ["n", 3])
    assert onnx_file.resized(place, 7) == onnx_file.write_place("x", [7, 3])


def test_numbers_below_zero_and_large_ones_come_back() -> None:
    for value in (0, 127, 128, 1 << 40, (1 << 64) - 1):
        assert onnx_file.read(onnx_file.write({5: [value]})) == {5: [value]}
    assert onnx_file.read(onnx_file.write({5: [-1]})) == {5: [(1 << 64) - 1]}


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\x05abc", b"\x08\x80", b"\x0d\x01\x02\x03\x04"])
def test_damaged_messages_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"breaks off|of kind"):
        onnx_file.read(data)


def test_a_number_is_no_message() -> None:
    with pytest.raises(ValueError, match="expected a message"):
        list(onnx_file.messages([3]))

"""Arrays of others: what numpy writes is read back; nothing else is unpickled or allocated."""

import pickle
import zipfile

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.foreign.arrays import is_of, opened_npz, read_npy, read_npz

ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.asfortranarray(np.arange(12, dtype=np.int64).reshape(3, 4)),
    np.zeros((0, 5), np.float16),
    np.array(["a", "bcd"]),
    np.array(3.5),
    np.array([True, False]),
    np.arange(3, dtype=">f8"),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype} {array.shape}")
@pytest.mark.parametrize("mapped", [False, True])
def test_what_numpy_writes_is_read_back(tmp_path, array, mapped) -> None:
    np.save(tmp_path / "a.npy", array)
    got = read_npy(tmp_path / "a.npy", mapped=mapped)
    np.testing.assert_array_equal(got, array)
    assert got.dtype == array.dtype
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", x=array)
        np.testing.assert_array_equal(read_npz(tmp_path / "a.npz")["x"], array)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(2, 2)", "(999999999999, 99999)", "expected 399,995,999,999,600,004 bytes .* got 16"),
        ("(2, 2)", "(-1, 2)", "tells no shape"),
        ("(2, 2)", "(" + "9" * 5_000 + ",)", "header cannot be read|tells no shape"),
        ("(2, 2)", "(" * 2_000, "header cannot be read"),
        ("(2, 2)", "(True, 4)", "tells no shape"),
        ("'<f4'", "'|O'", "expected an array of numbers, got type '|O'"),
        ("'<f4'", "[('a', '<f4', (9,))]", "expected an array of numbers"),
        ("'<f4'", "'<U9999999999'", "expected an array of numbers"),
        ("False", "__import__('os')", "header cannot be read"),
        ("'shape'", "'shap'", "does not tell type, order and shape"),
    ],
)
def test_a_header_is_believed_only_as_far_as_the_bytes_go(tmp_path, old, new, message) -> None:
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".replace(old, new)
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(16)
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match=message.replace("'|O'", r"'\|O'")):
        read_npy(tmp_path / "a.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", content)
    with pytest.raises(DataError, match="cannot be read as arrays"):
        read_npz(tmp_path / "a.npz")


def test_nothing_is_unpickled(tmp_path) -> None:
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    np.save(tmp_path / "a.npy", np.array([Bomb()], object), allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Bomb()))
    for name in ("a.npy", "b.npy"):
        with pytest.raises(DataError, match="not a readable array"):
            read_npy(tmp_path / name)


def test_a_check_comes_before_the_numbers(tmp_path) -> None:
    np.save(tmp_path / "a.npy", ARRAYS[0])
    with pytest.raises(DataError, match=r"expected \(3, 5\) float32, got \(3, 4\) float32"):
        read_npy(tmp_path / "a.npy", is_of((3, 5), "float32"))
    np.savez(tmp_path / "a.npz", x=ARRAYS[0])
    with opened_npz(tmp_path / "a.npz") as archive:
        assert archive.headers["x"].shape == (3, 4)
    with pytest.raises(DataError, match=r"none\.npz: cannot be read as arrays: FileNotFound"):
        read_npz(tmp_path / "none.npz")

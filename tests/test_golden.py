"""The account of golden vectors can fail, and every file has one."""

from pathlib import Path

import numpy as np
import pytest

from golden import OWNERS, Vectors, folder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def vectors(tmp_path: Path) -> Vectors:
    np.savez(tmp_path / "some.npz", x=np.arange(3), y=np.arange(3) / 2, z=np.ones(2, np.float16))
    return Vectors(tmp_path / "some.npz")


def test_every_file_has_an_owner_that_accounts_for_it(shared: Path) -> None:
    files = {path.stem for path in folder(shared).glob("*.npz")}
    assert files <= set(OWNERS), "name in OWNERS the test that accounts for a new file"
    for name, owner in OWNERS.items():
        text = (ROOT / owner).read_text(encoding="utf-8")
        assert ".finish(" in text, f"{owner} does not account for {name}"


def test_equal_values_pass(vectors: Vectors) -> None:
    assert vectors.group("z") == {"": pytest.approx(np.ones(2))}
    vectors.check("x", [0, 1, 2])
    vectors.check("y", [0, 0.5, 1.0001], atol=1e-3)
    vectors.finish()


def test_a_key_nobody_looks_at_fails(vectors: Vectors) -> None:
    vectors.given("x")
    vectors.check("y", vectors["y"])
    assert vectors["z"].sum() == 2  # reading alone is not an account
    with pytest.raises(AssertionError, match=r"some\.npz: nobody looks at z"):
        vectors.finish()
    vectors.finish("x", "y")


@pytest.mark.parametrize(
    ("key", "ours"), [("x", [0, 1, 3]), ("x", [0, 1]), ("y", [0, 0.5, np.nan]), ("v", [1])]
)
def test_another_value_shape_or_key_fails(vectors: Vectors, key: str, ours: list[float]) -> None:
    with pytest.raises(AssertionError):  # noqa: PT012 - either step may be the one that notices
        vectors.check(key, ours, atol=0.1)
        vectors.finish(key)


def test_a_key_is_checked_once(vectors: Vectors) -> None:
    vectors.check("x", vectors["x"])
    with pytest.raises(AssertionError, match="x is checked twice"):
        vectors.check("x", vectors["x"])


def test_only_chosen_elements_are_compared(vectors: Vectors) -> None:
    vectors.check("x", [0, 1, 9], where=np.array([True, True, False]))
    vectors.finish("x")
    vectors.comparisons.clear()
    vectors.check("x", [0, 1, 9], where=np.array([True, False, True]))
    with pytest.raises(AssertionError):
        vectors.finish("x")


def test_the_folder_is_the_one_pointed_at(
    shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SEEHEAR_GOLDEN", raising=False)
    assert folder(shared) == shared / "golden"
    monkeypatch.setenv("SEEHEAR_GOLDEN", str(tmp_path))
    assert folder(shared) == tmp_path

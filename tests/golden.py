"""Golden vectors: inputs and outputs of the released implementations, one `.npz` file a topic.

A file is described by the README beside it.  A test takes from `Vectors` what it gives to our code
(`given`) and hands back what our code makes of it (`check`).  `finish` compares, and fails if a key
of the file was neither given nor checked, so that nothing in it is overlooked.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

FOLDER_VARIABLE = "SEEHEAR_GOLDEN"  # another folder of golden vectors than the shared one

# who accounts for every key of a file
OWNERS = {
    "ave_forward": "tests/nn/test_official_golden.py",
    "dhhn_forward": "tests/nn/test_official_golden.py",
    "han_forward": "tests/nn/test_official_golden.py",
    "jomold_forward": "tests/nn/test_official_golden.py",
    "jomold_noise": "tests/labels/removal/test_jomold.py",
    "llp_ground_truth": "tests/data/test_llp.py",
    "lsld_denoise": "tests/labels/lsld/test_denoising.py",
    "lsld_forward": "tests/nn/test_official_golden.py",
    "ma_forward": "tests/nn/test_official_golden.py",
    "ma_label_refine": "tests/labels/removal/test_ma.py",
    "metrics": "tests/metrics/test_official_scores.py",
    "mgn_forward": "tests/nn/test_official_golden.py",
    "mm_pyramid_forward": "tests/nn/test_official_golden.py",
    "train_step": "tests/nn/test_official_golden.py",
}


def folder(shared: Path) -> Path:
    """Return the folder of golden vectors to compare with."""
    return Path(os.environ.get(FOLDER_VARIABLE) or shared / "golden")


def kept_rows(parameter: NDArray[np.generic], like: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the rows of a parameter that a file keeps, as many as `like` has.

    Of the three projections that stand in one matrix these are the first ones of each.
    """
    if len(parameter) == len(like):
        return parameter
    return np.concatenate([part[: len(like) // 3] for part in np.split(parameter, 3)])


@dataclass(frozen=True)
class Comparison:
    """What our code made of a file, for one key of it."""

    ours: NDArray[np.generic]
    atol: float
    rtol: float
    where: NDArray[np.bool_] | None


class Vectors(Mapping[str, NDArray[np.generic]]):
    """The arrays of one file by key; reading one does not count as comparing it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with np.load(path, allow_pickle=False) as file:
            self.arrays = {key: file[key] for key in file.files}
        self.inputs: set[str] = set()
        self.comparisons: dict[str, Comparison] = {}

    def __getitem__(self, key: str) -> NDArray[np.generic]:
        return self.arrays[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def under(self, prefix: str) -> list[str]:
        """Return the keys that begin with `prefix`, without it."""
        return [key.removeprefix(prefix) for key in self if key.startswith(prefix)]

    def given(self, key: str) -> NDArray[np.generic]:
        """Return an array that our code takes as an input; half precision becomes float32."""
        self.inputs.add(key)
        array = self.arrays[key]
        return array.astype(np.float32) if array.dtype == np.float16 else array

    def group(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """Return the inputs whose keys begin with `prefix`, by the rest of their keys."""
        return {name: self.given(prefix + name) for name in self.under(prefix)}

    def check(
        self,
        key: str,
        ours: ArrayLike,
        *,
        atol: float = 0.0,
        rtol: float = 0.0,
        where: NDArray[np.bool_] | None = None,
    ) -> None:
        """Hand back what our code says for `key`.

        Args:
            atol, rtol: how far it may be from the stored value; 0: equal.
            where: the elements that are compared; None: all.
        """
        assert key in self.arrays, f"{self.path.name} has no {key}"
        assert key not in self.comparisons, f"{key} is checked twice"
        self.comparisons[key] = Comparison(np.asarray(ours), atol, rtol, where)

    def compare(self, key: str) -> None:
        """Fail if our value for `key` is not the stored one."""
        found, stored = self.comparisons[key], self.arrays[key]
        assert found.ours.shape == stored.shape, f"{key}: {found.ours.shape} for {stored.shape}"
        ours = found.ours
        if found.where is not None:
            ours, stored = ours[found.where], stored[found.where]
        if found.atol or found.rtol:
            np.testing.assert_allclose(ours, stored, atol=found.atol, rtol=found.rtol, err_msg=key)
        else:
            np.testing.assert_array_equal(ours, stored, err_msg=key)

    def finish(self, *prefixes: str) -> None:
        """Compare every key checked, and fail for keys that were neither given nor checked.

        Args:
            prefixes: account for the keys below these only; none: for all.
        """
        for key in self.comparisons:
            self.compare(key)
        mine = {key for key in self if not prefixes or key.startswith(prefixes)}
        overlooked = mine - self.inputs - set(self.comparisons)
        assert not overlooked, f"{self.path.name}: nobody looks at {', '.join(sorted(overlooked))}"

"""AVE's HDF5 features: rows by the lines of its table, and a network that learns from them."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_ave
from seehear.data import open_dataset
from seehear.errors import FeatureError, MissingExtraError
from seehear.features import open_features
from seehear.features.ave_hdf5 import FILES, KEY
from seehear.metrics.own_figures import Given, official_figures
from seehear.time import decide
from seehear.train import RunOptions, predict_split, prepare, run
from small_world import TINY

h5py = pytest.importorskip("h5py")
SPLITS = {"train": [0, 1], "val": [2], "test": [1, 0]}


def written(root: Path, samples: int = 3) -> Path:
    """AVE's table, its splits, and features: sample n has n everywhere, n + 1 in one place."""
    write_ave(root)
    for split, order in SPLITS.items():
        with h5py.File(root / f"{split}_order.h5", "w") as file:
            file["order"] = np.array(order)
    for name, (_, shape, _) in FILES.items():
        rows = np.zeros((samples, *shape), np.float32)
        rows += np.arange(samples).reshape(-1, *[1] * len(shape))
        if len(shape) > 2:
            rows[:, :, 0, 0] += 1
        with h5py.File(root / name, "w") as file:
            file[KEY] = rows
    return root


@pytest.mark.usefixtures("no_graphs")
def test_from_the_published_files_to_its_own_figure(tmp_path: Path) -> None:
    root = written(tmp_path)
    dataset, store = open_dataset(root), open_features(root)
    assert {name: (s.rows, s.dim) for name, s in store.streams.items()} == {
        "vggish-ave/feature": (10, 128),
        "vgg19-ave/feature": (10, 512),
    }
    assert store.names == ("bbbbbbbbbb1", "bbbbbbbbbb2", "bbbbbbbbbb2#3")
    seen = store.rows("vgg19-ave/feature", "bbbbbbbbbb2#3")
    np.testing.assert_allclose(seen, np.full((10, 512), 2 + 1 / 49), rtol=1e-6)
    said: list[str] = []
    options = RunOptions(device="cpu", say=said.append)
    prepared = prepare(dataset, store, "han", settings=TINY, options=options)
    assert prepared.features.name == "ave"
    # the truth tells only what is heard and seen at once
    assert prepared.recipe.training.select == "segment/audio_visual"
    assert any("heard and seen at once" in line for line in said)
    found = predict_split(run(prepared, tmp_path / "run", options=options), store, dataset, "test")
    on = decide(*found[:3], decoding=found.decoding)
    given = Given(on[:, :, 0], on[:, :, 1], list(found.segment_prob))
    split = dataset.splits["test"]
    own = official_figures(dataset, split, split.truth(), given)
    assert own is not None
    assert 0 <= own.figures["segment_accuracy"] <= 1


def test_what_does_not_fit_is_told(tmp_path: Path, monkeypatch) -> None:
    root = written(tmp_path, samples=2)
    with pytest.raises(FeatureError, match=r"expected \(3, 10, 128\) floats, a row for each line"):
        open_features(root)
    (root / "Annotations.txt").unlink()
    with pytest.raises(FeatureError, match="run: seehear fetch ave"):
        open_features(root)
    written(tmp_path)
    with pytest.raises(FeatureError, match=r"clip 'nobody' has no line in Annotations\.txt"):
        open_features(root).rows("vggish-ave/feature", "nobody")
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'seehear\[hdf5\]'"):
        open_features(root)

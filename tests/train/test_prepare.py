"""What a run needs before it begins: features chosen and read, settings, clips left out."""

import numpy as np
import pytest

from seehear.errors import ConfigError, DataError, FeatureError, SeehearError
from seehear.train import (
    RunOptions,
    load_run,
    prepare,
    run,
)
from seehear.train.prepare import _whole_clips as whole_clips
from small_world import TINY, write_world


def test_clips_without_features_are_counted_refused_or_left_out(tmp_path):
    dataset, store = write_world(tmp_path, drop=("train03", "train05", "val01"))
    with pytest.raises(
        FeatureError, match=r"2 of 24 clips without yamnet/feature, first train03.*delete the rows"
    ):
        prepare(dataset, store, "han", settings=TINY)
    said = []
    prepared = prepare(
        dataset, store, "han", settings=TINY, options=RunOptions(skip_missing=True, say=said.append)
    )
    assert said[0] == "train: 2 of 24 clips without features left out (first: train03)"
    assert (len(prepared.train), len(prepared.val), len(prepared.truth[0])) == (22, 7, 7)


def test_a_class_of_every_training_clip_is_told(tmp_path):
    dataset, store = write_world(tmp_path)
    table = dataset.root / "train.csv"
    head, *rows = table.read_text().splitlines()
    names = [row.split("\t")[0] for row in rows]
    table.write_text("\n".join([head, *(f"{name}\tCat" for name in names)]) + "\n")
    said = []
    from seehear.data import open_dataset

    options = RunOptions(say=said.append)
    prepare(open_dataset(dataset.root), store, "han", settings=TINY, options=options)
    assert said[0] == (
        "warning: every training clip has Cat: without a clip that lacks it, training cannot learn"
        " where it is not; add clips without it"
    )
    said.clear()
    prepare(dataset, store, "han", settings=TINY, options=options)
    assert said == []


@pytest.mark.parametrize(("val", "told"), [(15, True), (16, False)])
def test_too_few_clips_to_tell_unlike_footage_are_told(tmp_path, val, told):
    dataset, store = write_world(tmp_path, sizes=(16, val, 2))
    said = []
    options = RunOptions(say=said.append)
    few = prepare(dataset, store, "lsld-robust", settings=TINY, options=options).few
    assert not any("like its training clips" in line for line in said)  # not before it is trained
    assert (few is not None) == told
    if told:
        assert few.startswith("note: this parser cannot tell which videos are like its training")
        assert "there are too few in val (15). So it treats every video as unlike them" in few
        assert few.endswith("seehear parse --prior none")
    # it parses without a prior
    assert prepare(dataset, store, "han", settings=TINY, options=options).few is None


def test_clips_without_sound_do_not_count_for_telling_footage():
    heard, seen = np.ones((2, 20, 1, 3), np.float32)
    heard[:6] = 0
    assert whole_clips({"audio": heard, "visual": seen}) == 14
    assert whole_clips({}) == 0


def test_a_dataset_without_train_split(tmp_path):
    dataset, store = write_world(tmp_path)
    toml = dataset.root / "dataset.toml"
    toml.write_text(toml.read_text().replace("[splits.train]", "[splits.learn]"))
    from seehear.data import open_dataset

    with pytest.raises(DataError, match="expected a split called train, got learn, val, test"):
        prepare(open_dataset(dataset.root), store, "han", settings=TINY)


def test_wrong_settings_and_recipes(world):
    with pytest.raises(ConfigError, match="no recipe 'hann'; did you mean han"):
        prepare(*world, "hann")
    with pytest.raises(ConfigError, match="did you mean epochs"):
        prepare(*world, "han", settings={"training.epoch": "3"})
    with pytest.raises(SeehearError, match=r"device: no CUDA device found for cuda"):
        prepare(*world, "han", settings=TINY, options=RunOptions(device="cuda"))


def test_no_truth_on_val_keeps_the_last_epoch_and_says_so(tmp_path):
    said = []
    prepared = prepare(
        *write_world(tmp_path, truth=("test",)),
        "han",
        settings=TINY,
        options=RunOptions(say=said.append),
    )
    assert "training.select=last" in said[0]
    about = load_run(run(prepared, tmp_path / "run")).about
    assert about["epoch"] == 3
    assert about["figures"] is None

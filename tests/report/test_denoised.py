"""What the figures rest on: groups, prompts, and the labels that a video-level denoiser leaves."""

import shutil

import numpy as np
import pytest

from report_world import OPTIONS, make, tower
from seehear import train
from seehear.data import open_dataset
from seehear.errors import ConfigError, DataError
from seehear.labels.lsld import build
from seehear.labels.store import SegmentLabels, load, save
from seehear.report.denoised import read_denoised, read_options
from seehear.report.withdrawn import labels_left
from seehear.train import RunFolder
from small_world import TINY


@pytest.fixture(scope="module")
def world(tmp_path_factory, no_graphs):
    return make(
        tmp_path_factory.mktemp("world"), video=None, recipes=("han", "lsld", "ma", "jomold")
    )


@pytest.fixture(scope="module")
def denoised(world):
    return read_denoised(world.runs["lsld"], world.store, world.dataset, load_tower=tower)


def test_options_are_those_of_the_run_or_its_labels(world):
    assert read_options(world.labels, world.store) == OPTIONS
    assert read_options(world.runs["lsld"], world.store) == OPTIONS
    assert (
        read_options(world.runs["han"], world.store).visual == "conse"
    )  # the folder holds no CLIP
    with pytest.raises(DataError, match="expected a run folder"):
        read_options(world.dataset.root, world.store)


def test_groups_split_all_segments_by_their_label(denoised):
    for column in range(4):
        inside, outside = denoised.groups(column)
        assert len(inside) == (denoised.hard[..., column] == 1).sum()
        assert len(inside) + len(outside) == denoised.hard[..., column].size


def test_the_best_prompt_of_a_segment_names_its_labels(denoised, world):
    for row in range(5):
        prompts, similarity = denoised.prompts(row)
        for t, best in enumerate(similarity.argmax(axis=0)):
            on = [denoised.texts[c] for c in np.flatnonzero(denoised.hard[row, t])]
            assert prompts[best] == (" and ".join(on) if on else "other")


def test_a_track_that_was_not_denoised_is_refused(world):
    with pytest.raises(ConfigError, match="keeps its weak labels"):
        read_denoised(world.labels, world.store, world.dataset, track="audio", load_tower=tower)


def test_ma_leaves_what_it_did_not_withdraw(world):
    left = labels_left(world.runs["ma"], world.store, world.dataset)
    removed = RunFolder(world.runs["ma"]).load_artefact("removals")
    weak = world.dataset.split("train").weak.astype(bool)
    for track in ("audio", "visual"):
        assert (left[track] == (weak & ~np.asarray(removed[track], bool))).all()


def test_jomold_withdraws_no_more_than_its_noise_ratios(world):
    left = labels_left(world.runs["jomold"], world.store, world.dataset)
    ratios = RunFolder(world.runs["jomold"]).load_artefact("ratios")
    weak = world.dataset.split("train").weak.astype(bool)
    for track in ("audio", "visual"):
        gone = (weak & ~left[track]).sum(axis=0)
        assert (gone <= np.floor(ratios[track] * weak.sum(axis=0))).all()
        assert not (left[track] & ~weak).any()


def test_a_run_that_withdraws_nothing_is_refused(world):
    with pytest.raises(ConfigError, match="withdraws no labels"):
        labels_left(world.runs["han"], world.store, world.dataset)


def test_labels_of_a_run_are_those_it_was_trained_on(tmp_path):
    """Whatever the folders hold today: the tables lost a clip and gained labels."""
    made = make(tmp_path, video=None, recipes=("lsld",))
    before = read_denoised(made.runs["lsld"], made.store, made.dataset, load_tower=tower)
    assert before.notes == ()
    table = made.dataset.root / "train.csv"
    rows = table.read_text().splitlines()
    table.write_text("\n".join([rows[0], *(f"{row},Speech" for row in rows[2:])]) + "\n")
    changed = open_dataset(made.dataset.root)
    after = read_denoised(made.runs["lsld"], made.store, changed, load_tower=tower)
    np.testing.assert_array_equal(after.hard, before.hard)
    np.testing.assert_array_equal(after.built.weak, before.built.weak)
    assert after.names == before.names
    assert after.texts == before.texts
    assert after.built.report == before.built.report
    # what older runs keep: nothing of how their labels were made
    labels = RunFolder(made.runs["lsld"]).labels
    old = load(labels)
    shutil.rmtree(labels)
    save(SegmentLabels(None, old.visual, old.names, old.vocabulary, old.provenance), labels)
    again = read_denoised(made.runs["lsld"], made.store, changed, load_tower=tower)
    assert "does not say how its labels were made" in again.notes[0]
    assert len(again.names) == len(before.names) - 1


def test_labels_of_several_seeds_are_found_and_given_ones_stay_with_theirs(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "text_tower", lambda encoder, load: tower(encoder))
    made = make(tmp_path, video=None, recipes=())
    prepared = train.prepare(made.dataset, made.store, "lsld", settings=TINY)
    given = load(made.labels)
    (one,) = train.run_seeds(prepared, tmp_path / "seeds", [1], labels=given)
    (other,) = train.run_seeds(prepared, tmp_path / "seeds", [2])
    kept = RunFolder(one).labels
    assert load(kept).provenance == given.provenance
    assert kept != RunFolder(other).labels == tmp_path / "seeds" / "labels"
    found = read_denoised(one, made.store, made.dataset, load_tower=tower)
    assert (found.options, found.notes) == (OPTIONS, ())
    assert read_denoised(other, made.store, made.dataset, load_tower=tower).notes == ()


def test_features_of_other_weights_or_fewer_clips_are_named(world, denoised, monkeypatch):
    kind = type(world.store)
    count = kind.count
    monkeypatch.setattr(kind, "encoders", lambda self: {"conse": {"weights": {"conse": "dd"}}})
    monkeypatch.setattr(
        kind, "count", lambda self, stream, name: count(self, stream, name) * (name != "train00")
    )
    found = read_denoised(world.runs["lsld"], world.store, world.dataset, load_tower=tower)
    assert len(found.names) == len(denoised.names) - 1
    assert "1 of 24 clips, without features of conse" in found.notes[0]
    assert "other weights of conse" in found.notes[1]

"""What the figures rest on: groups, prompts, and the labels that a video-level denoiser leaves."""

import numpy as np
import pytest

from report_world import OPTIONS, make, tower
from seehear.errors import ConfigError, DataError
from seehear.report.denoised import read_denoised, read_options
from seehear.report.withdrawn import labels_left
from seehear.train import RunFolder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
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

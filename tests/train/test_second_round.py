"""Labels made a second time: two of three witnesses, and no parser judges what it learnt."""

import dataclasses

import numpy as np
import pytest
import torch

from seehear.errors import ConfigError
from seehear.labels.store import SegmentLabels
from seehear.recipes import resolve
from seehear.train import prepare, second_round
from seehear.train.loop import TrainingTask
from seehear.train.run import run as train
from seehear.train.second_round import PARTS, agreed, judge, parts, witnesses
from seehear.train.targets import build_targets
from small_world import CLASSES, SEGMENTS, TINY


def test_two_of_three_keep_or_restore_a_label_inside_the_weak_one():
    said = [np.array([[[1.0, 0]], [[1, 1]]]), np.array([[[0.0, 1]], [[1, 0]]])]
    parser = np.array([[[0.6, 0.9]], [[0.1, 0.7]]])
    weak = np.array([[1, 1], [1, 0]])
    assert agreed(weak, [*said, parser]).tolist() == [[[1, 1]], [[1, 0]]]


@pytest.fixture(scope="module")
def labelled(world):
    """Return a small task of lsld-plus and labels for its segments."""
    prepared = prepare(*world, "lsld-plus", settings={**TINY, "training.epochs": 2})
    weak = prepared.train.weak
    labels = np.repeat(weak.numpy()[:, None], SEGMENTS, axis=1)
    arrays = {"audio": labels, "visual": labels}
    targets = build_targets(prepared.recipe.labels, weak, {"labels": arrays}, SEGMENTS)
    task = TrainingTask(
        recipe=prepared.recipe,
        train=prepared.train,
        targets=targets,
        val=prepared.val,
        truth=prepared.truth,
        artefacts={},
        dims=prepared.dims,
        segments=SEGMENTS,
        seed=1,
        device=torch.device("cpu"),
    )
    return task, labels


def test_a_clip_is_judged_by_a_parser_that_did_not_see_its_labels(labelled):
    task, _ = labelled
    held = parts(len(task.train)) == 0
    assert 0 < held.sum() < len(held)
    assert set(parts(24).tolist()) == set(range(PARTS))
    first = judge(task, held)
    others = {name: array.clone() for name, array in task.targets.items()}
    for array in others.values():
        array[torch.from_numpy(held)] = 1.0  # other labels of the held-out clips
    again = judge(dataclasses.replace(task, targets=others), held)
    assert first.shape == (held.sum(), SEGMENTS, 2, len(CLASSES))
    assert np.array_equal(first, again)


def test_a_run_trains_on_the_labels_of_the_second_round(world, labelled, tmp_path, monkeypatch):
    task, labels = labelled
    never = {"audio": np.zeros_like(labels), "visual": labels}
    monkeypatch.setattr(second_round, "witnesses", lambda *given: [never, never])
    prepared = prepare(
        *world, "lsld-plus", settings={**TINY, "training.epochs": 1, "labels.rounds": 2}
    )
    given = SegmentLabels(labels, labels, task.train.names, CLASSES)
    folder = train(prepared, tmp_path / "run", labels=given)
    with np.load(folder / "stages" / "final-second-round.npz") as made:
        assert not made["audio"].any()
        assert np.array_equal(made["visual"], labels)


def test_without_denoised_labels_there_is_no_second_round(world):
    with pytest.raises(ConfigError, match=r"labels\.rounds=1"):
        witnesses(resolve("han", "offline"), *world, ())

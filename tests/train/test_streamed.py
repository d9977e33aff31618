"""Batches read from the features folder: the numbers of training in memory, in little memory."""

import sys
import tracemalloc

import numpy as np
import pytest
import torch

from killing import killed_after
from seehear.errors import FeatureError
from seehear.recipes import FEATURES
from seehear.train import RunFolder, RunOptions, prepare, run
from seehear.train.data import clip_bytes, load_clips, statistics, stream_clips
from seehear.train.streamed import StreamedClips
from small_recipes import small_settings
from small_world import SEGMENTS, TINY, write_world

pytestmark = pytest.mark.usefixtures("no_graphs")
STREAMED = RunOptions(stream=True)


def same_run(one, other):
    """Compare the losses and every byte of the weights of two runs."""
    logs = [RunFolder(folder).log() for folder in (one, other)]
    for a, b in zip(*logs, strict=True):
        assert (a["loss"], a["val"], a["chosen"]) == (b["loss"], b["val"], b["chosen"])
    for name in ("initial", "best", "last"):
        a, b = ((folder / f"{name}.safetensors").read_bytes() for folder in (one, other))
        assert a == b, name


def sources(store, split, features="offline"):
    given = (store, FEATURES[features], split.names, split.weak, SEGMENTS)
    return load_clips(*given), stream_clips(*given)


@pytest.mark.parametrize("recipe", ["han", "ma", "jomold"])
def test_losses_and_weights_are_those_of_training_in_memory(world, tmp_path, recipe):
    settings = small_settings(recipe, epochs=2)
    folders = []
    for name, options in (("memory", RunOptions(stream=False)), ("streamed", STREAMED)):
        prepared = prepare(*world, recipe, settings=settings, options=options)
        folders.append(run(prepared, tmp_path / name, options=options))
    assert isinstance(prepared.train, StreamedClips)
    same_run(*folders)


def test_a_run_that_stopped_in_memory_goes_on_from_the_folder(world, tmp_path, monkeypatch):
    held = prepare(*world, "han", settings=TINY)
    streamed = prepare(*world, "han", settings=TINY, options=STREAMED)
    whole = run(held, tmp_path / "whole")
    killed_after(4, monkeypatch, held, tmp_path / "cut", RunOptions(save_every=1))
    same_run(whole, run(streamed, tmp_path / "cut"))


def test_numbers_of_the_standardisation_are_the_same_over_several_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("seehear.train.streamed.CHUNK", 5)
    dataset, store = write_world(tmp_path)
    held, streamed = sources(store, dataset.split("train"))
    numbers = statistics(held)
    for name, value in statistics(streamed).items():
        assert torch.equal(value, numbers[name]), name
    part = streamed.standardised(numbers).inputs(torch.tensor([7, 2]))["audio"]
    expected = (held.audio[[7, 2]] - numbers["audio.mean"]) / numbers["audio.deviation"]
    assert torch.equal(part, expected)


def test_some_of_the_clips_are_those_clips(world):
    dataset, store = world
    held, streamed = sources(store, dataset.split("train"))
    index = torch.tensor([5, 0, 9])
    some, same = held.select(index), streamed.select(index)
    assert same.names == some.names
    assert torch.equal(same.weak, some.weak)
    assert torch.equal(same.inputs(slice(None))["audio"], some.audio)


def test_what_is_read_ahead_is_taken_once_and_only_if_it_is_what_is_asked_for(world, monkeypatch):
    dataset, store = world
    held, streamed = sources(store, dataset.split("train"))
    taken = []
    real = StreamedClips._read
    monkeypatch.setattr(
        StreamedClips, "_read", lambda self, rows: taken.append(rows.tolist()) or real(self, rows)
    )
    streamed.read_ahead(torch.tensor([3, 1]))
    for index in (torch.tensor([3, 1]), torch.tensor([3, 1]), slice(0, 2)):
        assert torch.equal(streamed.inputs(index)["visual"], held.visual[index])
    assert taken == [[3, 1], [3, 1], [0, 1]]
    streamed.read_ahead(torch.tensor([3, 1]))
    assert torch.equal(streamed.inputs(slice(4, 6))["visual"], held.visual[4:6])


def test_a_step_reads_the_next_batch_ahead_and_nothing_twice(world, tmp_path, monkeypatch):
    prepared = prepare(*world, "han", settings={**TINY, "training.epochs": 1}, options=STREAMED)
    taken = []
    real = StreamedClips._read
    monkeypatch.setattr(
        StreamedClips, "_read", lambda self, rows: taken.append(len(rows)) or real(self, rows)
    )
    run(prepared, tmp_path / "run")
    assert [n for n in taken if n != 1] == [10, 10, 4, 8]  # three batches of 24 clips, and val


@pytest.mark.parametrize("bad", [("conse/feature", "train07", np.nan), None])
def test_damaged_and_missing_clips_are_told_before_training(tmp_path, bad):
    dataset, store = write_world(tmp_path, bad=bad, drop=() if bad else ("train03", "train05"))
    message = "clip train07: conse/feature holds NaN" if bad else "2 of 24 clips without yamnet/fea"
    with pytest.raises(FeatureError, match=message):
        prepare(dataset, store, "han", settings=TINY, options=STREAMED)


def test_memory_does_not_grow_with_the_clips(tmp_path, monkeypatch):
    monkeypatch.setattr("seehear.train.streamed.CHUNK", 32)
    monkeypatch.setattr(sys.modules["seehear.train.prepare"], "_ENOUGH", 100)
    dims = {"yamnet/feature": 512, "yamnet/logits": 4, "conse/feature": 512, "conse/space": 2}

    def peak(clips):
        dataset, store = write_world(tmp_path / str(clips), sizes=(clips, 8, 8), dims=dims)
        tracemalloc.start()
        prepared = prepare(dataset, store, "han", settings=TINY, options=STREAMED)
        order = torch.randperm(clips)
        for batch in order.split(10):
            prepared.train.inputs(batch)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    size = clip_bytes(write_world(tmp_path / "size", dims=dims)[1], FEATURES["offline"], SEGMENTS)
    small, large = peak(300), peak(900)
    assert large - small < 0.1 * 600 * size, (large - small, 600 * size)  # names and labels


def test_where_features_do_not_fit_they_are_streamed_and_that_is_said(world, monkeypatch):
    said = []
    for there in (None, 10**6, 10_000):
        monkeypatch.setattr("seehear.train.memory.memory_bytes", lambda there=there: there)
        prepared = prepare(*world, "han", settings=TINY, options=RunOptions(say=said.append))
        assert isinstance(prepared.train, StreamedClips) == (there == 10_000)
    assert len(said) == 1
    assert "do not fit into memory: each batch is read when it is needed" in said[0]

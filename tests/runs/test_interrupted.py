"""A run whose training was interrupted says how far it is, wherever it is read."""

import json

import pytest

from seehear.runs.interrupted import interrupted


@pytest.fixture
def folder(tmp_path):
    """Return a run that was stopped after two of sixty epochs."""
    for name in ("state.safetensors", "best.safetensors"):
        (tmp_path / name).touch()
    (tmp_path / "log.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n')
    asked = {"definition": {"training": {"epochs": 60}}}
    (tmp_path / "recipe.json").write_text(json.dumps(asked))
    return tmp_path


def test_it_says_how_many_epochs_are_done_and_what_goes_on(folder):
    told = f"{folder}: trained 2 of 60 epochs; the same seehear train command goes on"
    assert interrupted(folder) == told
    assert interrupted(folder / "best.safetensors") == told


def test_without_a_record_of_what_was_asked_it_counts_the_epochs(folder):
    (folder / "recipe.json").write_text("{")
    assert interrupted(folder).startswith(f"{folder}: trained 2 epochs; ")


def test_a_stop_between_the_last_epoch_and_the_record_is_told_too(folder):
    (folder / "state.safetensors").rename(folder / "last.safetensors")
    assert "trained, but stopped before" in interrupted(folder)


def test_a_finished_run_a_model_file_alone_and_an_address_say_nothing(folder, tmp_path_factory):
    (folder / "run.json").write_text("{}")
    assert interrupted(folder) is None
    other = tmp_path_factory.mktemp("other")
    (other / "best.safetensors").touch()
    assert interrupted(other / "best.safetensors") is None
    assert interrupted("hf://owner/name") is None

"""One command at a time owns a folder, and whoever is killed leaves nothing that blocks."""

import errno
import os
import threading
from pathlib import Path

import pytest

from owner_process import elsewhere
from seehear.cli.main import main
from seehear.errors import ConfigError
from seehear.lock import owned
from small_world import TINY, write_world

SETTINGS = [part for name, value in TINY.items() for part in ("--set", f"{name}={value}")]


def test_another_process_is_refused_in_one_line(tmp_path):
    with elsewhere(tmp_path / "out"), pytest.raises(ConfigError) as error, owned(tmp_path / "out"):
        pass
    assert str(error.value) == (
        f"out: {tmp_path / 'out'}: expected a folder that no other command writes into, one is"
        " running there; wait for it, or choose another folder"
    )


def test_where_folders_cannot_be_locked_it_is_said_once(tmp_path, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    monkeypatch.setattr("seehear.lock._told", set())
    for name in ("a", "b"):
        with owned(tmp_path / name) as folder:
            (folder / "file").touch()
    assert [record.getMessage() for record in caplog.records] == [
        f"seehear: note: {tmp_path / 'a'}: folders cannot be locked here; let one command at a time"
        " write into it"
    ]


def test_the_killed_leave_nothing(tmp_path):
    with elsewhere(tmp_path / "out") as process:
        process.kill()
        process.wait()
        assert list((tmp_path / "out").iterdir()) == []
        with owned(tmp_path / "out"):
            assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_stays_empty_is_taken_away_with_those_above_it(tmp_path):
    with pytest.raises(ZeroDivisionError), owned(tmp_path / "a" / "b"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").mkdir()
    with owned(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine").is_dir()
    with owned(tmp_path / "c" / "d") as folder:
        (folder / "file").touch()
    assert (folder / "file").exists()


def test_one_thread_may_own_it_again_another_may_not(tmp_path):
    refused = []

    def other() -> None:
        try:
            with owned(tmp_path):
                pass
        except ConfigError as error:
            refused.append(error)

    with owned(tmp_path):
        with owned(tmp_path):
            pass
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1
    other()
    assert len(refused) == 1


def test_an_owner_who_puts_another_folder_in_its_place_still_owns_the_name(tmp_path):
    with owned(tmp_path / "out"):
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "file").touch()
        os.replace(tmp_path / "new", tmp_path / "out")
    with owned(tmp_path / "out"):
        assert (tmp_path / "out" / "file").exists()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    dataset, store = write_world(folder)
    return str(dataset.root), str(store.path)


def commands(world: tuple[str, str], out: Path) -> dict[str, list[str]]:
    """Return every command that owns a folder, about to write into `out`."""
    dataset, features = world
    given = [dataset, "--features", features]
    train = ["train", *given, "--recipe", "han", *SETTINGS]
    return {
        "train": [*train, "--out", str(out)],
        "train seeds": [*train, "--seeds", "1,2", "--out", str(out)],
        "denoise": ["denoise", *given, "--out", str(out)],
        "reproduce": ["reproduce", "table1", *given, "--rows", "han", "--out", str(out)],
        "join": ["extract", "--import", features, "--out", str(out)],
        "export": ["extract", "--export-npy", str(out), "--out", features],
        "parse": ["parse", str(Path(dataset) / "dataset.toml"), "--out", str(out)],
        "fetch": ["fetch", "llp", "--tables", "http://localhost:1", "--out", str(out)],
    }


@pytest.mark.parametrize("name", commands(("", ""), Path()))
def test_every_command_that_owns_a_folder_leaves_that_of_another_alone(
    world, tmp_path, capsys, name
):
    out = tmp_path / "out"
    with elsewhere(out):
        assert main(commands(world, out)[name]) == 2
        assert list(out.iterdir()) == []
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "one is running there" in line] == lines[-1:], lines


def test_training_into_a_folder_where_another_trains_does_not_disturb_it(world, tmp_path):
    command = commands(world, tmp_path / "run")["train"]
    assert main([*command[:-1], str(tmp_path / "alone")]) == 0
    with elsewhere(tmp_path / "run"):
        assert main(command) == 2
    assert main(command) == 0
    files = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "alone").iterdir())
    for name in ("best.safetensors", "last.safetensors"):
        alone = (tmp_path / "alone" / name).read_bytes()
        assert (tmp_path / "run" / name).read_bytes() == alone

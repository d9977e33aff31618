"""The demo's world: what the scripts say is what the files hold, and a seed fixes both."""

import sys

import numpy as np
import pytest

from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.demo import world
from seehear.demo.pictures import PICTURES, SIZE
from seehear.demo.sounds import RATE_HZ, SOUNDS
from seehear.errors import ConfigError
from seehear.media import iter_audio, iter_frames

SPLITS = {"train": 2, "val": 1, "test": 1}


def scripts(seed, count=60):
    return [world.write_script(f"clip{i}", np.random.default_rng([seed, i])) for i in range(count)]


def test_a_seed_fixes_the_scripts():
    assert scripts(1) == scripts(1)
    assert scripts(1) != scripts(2)


def test_scripts_are_possible():
    for script in scripts(0, 200):
        assert 1 <= len(script.labels) <= 3
        for track, kind_of in ((script.audio, "sound"), (script.visual, "picture")):
            for start, end, kind in track:
                assert 0 <= start < end <= world.DURATION_S
                assert getattr(world.KINDS[kind], kind_of) is not None
        shown = np.zeros(world.DURATION_S, int)
        for start, end, _ in script.visual:
            shown[start:end] += 1
        assert shown.max(initial=0) <= 1  # one picture at a time


def test_the_world_holds_events_only_heard_only_seen_and_both_at_different_seconds():
    found = set()
    for script in scripts(0):
        for kind in script.labels:
            heard = [span[:2] for span in script.audio if span[2] == kind]
            seen = [span[:2] for span in script.visual if span[2] == kind]
            found.add(
                "both"
                if heard == seen
                else "apart"
                if heard and seen
                else "heard"
                if heard
                else "seen"
            )
    assert found >= {"heard", "seen", "apart"}


def test_same_seed_same_files_whatever_the_processes(tmp_path):
    one, two = (
        world.make_world(tmp_path / str(jobs), seed=3, splits=SPLITS, jobs=jobs) for jobs in (1, 2)
    )
    files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    assert len([f for f in files if f.suffix == ".mp4"]) == 4
    for file in files:
        assert (one / file).read_bytes() == (two / file).read_bytes(), file
    dataset = open_dataset(one)
    assert {name: len(split) for name, split in dataset.splits.items()} == SPLITS
    assert all(
        s.has_truth and dataset.media_path(clip)
        for s in dataset.splits.values()
        for clip in s.clips
    )
    truth = dataset.split("train").truth()
    assert not truth.issues
    assert (
        (truth.audio | truth.visual).any(axis=1) == dataset.split("train").weak.astype(bool)
    ).all()


def test_a_world_goes_on_and_refuses_another_seed(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(
        world,
        "render",
        lambda script, path, rng: (
            path.parent.mkdir(exist_ok=True),
            path.write_bytes(b""),
            made.append(path.stem),
        ),
    )
    folder = world.make_world(tmp_path / "w", seed=1, splits=SPLITS)
    assert made == ["train0000", "train0001", "val0000", "test0000"]
    (folder / "videos" / "val0000.mp4").unlink()
    world.make_world(folder, seed=1, splits=SPLITS)
    assert made[4:] == ["val0000"]
    with pytest.raises(ConfigError, match="seed 1, not 2"):
        world.make_world(folder, seed=2, splits=SPLITS)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="new or empty folder"):
        world.make_world(tmp_path / "mine", splits=SPLITS)


def test_a_clip_holds_what_its_script_says(tmp_path):
    script = world.Script(
        "clip", audio=[(5, 10, "Smoke_alarm")], visual=[(0, 5, "Candle"), (5, 10, "Balloon")]
    )
    path = tmp_path / "clip.mp4"
    world.render(script, path, np.random.default_rng(0))
    frames = [frame.data for frame in iter_frames(path, [t + 0.5 for t in range(10)])]
    dark = [bool(frame.mean() < 80) for frame in frames]  # a candle at night, a balloon by day
    assert dark == [True] * 5 + [False] * 5
    sounds = iter_audio(path, rate_hz=RATE_HZ, chunk_s=1.0)
    sound = np.concatenate([sound.data for sound in sounds])
    loud = [
        bool(np.abs(sound[t * RATE_HZ + 2000 : (t + 1) * RATE_HZ - 2000]).max() > 0.1)
        for t in range(10)
    ]
    assert loud == [False] * 5 + [True] * 5


def test_the_first_clip_is_made_by_a_command_and_never_over_something(tmp_path, capsys):
    path = tmp_path / "first.mp4"
    assert main(["demo", "--clip", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{path}: {world.first().told()}",
        f'next: seehear parse {path} --events "Guitar,Telephone,Traffic light"',
    ]
    made = path.read_bytes()
    assert main(["demo", "--clip", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"seehear: {path}: there is a file of that name; choose another name\n"
    )
    assert main(["demo", "--clip", str(tmp_path / "first.avi")]) == 2
    assert "expected a name that ends in .mp4" in capsys.readouterr().err
    assert path.read_bytes() == made
    assert [p.name for p in tmp_path.iterdir()] == ["first.mp4"]


@pytest.mark.parametrize("option", ["--clip", "--dataset"])
def test_a_clip_asks_for_no_more_than_it_needs(tmp_path, capsys, monkeypatch, option):
    monkeypatch.setitem(sys.modules, "av", None)
    assert main(["demo", option, str(tmp_path / "first.mp4")]) == 2
    assert "pip install 'seehear[media]'" in capsys.readouterr().err


def test_the_dataset_alone_has_as_many_clips_as_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        world, "render", lambda script, path, rng: world.write_text(path, script.name)
    )
    command = ["demo", "--dataset", str(tmp_path / "mydata"), "--jobs", "1"]
    assert main([*command, "--clips", "26"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path / 'mydata'}: 26 clips of ten seconds (16 train, 4 val, 6 test), 8 classes",
        f"next: seehear doctor {tmp_path / 'mydata'}",
    ]
    dataset = open_dataset(tmp_path / "mydata")
    assert {name: len(split) for name, split in dataset.splits.items()} == {
        "train": 16,
        "val": 4,
        "test": 6,
    }
    assert main([*command, "--clips", "2"]) == 2
    assert capsys.readouterr().err == (
        "seehear: --clips: expected at least 3, got 2; one for each of train, val and test\n"
    )
    with pytest.raises(SystemExit):
        main([*command, "--clip", "x.mp4"])
    assert "not allowed with argument --dataset" in capsys.readouterr().err


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_never_the_same_twice(name):
    rng = np.random.default_rng(0)
    first, second = PICTURES[name](rng), PICTURES[name](rng)
    assert first.shape == (SIZE, SIZE, 3)
    assert first.dtype == np.uint8
    assert (first != second).any()
    assert (first == PICTURES[name](np.random.default_rng(0))).all()


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_fills_its_time_and_stays_in_range(name):
    wave = SOUNDS[name](np.random.default_rng(0), 2.0)
    assert wave.shape == (2 * RATE_HZ,)
    assert wave.dtype == np.float32
    assert 0.2 < np.abs(wave).max() <= 1
    assert np.abs(wave[-RATE_HZ // 2 :]).max() > 0.05  # to the end


@pytest.mark.weights
def test_pictures_and_sounds_are_recognised():
    from seehear.encoders import load_encoder
    from seehear.encoders.conse import imagenet_classes
    from seehear.encoders.yamnet import audioset_classes

    eye, ear = load_encoder("conse"), load_encoder("yamnet")
    looks = {
        "clock": {"analog clock", "wall clock"},
        "telephone": {"dial telephone"},
        "guitar": {"acoustic guitar"},
        "traffic_light": {"traffic light"},
        "balloon": {"balloon"},
        "candle": {"candle"},
    }
    for name, expected in looks.items():
        best = eye.encode(np.stack([eye.prepare(PICTURES[name](np.random.default_rng(7)))]))[
            "logits"
        ].argmax()
        assert imagenet_classes()[best] in expected, name
    hears = {
        "clock_tick": {"Tick", "Tick-tock", "Clock"},
        "telephone_ring": {"Telephone", "Telephone bell ringing"},
        "plucked_strings": {"Plucked string instrument", "Guitar"},
        "rain": {"Rain", "Raindrop"},
        "smoke_alarm": {"Beep, bleep", "Smoke detector, smoke alarm"},
    }
    names = audioset_classes()
    for name, expected in hears.items():
        rng = np.random.default_rng(7)
        wave = SOUNDS[name](rng, 1.5) + world.room(rng, 1.5)
        top = {
            names[i] for i in ear.encode(wave[None].astype(np.float32))["logits"][0].argsort()[-5:]
        }
        assert top & expected, (name, top)

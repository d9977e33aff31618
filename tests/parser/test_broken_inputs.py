"""A folder of everything that can be wrong with a video, through the real command: a timeline or
one line, each.
"""

import json

import numpy as np
import pytest

from fake_scorer import fake, loader, scorer
from media_files import film, mp4, tone, write
from seehear.cli.main import main
from seehear.parser import PRESETS
from seehear.time import Timeline


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    monkeypatch.setitem(PRESETS, "offline", scorer)
    monkeypatch.setattr("seehear.parser.many.SameEncoders", loader)


def corpus(folder):
    """Write the files; return the names of those that are not a video at all."""
    folder.mkdir()
    good = fake.make_clip(folder / "good.mp4", 3)
    data = good.read_bytes()
    for tenth in range(1, 10):
        (folder / f"cut{tenth}.mp4").write_bytes(data[: len(data) * tenth // 10])
    stream = fake.make_clip(folder / "good.mkv", 3).read_bytes()
    for tenth in range(1, 10):
        (folder / f"cut{tenth}.mkv").write_bytes(stream[: len(stream) * tenth // 10])
    rng = np.random.default_rng(0)
    for index in range(12):
        flipped = np.frombuffer(data, np.uint8).copy()
        flipped[rng.integers(0, len(data), 2 ** (index % 6))] ^= 1 << (index % 8)
        (folder / f"flipped{index}.mp4").write_bytes(flipped.tobytes())
    hopeless = {
        "empty.mp4": b"",
        "text.mp4": b"this is a letter, not a video\n" * 50,
        "noise.mp4": rng.bytes(5000),
    }
    for name, content in hopeless.items():
        (folder / name).write_bytes(content)
    fake.make_clip(folder / "-dash first.mp4", 1)
    fake.make_clip(folder / "two  spaces and 🐕.mkv", 1)
    fake.make_clip(folder / "sound only.wav", 1, visual=False)
    fake.make_clip(folder / "pictures only.mp4", 1, audio=False)
    fake.make_clip(folder / "short.mp4", 0.3)
    fake.make_clip(folder / "slow.mp4", 2, fps=5)
    fake.make_clip(folder / "fast.mp4", 1, fps=120)
    film(folder / "one frame.mkv", 0.1)
    mp4(folder / "odd size.mp4", size=(62, 2))
    write(
        folder / "surround.mkv",
        frames=None,
        wave=np.tile(tone(1, 48000), (6, 1)),
        rate=48000,
        layout="5.1",
    )
    write(folder / "telephone.wav", frames=None, wave=tone(1, 8000), rate=8000)
    return set(hopeless)


def test_everything_ends_in_a_timeline_or_in_one_line(tmp_path, capsys):
    hopeless = corpus(tmp_path / "in")
    files = sorted(p.name for p in (tmp_path / "in").iterdir())
    assert (
        main(
            ["parse", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--json", "--jobs", "2"]
        )
        == 1
    )
    text = capsys.readouterr()
    result = json.loads(text.out)
    done = {t["source"]: Timeline.from_dict(t) for t in result["timelines"]}
    failed = {f["source"]: f["error"] for f in result["failed"]}
    assert sorted([*done, *failed]) == files
    assert hopeless <= set(failed)
    untouched = [
        name for name in files if not name.startswith(("cut", "flipped")) and name not in hopeless
    ]
    assert set(untouched) <= set(done)
    lines = [
        line
        for line in text.err.splitlines()
        if line.startswith("seehear:") and "warning" not in line
    ]
    assert len(lines) == len(failed)
    assert "Traceback" not in text.err
    # whatever is missing from a track is said
    for name, timeline in done.items():
        if name.startswith("cut"):
            assert timeline.warnings, name
    assert done["sound only.wav"].tracks["visual"].absent
    assert done["pictures only.mp4"].tracks["audio"].absent
    assert done["short.mp4"].grid.count == 1
    assert (
        len([name for name in done if name.startswith("cut")]) >= 9
    )  # a cut stream is still worth reading

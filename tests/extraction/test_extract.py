"""Extraction: the same bytes whatever happens on the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import fake_encoders as fake
from owner_process import elsewhere
from seehear.encoders.precision import HalfPrecision
from seehear.errors import ConfigError, DataError, FeatureError
from seehear.extraction.extract import ExtractOptions, extract
from seehear.extraction.journal import Journal
from seehear.features import open_features

STREAMS = {"eye/feature", "eye/space", "ear/feature"}


HOW = {field.name for field in fields(ExtractOptions)}


def run(inputs, out, **given):
    given = {"visual": ["eye"], "audio": ["ear"], "load": fake.load, **given}
    options = ExtractOptions(**{key: value for key, value in given.items() if key in HOW})
    rest = {key: value for key, value in given.items() if key not in HOW}
    inputs = [inputs] if isinstance(inputs, str | Path) else inputs
    return extract(inputs, out=out, options=options, **rest)


def bytes_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(Path(folder).rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Return a dataset of ten clips: whole ones, a short one, one without sound, a text file, and
    one without file.
    """
    root = fake.make_dataset(
        tmp_path_factory.mktemp("data"), [10, 10, 4, 10, None, 10, 10, 10, 10, 10]
    )
    fake.make_clip(root / "videos" / "c3.mp4", 10, audio=False)
    (root / "videos" / "c6.mp4").write_text("not a video")
    return root


@pytest.fixture(scope="module")
def undisturbed(dataset, tmp_path_factory):
    """Return the features of the dataset made by one process in one go."""
    out = tmp_path_factory.mktemp("features") / "one"
    return out, run(dataset, out, jobs=1)


def test_every_clip_ends_with_a_word(undisturbed):
    out, summary = undisturbed
    assert summary.states == {"ok": 6, "degraded": 2, "failed": 2}
    assert [name for name, _ in summary.failures] == ["c4_0_10", "c6_0_10"]
    store = open_features(out)
    assert store.status("c4").reason == "no media file of this clip: no file has its name"
    assert "not a readable media file" in store.status("c6").reason
    assert store.status("c3").tracks == {"audio": "absent", "visual": "present"}
    assert "ends at" in store.status("c2").reason
    assert set(store.streams) == STREAMS
    assert store.streams["eye/feature"].rows == 10
    got = store.array("eye/feature", ["c9_0_10", "c2_0_10"])
    np.testing.assert_allclose(got[0, :, 0], 20 * np.arange(10) + 20, atol=3)
    assert not got[1, 5:].any()
    assert not store.array("ear/feature", ["c3"]).any()
    assert np.load(out / "eye" / "feature.npy").shape == (80, 3)  # eight clips with rows
    assert not (out / ".progress").exists()
    store.verify()


def test_two_processes_write_the_same_bytes(dataset, undisturbed, tmp_path):
    run(dataset, tmp_path / "two", jobs=2)
    assert bytes_of(tmp_path / "two") == bytes_of(undisturbed[0])


def test_a_second_run_does_nothing(dataset, undisturbed):
    before = bytes_of(undisturbed[0])
    seen = []
    summary = run(
        dataset,
        undisturbed[0],
        begun=lambda total, left: seen.append((total, left)),
        report=lambda finished: pytest.fail("a clip was done twice"),
    )
    assert seen == [(10, 0)]
    assert (summary.done, summary.states) == (0, {"ok": 6, "degraded": 2, "failed": 2})
    assert bytes_of(undisturbed[0]) == before


SCRIPT = """
import sys
sys.path[:0] = {path!r}
import fake_encoders as fake
from seehear.extraction.extract import ExtractOptions, extract
if __name__ == "__main__":
    extract([{data!r}], out={out!r}, visual=["slow"], audio=["ear"], load=fake.load,
            options=ExtractOptions(jobs=2))
"""


def test_kill_at_any_moment_and_run_again(dataset, tmp_path):
    """Kill a run again and again, at moments spread over a whole run; the end is the same as
    without.
    """
    run(dataset, tmp_path / "calm", visual=["slow"], jobs=2)
    out = tmp_path / "killed"
    script = tmp_path / "run.py"
    script.write_text(
        SCRIPT.format(path=[str(Path(__file__).parents[1])], data=str(dataset), out=str(out))
    )
    done, kills = 0, 0
    for wait_s in (0.0, 0.25, 0.1, 0.4, 0.05, 0.3):
        process = subprocess.Popen([sys.executable, script], stderr=subprocess.DEVNULL)
        journal = out / ".progress" / "journal.jsonl"
        end = time.monotonic() + 60
        # wait until this run itself has finished a clip, then a little, so that kills hit different
        # moments
        while process.poll() is None and time.monotonic() < end:
            if journal.is_file() and journal.read_bytes().count(b"\n") > done + 1:
                break
            time.sleep(0.01)
        time.sleep(wait_s)
        if process.poll() is None:
            kills += 1
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        if journal.is_file():
            lines = [json.loads(line) for line in journal.read_bytes().split(b"\n")[1:-1]]
            assert (
                max(Counter(line["name"] for line in lines).values(), default=0) <= 1
            )  # no clip twice
            done = len(lines)
    assert kills >= 2
    summary = run(dataset, out, visual=["slow"], jobs=2)
    assert summary.states == {"ok": 6, "degraded": 2, "failed": 2}
    assert summary.done < 10  # what was finished was kept
    assert bytes_of(out) == bytes_of(tmp_path / "calm")


def test_a_torn_journal_loses_one_clip(dataset, undisturbed, tmp_path):
    """Rows and lines cut off in the middle, as a kill between two writes leaves them."""
    out = tmp_path / "torn"

    class Stop(Exception):
        pass

    def stop_after_four(finished, count=[0]):  # noqa: B006
        count[0] += 1
        if count[0] == 4:
            raise Stop

    with pytest.raises(Stop):
        run(dataset, out, report=stop_after_four)
    with pytest.raises(FeatureError, match="this extraction is not finished"):
        open_features(out)
    journal = out / ".progress" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-7])
    with (out / ".progress" / "eye+feature.rows").open("ab") as file:
        file.write(b"half a row")
    left = []
    run(dataset, out, begun=lambda total, n: left.append(n))
    assert left == [7]
    assert bytes_of(out) == bytes_of(undisturbed[0])


def test_an_end_that_breaks_off_is_done_again(dataset, undisturbed, tmp_path, monkeypatch):
    """Every clip is done and the arrays are half written when the run ends."""
    out = tmp_path / "end"
    module = "seehear.extraction.extract"
    write = sys.modules[module].write_stream

    def break_off(folder, name, *args, **options):
        if name == "ear/feature":
            raise KeyboardInterrupt
        return write(folder, name, *args, **options)

    monkeypatch.setattr(f"{module}.write_stream", break_off)
    with pytest.raises(KeyboardInterrupt):
        run(dataset, out)
    monkeypatch.undo()
    assert (out / "eye" / "feature.npy").is_file()
    with pytest.raises(FeatureError, match="not finished"):
        open_features(out)
    assert run(dataset, out, report=lambda finished: pytest.fail("a clip was done twice")).done == 0
    assert bytes_of(out) == bytes_of(undisturbed[0])


def test_rows_lost_in_a_power_cut_are_found_and_done_again(
    dataset, undisturbed, tmp_path, monkeypatch
):
    out = tmp_path / "power"
    write = Journal.add

    def add_and_lose(self, clip, rows):
        write(self, clip, rows)
        if clip["name"] == "c1_0_10":
            path = self._path("eye/feature")
            data = bytearray(path.read_bytes())
            data[-40:] = bytes(40)
            path.write_bytes(data)

    monkeypatch.setattr(Journal, "add", add_and_lose)
    with pytest.raises(
        FeatureError, match="c1_0_10: the rows of eye/feature did not reach the disk whole"
    ):
        run(dataset, out)
    monkeypatch.undo()
    run(dataset, out)
    assert bytes_of(out) == bytes_of(undisturbed[0])


def test_a_decoder_that_hangs_or_dies_costs_its_own_clip(tmp_path):
    grey = [(90, 90, 90)] * 4
    for name, colours in [
        ("a", grey),
        ("dies", [grey[0], fake.CRASH, grey[0]]),
        ("b", grey),
        ("hangs", [fake.HANG] * 3),
        ("c", grey),
    ]:
        fake.make_clip(tmp_path / "media" / f"{name}.mkv", 3, colours=colours)
    summary = run(tmp_path / "media", tmp_path / "out", visual=["fragile"], timeout_s=4, jobs=1)
    assert summary.states == {"ok": 3, "failed": 2}
    assert dict(summary.failures) == {
        "dies": "the decoder process died (code 7)",
        "hangs": "the decoder gave no sign for 4 s and was stopped",
    }
    store = open_features(tmp_path / "out")
    np.testing.assert_allclose(store.array("fragile/feature", ["a", "b", "c"]), 90, atol=3)


def test_features_of_two_kinds_never_mix(dataset, undisturbed, tmp_path):
    out = undisturbed[0]
    for options, message in [
        ({"sampling": "paper"}, r'made with sampling = "grid", now asked for "paper"'),
        ({"dtype": "float16"}, r'dtype = "float32", now asked for "float16"'),
        ({"audio": []}, r"encoders\.ear = .*, now asked for null"),
        ({"visual": ["eye", "cube"]}, r"encoders\.cube = null, now asked for"),
        ({"keep_frames": True}, r"rows\.eye/frames = null, now asked for 8"),
    ]:
        with pytest.raises(FeatureError, match=message):
            run(dataset, out, **options)
    fake.make_clip(tmp_path / "made" / "x.mkv", 2)
    with pytest.raises(FeatureError, match='dataset = "made", now asked for "other"'):
        run([(tmp_path / "made").rename(tmp_path / "other")], out)


def test_other_weights_of_the_same_encoder_are_refused(dataset, undisturbed, monkeypatch):
    monkeypatch.setattr(fake.Eye, "preprocessing", lambda self: {"crop": 9})
    with pytest.raises(
        FeatureError, match=r"encoders\.eye\.preprocessing\.crop = 8, now asked for 9"
    ):
        run(dataset, undisturbed[0])


def test_half_precision_is_another_kind_and_needs_a_gpu(dataset, undisturbed, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="precision: half precision needs a CUDA device"):
        run(dataset, undisturbed[0], precision="half")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(
        FeatureError, match=r'encoders\.eye\.preprocessing\.precision = null, now asked for "half"'
    ):
        run(
            dataset,
            undisturbed[0],
            precision="half",
            load=lambda name: HalfPrecision(fake.load(name)),
        )


def test_new_clips_join_and_none_is_thrown_away(tmp_path):
    media = tmp_path / "media"
    fake.make_clip(media / "b.mkv", 2)
    run(media, tmp_path / "out")
    fake.make_clip(media / "a.mkv", 3)
    seen = []
    summary = run(media, tmp_path / "out", begun=lambda total, left: seen.append((total, left)))
    assert (seen, summary.done) == ([(2, 1)], 1)
    store = open_features(tmp_path / "out")
    assert store.names == ("a", "b")
    assert store.streams["eye/feature"].rows is None
    assert store.array("eye/feature", ["a"]).shape == (1, 3, 3)
    run(media, tmp_path / "fresh")
    assert bytes_of(tmp_path / "fresh") == bytes_of(tmp_path / "out")
    (media / "a.mkv").unlink()
    with pytest.raises(FeatureError, match="holds features of 1 clip, none among the 1 asked for"):
        run(media, tmp_path / "out")
    assert open_features(tmp_path / "out").names == ("a", "b")


def test_damaged_arrays_are_not_called_done(dataset, undisturbed, tmp_path):
    shutil.copytree(undisturbed[0], out := tmp_path / "out")
    path = out / "eye" / "feature.npy"
    data = path.read_bytes()
    for damaged in (data[:-8] + bytes(8), data[:-8]):
        path.write_bytes(damaged)
        with pytest.raises(
            FeatureError, match=r"eye/feature.npy.*remove the features folder and extract again"
        ):
            run(dataset, out)
    path.write_bytes(data)
    assert run(dataset, out).done == 0


def test_a_mended_clip_is_done_again_when_asked(tmp_path):
    media = tmp_path / "media"
    fake.make_clip(media / "a.mkv", 2)
    (media / "b.mkv").write_text("broken")
    assert run(media, tmp_path / "out").states == {"ok": 1, "failed": 1}
    fake.make_clip(media / "b.mkv", 2)
    assert run(media, tmp_path / "out").states == {"ok": 1, "failed": 1}
    summary = run(media, tmp_path / "out", retry=["failed"])
    assert (summary.states, summary.done) == ({"ok": 2}, 1)


def test_a_second_extraction_into_the_same_folder_is_refused(dataset, tmp_path):
    with elsewhere(tmp_path / "out"), pytest.raises(ConfigError, match="one is running there"):
        run(dataset, tmp_path / "out")
    assert run(dataset, tmp_path / "out").done


def test_wrong_requests(dataset, tmp_path):
    with pytest.raises(ConfigError, match="expected at least one encoder"):
        run(dataset, tmp_path / "out", visual=[], audio=[])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").touch()
    with pytest.raises(FeatureError, match="expected an empty or new folder"):
        run(dataset, tmp_path / "mine")
    empty = fake.make_dataset(tmp_path / "empty", [None, None])
    with pytest.raises(DataError, match="found a media file for none of the 2 clips"):
        run(empty, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_half_precision_and_frames(tmp_path):
    fake.make_clip(tmp_path / "media" / "a.mkv", 2)
    run(tmp_path / "media", tmp_path / "out", dtype="float16", keep_frames=True)
    store = open_features(tmp_path / "out")
    assert store.streams["eye/frames"].rows == 16
    assert np.load(tmp_path / "out" / "eye" / "frames.npy").dtype == np.float16
    assert store.array("eye/frames", ["a"]).dtype == np.float32


def test_media_behind_a_url(tmp_path):
    pytest.importorskip("fsspec")
    fake.make_clip(tmp_path / "media" / "sub" / "a.mkv", 2)
    fake.make_clip(tmp_path / "media" / "b.mkv", 2)
    run(f"file://{tmp_path}/media", tmp_path / "out")
    assert open_features(tmp_path / "out").names == ("b", "sub/a")
    root = fake.make_dataset(tmp_path / "data", [None, None])
    (root / "videos").rmdir()
    for name in ("c0", "c1"):
        fake.make_clip(tmp_path / "far" / f"{name}.mkv", 10)
    summary = run(root, tmp_path / "out2", media=f"file://{tmp_path}/far")
    assert summary.states == {"ok": 2}

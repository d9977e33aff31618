"""`seehear extract` as a user meets it: what it prints, its exit codes, and what it refuses."""

import json

import numpy as np
import pytest

import fake_encoders as fake
from media_files import several, tone
from seehear.cli.main import main
from seehear.features import open_features


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    monkeypatch.setattr("seehear.extraction.extract._load_encoder", fake.load_on)


@pytest.fixture
def media(tmp_path):
    fake.make_clip(tmp_path / "media" / "a.mkv", 2)
    fake.make_clip(tmp_path / "media" / "b.mkv", 2, audio=False)
    return tmp_path / "media"


def test_features_of_a_folder_with_a_damaged_file(media, tmp_path, capsys):
    (media / "broken.mp4").write_text("no video")
    (media / "song.mka").write_text("passed over")
    out = tmp_path / "out"
    code = main(
        [
            "extract",
            str(media),
            "--visual",
            "eye",
            "--audio",
            "ear,wide",
            "--out",
            str(out),
            "--jobs",
            "1",
        ]
    )
    text = capsys.readouterr()
    assert code == 1
    lines = [line for line in text.err.splitlines() if "broken" in line]
    assert lines == [
        f"seehear: {media / 'broken.mp4'}: not a readable media file (Invalid data found when"
        " processing input)"
    ]
    assert "eye/feature" in text.out
    assert "no audio track" in text.out
    assert "3 clips in" in text.err
    assert "seehear: note: skipped: 1 .mka (song.mka)\n" in text.err
    assert set(open_features(out).streams) == {
        "eye/feature",
        "eye/space",
        "ear/feature",
        "wide/feature",
    }

    assert (
        main(
            [
                "extract",
                str(media),
                "--visual",
                "eye",
                "--audio",
                "ear",
                "--audio",
                "wide",
                "--out",
                str(out),
                "--json",
            ]
        )
        == 1
    )  # nothing left to do, and still one failed clip
    again = capsys.readouterr()
    result = json.loads(again.out)
    assert result["clips"] == {"ok": 1, "degraded": 1, "failed": 1}
    assert (result["done"], list(result["failed"])) == (0, ["broken"])
    assert (result["skipped"], result["unread"]) == (["song.mka"], [])
    assert "3 of 3 clips done before" in again.err


def test_all_well_is_0_and_nothing_done_is_2(media, tmp_path, capsys):
    command = ["extract", str(media), "--visual", "eye", "--audio", "none", "--jobs", "1"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    for path in media.iterdir():
        path.write_text("broken")
    assert main([*command, "--out", str(tmp_path / "out2")]) == 2
    assert capsys.readouterr().err.count("not a readable media file") == 2


def test_another_audio_stream_is_extracted_when_it_is_asked_for(tmp_path, capsys):
    several(tmp_path / "two.mkv", [tone(2, level=0.1), tone(2, level=0.9)])
    command = ["extract", str(tmp_path / "two.mkv"), "--audio", "ear", "--jobs", "1", "--out"]
    assert main([*command, str(tmp_path / "1")]) == 0
    assert main([*command, str(tmp_path / "2"), "--audio-stream", "2"]) == 0
    quiet, loud = (
        open_features(tmp_path / name).array("ear/feature", ["two"])[0, :, 1] for name in "12"
    )
    np.testing.assert_allclose(loud, 9 * quiet, rtol=0.01)
    capsys.readouterr()
    assert main([*command, str(tmp_path / "2")]) == 2
    assert "made with audio_stream = 2, now asked for null" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "3"), "--audio-stream", "0"]) == 2
    assert "--audio-stream counts from 1, got 0" in capsys.readouterr().err


def test_published_layout_out_and_in(media, tmp_path, capsys):
    command = [
        "extract",
        str(media),
        "--visual",
        "eye",
        "--out",
        str(tmp_path / "out"),
        "--jobs",
        "1",
    ]
    assert main([*command, "--export-npy", str(tmp_path / "npy")]) == 0
    assert np.load(tmp_path / "npy" / "eye_feature" / "a.npy").shape == (2, 3)
    (tmp_path / "far" / "vggish").mkdir(parents=True)
    for clip in ("a", "b"):
        np.save(tmp_path / "far" / "vggish" / f"{clip}.npy", np.ones((10, 128), np.float32))
    assert (
        main(
            [
                "extract",
                "--import",
                str(tmp_path / "far"),
                "--import",
                str(tmp_path / "out"),
                "--out",
                str(tmp_path / "both"),
            ]
        )
        == 0
    )
    assert set(open_features(tmp_path / "both").streams) == {
        "vggish/feature",
        "eye/feature",
        "eye/space",
    }
    assert (
        main(["extract", "--out", str(tmp_path / "both"), "--export-npy", str(tmp_path / "npy2")])
        == 0
    )
    assert (tmp_path / "npy2" / "vggish" / "b.npy").is_file()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "expected DATASET, got none"),
        (
            ["{media}"],
            "expected at least one encoder, got none; name a visual encoder, an audio encoder",
        ),
        (
            ["{media}", "--visual", "eye", "--jobs", "0"],
            "--jobs, --fps and --timeout must be positive",
        ),
        (["nowhere", "--visual", "eye"], "nowhere: no such file or folder"),
        (["--import", "nowhere"], "nowhere: no such features folder"),
        (["{media}", "--import", "x"], "--import takes features that exist already"),
        (["{media}", "--visual", "eye", "--media", "x"], "works only with one dataset folder"),
    ],
)
def test_a_wrong_request_is_one_line_and_2(media, tmp_path, capsys, options, message):
    options = [option.format(media=media) for option in options]
    assert main(["extract", *options, "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_unknown_option_value_names_the_choices(media, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["extract", str(media), "--engine", "spark", "--out", str(tmp_path / "out")])
    assert stop.value.code == 2
    assert "local" in capsys.readouterr().err

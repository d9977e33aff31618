"""`seehear doctor DATASET`: the anomalies that are known of LLP, and damaged media."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav
from llp_like import write_llp
from own_dataset import TRUTH, write
from seehear.cli.main import main


def report(capsys, *command: str, code: int = 0) -> dict:
    assert main(["doctor", *map(str, command), "--json"]) == code
    return json.loads(capsys.readouterr().out)["dataset"]


def test_llps_numbers(shared: Path, capsys) -> None:
    about = report(capsys, shared / "llp", "--no-media")
    counts = {kind: number for kind, number in about["counts"].items() if number}
    assert counts == {
        "orphan": 25,
        "empty": 5,
        "reversed": 1,
        "duplicate": 8,
        "overlap": 15,
        "touching": 14,
        "not_in_weak_label": 91,
        "weak_only": 38,
        "label_twice": 1,
        "media_missing": 11_848,
    }
    splits = about["splits"]
    assert [splits[name]["clips"] for name in ("train", "val", "test")] == [10_000, 649, 1200]
    assert [splits[name]["labels"] for name in ("train", "val", "test")] == [16_057, 1170, 2178]
    assert [(splits[s]["nothing_heard"], splits[s]["nothing_seen"]) for s in ("val", "test")] == [
        (4, 70),
        (6, 121),
    ]
    legacy = splits["test"]["readings"]["legacy"] - splits["test"]["readings"]["literal"]
    assert (legacy, splits["val"]["readings"]["legacy"]) == (
        3,
        splits["val"]["readings"]["literal"],
    )
    assert about["annotation"] == "LLP corrected (April 2024)"
    lines = {
        (issue["file"], issue["line"]): issue["text"]
        for issue in about["anomalies"]
        if issue["line"]
    }
    assert lines["AVVP_test_pd.csv", 894] == "LcFWKgFphXI_20_30: Clapping appears twice; taken once"
    assert lines["AVVP_eval_audio.csv", 3770].startswith("8DF2PxdT5tE_390_400 Cheering 9-0")


def test_tables_for_people(tmp_path: Path, capsys) -> None:
    root = write_llp(tmp_path)
    assert main(["doctor", str(root), "--no-media"]) == 0
    out = capsys.readouterr().out
    said = " ".join(out.split())
    assert "LLP: 25 classes, 10 segments of 1 s" in said
    assert "test 3 1.00 yes 1 3 literal 3, legacy 4, repaired 2" in said
    assert "orphan 3 rows of clips that are in no split" in said
    assert (
        "orphan: AVVP_eval_audio.csv:8: 19jWnmYnlD8_30_400 Speech 0-10: no split has this clip;"
        " did you mean 19jWnmYnlD8_30_40?" in out
    )
    assert "media_missing: ... 2 more (--all lists them)" in out
    main(["doctor", str(root), "--no-media", "--all"])
    assert "more (--all" not in capsys.readouterr().out


def sound(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def test_media_are_looked_into(tmp_path: Path, capsys) -> None:
    pytest.importorskip("av")
    (tmp_path / "dataset.toml").write_text(
        'media = "m"\n[grid]\ncount = 2\n[vocabulary]\nDog = "d"\n[splits.train]\nclips = "t.csv"\n'
    )
    names = ("loud", "quiet", "brief", "broken", "absent")
    (tmp_path / "t.csv").write_text(
        "filename\tevent_labels\n" + "".join(f"{name}\tDog\n" for name in names)
    )
    media = tmp_path / "m"
    media.mkdir()
    tone = 0.5 * np.sin(np.arange(16_000) * 0.3)
    sound(media / "loud.wav", tone)
    sound(media / "quiet.wav", 0 * tone)
    sound(media / "brief.wav", tone[:4000])
    (media / "broken.wav").write_bytes(b"RIFF but nothing else")
    about = report(capsys, tmp_path, code=1)
    found = {(issue["kind"], issue["text"].split(":")[0]) for issue in about["anomalies"]}
    assert found >= {
        ("silent", "quiet"),
        ("short", "brief"),
        ("media_damaged", "broken"),
        ("media_missing", "absent"),
    }
    assert {name for kind, name in found if kind == "no_visual"} == {"loud", "quiet", "brief"}
    assert about["media_examined"] == 4
    assert ("silent", "loud") not in found
    assert main(["doctor", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "seehear: broken.wav: broken: " in err


def test_restaged_is_in_order(shared: Path, capsys) -> None:
    about = report(capsys, shared / "restaged", "--no-media")
    assert {kind: n for kind, n in about["counts"].items() if n} == {"weak_only": 2}


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("none", "none: no such folder"),
        (".", "expected dataset.toml, or LLP's tables"),
    ],
)
def test_no_dataset_there(tmp_path: Path, capsys, root: str, message: str) -> None:
    assert main(["doctor", str(tmp_path / root)]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_truth_of_other_names_is_a_failure_with_the_nearest(tmp_path: Path, capsys) -> None:
    root = write(tmp_path, audio_csv=TRUTH + "c.wav\t0\t1\tCat\n")
    about = report(capsys, root, "--no-media", code=1)
    assert "1 of 1 row of truth" in about["errors"][0]
    assert main(["doctor", str(root), "--no-media"]) == 1
    assert "'c.wav': did you mean 'c'?" in capsys.readouterr().err
    rows = "c\t0\t1\tCat\nc\t1\t2\tDog\nC.wav\t0\t1\tDog\n"
    about = report(capsys, write(tmp_path, audio_csv=TRUTH + rows), "--no-media")
    assert about["errors"] == []
    assert "'C.wav': did you mean 'c'?" in about["warnings"][0]


def test_rows_of_every_table_as_read(tmp_path: Path, capsys) -> None:
    about = report(capsys, write_lfav(tmp_path), "--no-media")
    assert {name: split["clips"] for name, split in about["splits"].items()} == {
        "train": 2,
        "test": 2,
    }
    assert about["tables"] == {
        "train_weakly.csv": 2,
        "test_weak_av.csv": 2,
        "test_audio.csv": 3,
        "test_visual.csv": 3,
    }


def test_a_media_folder_that_is_not_there_is_told_once(tmp_path: Path, capsys) -> None:
    root = write(tmp_path)
    (root / "dataset.toml").write_text('media = "vidoes"\n' + (root / "dataset.toml").read_text())
    (root / "videos").mkdir()
    about = report(capsys, root, "--no-media")
    assert about["counts"]["media_missing"] == 3
    assert {issue["file"] for issue in about["anomalies"] if issue["kind"] == "media_missing"} == {
        "vidoes"
    }
    assert main(["doctor", str(root), "--no-media", "--all"]) == 0
    out = capsys.readouterr().out
    told = "media_missing: vidoes: the media folder vidoes is not there; did you mean videos?"
    assert [line for line in out.splitlines() if line.startswith("media_missing:")] == [told]


def test_what_a_clip_without_labels_counts_as(tmp_path: Path, capsys) -> None:
    root = write(tmp_path, train_csv="filename\tevent_labels\na\tDog\nb\t\n")
    assert main(["doctor", str(root), "--no-media"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "each counts as a clip that holds none of the classes" in said


def test_the_table_of_splits_is_in_plain_words(tmp_path: Path, capsys) -> None:
    assert main(["doctor", str(write(tmp_path)), "--no-media"]) == 0
    out = capsys.readouterr().out
    assert "rows of truth dropped or changed" in out
    table = out[out.index("mine: 2 classes") :]
    (train,) = (line.split() for line in table.splitlines() if line.startswith("  train "))
    (test,) = (line.split() for line in table.splitlines() if line.startswith("  test "))
    assert (train[-4:], test[-1]) == (["no", "-", "-", "-"], "none")
    assert "Number of segments taken from: given with the dataset." in out
    assert "Version of the tables: " in out
    assert "fingerprint" not in out

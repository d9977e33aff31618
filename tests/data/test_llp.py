"""LLP from its tables: equal to what the official loops see, every oddity listed, three readings of
the truth.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from llp_like import write_llp
from seehear.data import LLP_VOCABULARY, Dataset, find_anomalies, open_dataset
from seehear.errors import DataError


@pytest.fixture(scope="module")
def llp(shared: Path) -> Dataset:
    """LLP from its official tables."""
    return open_dataset(shared / "llp")


# --- equal to the official loops


def test_classes_clips_weak_labels_and_truth_are_the_official_loops(llp: Dataset, golden) -> None:
    vectors = golden("llp_ground_truth")
    vectors.check("categories", LLP_VOCABULARY.names)
    for name, split in llp.splits.items():
        vectors.check(f"{name}_ids", [clip.name for clip in split.clips])
        vectors.check(f"{name}_weak", split.weak)
    for name in ("val", "test"):
        literal, legacy = (llp.splits[name].truth(how) for how in ("literal", "legacy"))
        vectors.check(f"{name}_GT_a", literal.audio)
        vectors.check(f"{name}_GT_a_legacy", legacy.audio)
        vectors.check(f"{name}_GT_v", literal.visual)
        np.testing.assert_array_equal(legacy.visual, literal.visual)
    vectors.finish()


def test_the_first_eleven_characters_of_a_name_are_its_id(llp: Dataset) -> None:
    clips = [clip for split in llp.splits.values() for clip in split.clips]
    assert all(clip.id == clip.name[:11] for clip in clips)


def test_the_legacy_reading_is_the_older_table(llp: Dataset, shared: Path, tmp_path: Path) -> None:
    older = (shared / "llp" / "AVVP_eval_audio.csv").read_text()
    # the three rows as every release but HAN's has them
    for span in ("0\t4", "7\t10"):
        older = older.replace(f"JfZEqeLZqWk_30_40\t{span}\tSpeech", f"Speech\t{span}\tSpeech")
    older = older.replace("KvIjsmANkxI_10_20\t0\t1\tCat", "KvIjsmANkxI_10_20`\t0\t1\tCat")
    for path in (shared / "llp").glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "AVVP_eval_audio.csv").write_text(older)
    dataset = open_dataset(tmp_path)
    assert dataset.annotation == "LLP legacy (before April 2024)"
    assert llp.annotation == "LLP corrected (April 2024)"
    now, then = llp.splits["test"].truth("legacy"), dataset.splits["test"].truth()
    np.testing.assert_array_equal(now.audio, then.audio)
    repaired = dataset.splits["test"].truth(
        "repaired"
    )  # the stray back-tick is mended, the lost name cannot be
    assert "KvIjsmANkxI_10_20` Cat 0-1: taken as a row of KvIjsmANkxI_10_20" in {
        i.text for i in repaired.issues
    }


# --- what is known to be odd about it (counted on the tables by others)


def test_counts_of_oddities(llp: Dataset) -> None:
    found = Counter(
        (issue.kind, issue.file.removeprefix("AVVP_"))
        for issue in find_anomalies(llp)
        if issue.kind != "media_missing"
    )
    assert found == {
        ("orphan", "eval_audio.csv"): 14,
        ("orphan", "eval_visual.csv"): 11,
        ("empty", "eval_audio.csv"): 5,
        ("reversed", "eval_audio.csv"): 1,
        ("duplicate", "eval_audio.csv"): 8,
        ("overlap", "eval_audio.csv"): 15,
        ("touching", "eval_audio.csv"): 11,
        ("touching", "eval_visual.csv"): 3,
        ("not_in_weak_label", "eval_audio.csv"): 51,
        ("not_in_weak_label", "eval_visual.csv"): 40,
        ("weak_only", "val_pd.csv"): 13,
        ("weak_only", "test_pd.csv"): 25,  # 1.1 % of 3,348 pairs
        ("label_twice", "test_pd.csv"): 1,
    }


def test_orphans_by_name(llp: Dataset) -> None:
    orphans = [issue for issue in find_anomalies(llp) if issue.kind == "orphan"]
    names = {
        file: {issue.text.split()[0] for issue in orphans if file in issue.file}
        for file in ("audio", "visual")
    }
    assert names["audio"] == {
        "12eWNawPekw_30_40",
        "17iGUal2M_10_20",
        "19jWnmYnlD8_30_400",
        "7X3oSVoA_90_100",
        "AkAfFL5Q4QA_30_40",
        "CSWQ_HzQ_10_20",
        "P7x4FV4lg_570_580",
        "VMTJRpjbE_150_160",
    }
    assert names["audio"] - names["visual"] == {"17iGUal2M_10_20"}


def test_clips_without_anything(llp: Dataset) -> None:
    for split, silent, dark, inactive in (("val", 4, 70, 4), ("test", 5, 121, 6)):
        truth, tables = llp.splits[split].truth(), llp.splits[split].tables
        named = [{row.clip for row in rows} for rows in tables.rows.values()]
        assert [sum(name not in rows for name in truth.names) for rows in named] == [silent, dark]
        assert int((~truth.audio.any(axis=(1, 2))).sum()) == inactive
        assert int((~truth.visual.any(axis=(1, 2))).sum()) == dark


def test_the_weak_label_is_not_always_the_union_of_the_truth(llp: Dataset) -> None:
    for split, differ in (("val", 31), ("test", 53)):
        truth = llp.splits[split].truth()
        union = (truth.audio | truth.visual).any(axis=1)
        assert int((union != llp.splits[split].weak).any(axis=1).sum()) == differ


def test_names(llp: Dataset) -> None:
    clips = [clip for split in llp.splits.values() for clip in split.clips]
    assert len({clip.id for clip in clips}) == len(clips) == 11_849
    assert {len(clip.id) for clip in clips} == {11}
    assert sum("_" in clip.id for clip in clips) == 1470
    assert sum(clip.id.startswith("-") for clip in clips) == 151
    starts = {clip.start_s for clip in clips if clip.start_s != int(clip.start_s or 0)}
    assert starts == {101.8, 131.8, 8.5, 48.7, 9.3}
    assert {round((clip.end_s or 0) - (clip.start_s or 0), 6) for clip in clips} == {10.0}


def test_the_repaired_reading(llp: Dataset) -> None:
    for split in ("val", "test"):
        literal, repaired = llp.splits[split].truth(), llp.splits[split].truth("repaired")
        changed = [
            name
            for i, name in enumerate(literal.names)
            if (literal.audio[i] != repaired.audio[i]).any()
            or (literal.visual[i] != repaired.visual[i]).any()
        ]
        # merging is invisible in the arrays; what changes them is the mended name alone
        assert changed == (["19jWnmYnlD8_30_40"] if split == "val" else ["1-VMTJRpjbE_150_160"])
        for of_clip in (*repaired.audio_intervals, *repaired.visual_intervals):
            for event in of_clip:
                others = [e for e in of_clip if e.label == event.label and e is not event]
                assert all(e.end_s < event.start_s or event.end_s < e.start_s for e in others)
    kinds = [
        Counter(i.kind for i in llp.splits[split].truth("repaired").issues)
        for split in ("val", "test")
    ]
    assert [of_split["mended"] for of_split in kinds] == [2, 4]  # rows of both tracks
    assert sum(of_split["duplicate"] for of_split in kinds) == 8


# --- the same rules on tables small enough to read (llp_like.py)


def test_splits_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    root = write_llp(tmp_path)
    (root / "AVVP_val_pd.csv").unlink()
    (root / "AVVP_eval_audio.csv").unlink()
    (root / "AVVP_eval_visual.csv").unlink()
    dataset = open_dataset(root)
    assert list(dataset.splits) == ["train", "test"]
    assert dataset.annotation == "no truth"
    with pytest.raises(DataError, match="split test has no audio and visual truth table"):
        dataset.splits["test"].truth()


def test_one_truth_table_alone_is_refused(tmp_path: Path) -> None:
    root = write_llp(tmp_path)
    (root / "AVVP_eval_visual.csv").unlink()
    with pytest.raises(
        DataError, match=r"expected both truth tables, AVVP_eval_visual\.csv is missing"
    ):
        open_dataset(root)

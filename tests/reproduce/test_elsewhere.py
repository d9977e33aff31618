"""Tables on other benchmarks than LLP: their own figures, and published ones only where known."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks_like import write_ave
from seehear.data import open_dataset
from seehear.recipes import get
from seehear.reproduce.elsewhere import elsewhere_published
from seehear.reproduce.result import collect, header, lines, notes
from seehear.reproduce.rows import Entry
from seehear.reproduce.tables import table
from seehear.reproduce.task import RESULT
from seehear.train.files import write_json

FIGURES = {"segment/audio": None, "segment/audio_visual": 0.5}


def collected(dataset, out: Path, **more):
    """The row HAN of table 1, whose one run reached 80 %."""
    row = table("table1").choose(["han"])[0]
    entry = Entry(row, get("han"), "ave", "runs/han", None, (1,))
    (out / "runs" / "han" / "seed-1").mkdir(parents=True)
    result = {"splits": {"test": FIGURES}, "own": {"test": {"segment_accuracy": 0.8}}}
    write_json(out / "runs" / "han" / "seed-1" / RESULT, {**result, "seed": 1, "seconds": 1.0})
    return collect(table("table1"), [entry], {}, dataset, out, split="test", settings={}, **more)


def test_a_made_up_copy_has_no_published_figures(tmp_path: Path, monkeypatch) -> None:
    from seehear.reproduce import task

    monkeypatch.setattr(task, "_RESULT", dict)
    dataset = open_dataset(write_ave(tmp_path))
    result = collected(dataset, tmp_path / "out")
    assert header(result)[-1] == "segment_accuracy"
    (line,) = lines(result)
    assert (line[3], line[5], line[-1]) == ("-", "50.0", "80.0")  # what is heard alone: not known
    assert notes(result)[0] == (
        "published figures are left out: none of these systems has published figures on AVE as"
        " it is here"
    )


def test_published_figures_of_ave(tmp_path: Path, shared: Path, monkeypatch) -> None:
    pytest.importorskip("h5py")
    if not (shared / "benchmarks" / "ave").is_dir():
        pytest.skip("AVE's tables are not at hand")
    from seehear.reproduce import task

    monkeypatch.setattr(task, "_RESULT", dict)
    copy = tmp_path / "ave"
    shutil.copytree(shared / "benchmarks" / "ave", copy)
    dataset = open_dataset(copy)
    result = collected(dataset, tmp_path / "out")
    ours, published, gap = (line[-1] for line in lines(result))
    assert (ours, published, gap) == ("80.0", "75.3", "+4.7")
    assert "UWAV" in notes(result)[0]
    fewer = replace(dataset, splits={"test": dataset.splits["test"]})
    assert elsewhere_published(fewer) is None
    (copy / "Annotations.txt").chmod(0o644)
    with (copy / "Annotations.txt").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert elsewhere_published(open_dataset(copy)) is None

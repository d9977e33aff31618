"""A folder is recognised by its files."""

import json
import sys
import types
from pathlib import Path

import pytest

from benchmarks_like import write_ave, write_lfav, write_unav, write_vggsounder
from llp_like import write_llp
from seehear.cli.main import main
from seehear.data import open_dataset, readers
from seehear.data.readers import NAMES, known, reader_of
from seehear.errors import DataError

WRITERS = {
    "LLP": write_llp,
    "LFAV": write_lfav,
    "AVE": write_ave,
    "VGGSounder": write_vggsounder,
    "UnAV-100": write_unav,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_layout_is_recognised(tmp_path: Path, name: str) -> None:
    assert open_dataset(WRITERS[name](tmp_path)).name == name


def test_what_nothing_knows_is_told_what_there_is(tmp_path: Path) -> None:
    assert len(WRITERS) == len(NAMES)
    assert reader_of(tmp_path) is None
    with pytest.raises(DataError) as error:
        open_dataset(tmp_path)
    assert known() in str(error.value)


def test_a_further_dataset_is_one_file(tmp_path: Path, monkeypatch, capsys) -> None:
    """The reader of docs/benchmarks.md, saved as a module: every command knows its folder."""
    page = Path(__file__).parents[2] / "docs" / "benchmarks.md"
    code = page.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    reader, _, _ = code.partition('folder = Path("farm")')
    module = types.ModuleType("seehear.data.farm")
    exec(compile(reader, str(page), "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(readers, "NAMES", (*NAMES, "farm"))
    rows = "clip,class,start,end\nyard,Dog,0.5,3\nyard,Hen,2,7\nbarn,Cow,0,4\n"
    (tmp_path / "farm.csv").write_text(rows, encoding="utf-8")
    dataset = open_dataset(tmp_path)
    assert (dataset.name, dataset.splits["test"].lengths) == ("Farm", (7, 4))
    events = "filename\ttrack\tonset\toffset\tevent_label\nbarn\taudio\t0\t4\tCow\n"
    events += "barn\tvisual\t0\t4\tCow\nyard\t\t\t\t\n"
    (tmp_path / "pred.tsv").write_text(events, encoding="utf-8")
    assert main(["doctor", str(tmp_path), "--no-media", "--json"]) == 0
    about = json.loads(capsys.readouterr().out)["dataset"]
    assert about["tables"] == {"farm.csv": 3}
    command = ["evaluate", str(tmp_path), "--predictions", str(tmp_path / "pred.tsv"), "--json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["segment/audio"], found["segment/audio_visual"]) == (None, 0.5)
    assert known().endswith("Farm's table (farm.csv)")

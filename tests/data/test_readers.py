"""A folder is recognised by its files."""

from pathlib import Path

import pytest

from benchmarks_like import write_ave, write_lfav, write_unav, write_vggsounder
from llp_like import write_llp
from seehear.data import open_dataset
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

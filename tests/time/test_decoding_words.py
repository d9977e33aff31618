"""A decoding in words."""

from seehear.time import Decoding
from seehear.time.decoding_words import decoding_line


def test_every_setting_that_changes_decisions_is_told():
    decoding = Decoding(keep_threshold=0.2, fill_gap_s=1.0, min_duration_s=2.0, gate="own")
    assert decoding_line(decoding.to_dict()) == (
        "gate own at 0.5, threshold 0.5 to begin an event and 0.2 to go on, gaps filled up to 1 s,"
        " events of at least 2 s"
    )
    several = Decoding(threshold=(0.4, 0.6), visual_threshold=0.3, gate="none")
    assert (
        decoding_line(several.to_dict(), "val")
        == "gate none, threshold per class/0.3 chosen on val"
    )

"""Every oddity of the tables, listed once whatever the reading."""

from collections import Counter
from pathlib import Path

from llp_like import write_llp
from seehear.data import find_anomalies, open_dataset


def test_anomalies_do_not_depend_on_the_reading(tmp_path: Path) -> None:
    found = Counter(issue.kind for issue in find_anomalies(open_dataset(write_llp(tmp_path))))
    assert found == {
        "orphan": 3,
        "empty": 1,
        "reversed": 1,
        "duplicate": 1,
        "overlap": 1,
        "touching": 1,
        "not_in_weak_label": 1,
        "weak_only": 1,
        "no_truth": 2,
        "label_twice": 1,
        "media_missing": 7,
    }

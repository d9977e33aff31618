"""What a trained run says of itself comes back as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

from own_dataset import write
from seehear.data import open_dataset
from seehear.errors import FeatureError
from seehear.recipes import FEATURES
from seehear.runs.description import TrainedRun, changed_since, describe_features
from seehear.runs.predicted import Predicted


class Still(TrainedRun):
    """Answers nothing."""

    takes_prior = False

    def predict_arrays(self, inputs) -> Predicted:
        return Predicted(*(np.zeros(0, np.float32),) * 3)


def described(features: str) -> Still:
    about = {
        "features": json.loads(json.dumps(describe_features(FEATURES[features]))),
        "dims": {"audio": 5, "visual": 6, "motion": None},
        "encoders": {"conse": {"weights": "aa"}},
    }
    return Still(Path("run"), about)


@pytest.mark.parametrize("name", ["paper", "offline", "valor+3d"])
def test_a_feature_set_comes_back(name: str) -> None:
    assert described(name).features == FEATURES[name]


def test_inputs_of_another_width_are_refused() -> None:
    run = described("offline")
    run.check_widths({"audio": 5, "visual": 6})
    with pytest.raises(FeatureError, match="visual features: expected 6 numbers a row, got 7"):
        run.check_widths({"audio": 5, "visual": 7})
    with pytest.raises(FeatureError, match="motion features: expected None"):
        run.check_widths({"audio": 5, "visual": 6, "motion": 2})


def test_a_prior_of_another_shape_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    run, rows = described("offline"), np.zeros((3, 10, 5))
    run.about["vocabulary"] = {"names": ["Dog", "Cat"], "descriptions": ["dog", "cat"]}
    run.check_prior({"audio": rows})
    with pytest.raises(FeatureError, match=r"expected none, got \(3, 10, 2, 2\)"):
        run.check_prior({"audio": rows, "prior": np.zeros((3, 10, 2, 2))})
    monkeypatch.setattr(Still, "takes_prior", True)
    run.check_prior({"audio": rows, "prior": np.zeros((3, 10, 2, 2))})
    with pytest.raises(FeatureError, match=r"expected \(3, 10, 2, 2\), got none"):
        run.check_prior({"audio": rows})
    with pytest.raises(FeatureError, match=r"got \(3, 10, 2, 1\)"):
        run.check_prior({"audio": rows, "prior": np.zeros((3, 10, 2, 1))})


def test_encoders_of_other_weights_are_refused() -> None:
    run = described("offline")
    run.check_encoders({"conse": {"weights": "aa"}}, "here")
    with pytest.raises(FeatureError, match="expected features of the weights"):
        run.check_encoders({"conse": {"weights": "bb"}}, "here")


def test_a_dataset_that_changed_since_is_named_with_what_changed(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path))
    was = {"name": "mine", "fingerprint": dataset.fingerprint(), "parts": dataset.parts()}
    about = {"dataset": was}
    assert changed_since(about, dataset) is None
    assert changed_since({}, dataset) is None  # an older run, or a converted one
    write(tmp_path, train_csv="filename\tevent_labels\na\tCat\n")
    told = changed_since(about, open_dataset(tmp_path))
    assert told is not None
    assert told.endswith(
        "is not the dataset as the run was trained on it (mine); not the same: table train/clips"
    )
    del was["parts"]
    told = changed_since(about, open_dataset(tmp_path))
    assert told is not None
    assert told.endswith("not the same: its tables, vocabulary or grid")

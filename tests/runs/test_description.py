"""What a trained run says of itself comes back as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.recipes import FEATURES
from seehear.runs.description import TrainedRun, describe_features
from seehear.runs.predicted import Predicted


class Still(TrainedRun):
    """Answers nothing."""

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


def test_encoders_of_other_weights_are_refused() -> None:
    run = described("offline")
    run.check_encoders({"conse": {"weights": "aa"}}, "here")
    with pytest.raises(FeatureError, match="expected features of the weights"):
        run.check_encoders({"conse": {"weights": "bb"}}, "here")

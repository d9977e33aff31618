"""What `make_parser` refuses names the parameter, and is found out without loading anything."""

import pytest

from fake_scorer import scorer
from seehear.errors import ConfigError
from seehear.parser import PRESETS
from seehear.parser.options import check_options, make_parser


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"preset": "online"}, "preset"),
        ({"fps": 0}, "fps"),
        ({"threshold": "high"}, "threshold"),
        ({"threshold": "0.5,0.5,0.5"}, "threshold"),
        ({"threshold": 1.5}, "threshold"),
        ({"model": "run", "preset": "offline"}, "preset"),
        ({"model": "run", "events": "Dog"}, "events"),
        ({"model": "run", "vocabulary": "words.txt"}, "vocabulary"),
        ({"model": "run", "fps": 2}, "fps"),
        ({"model": "run", "prior": "luck"}, "prior"),
        ({"prior": "language"}, "prior"),
    ],
)
def test_what_is_wrong_is_named(options, parameter):
    for ask in (check_options, make_parser):
        with pytest.raises(ConfigError) as caught:
            ask(**options)
        assert caught.value.parameter == parameter
        assert "--" not in str(caught.value)


def test_what_is_right_is_let_through():
    check_options()
    check_options(preset="clip", events="Dog", fps=4, threshold="0.4,0.6")
    check_options(model="run", threshold=0.3, prior="language")


def test_one_threshold_or_two(monkeypatch):
    monkeypatch.setitem(PRESETS, "offline", scorer)
    decoding = make_parser(threshold="0.4,0.6").decoding
    assert (decoding.threshold, decoding.visual_threshold) == (0.4, 0.6)
    decoding = make_parser(threshold=0.3).decoding
    assert (decoding.threshold, decoding.visual_threshold) == (0.3, 0.3)

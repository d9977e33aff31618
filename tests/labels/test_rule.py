"""What a rule of segment labels says of itself."""

from types import SimpleNamespace

from seehear.labels.lsld.options import Denoising
from seehear.labels.rule import rule_encoders


def test_encoders_of_the_tracks_that_are_labelled():
    rule = SimpleNamespace(audio="ear", visual="eye", has=lambda track: track == "visual")
    assert rule_encoders(rule) == {"visual": "eye"}
    both = rule_encoders(Denoising(tracks="both", audio="ear", visual="eye"))
    assert list(both.items()) == [("audio", "ear"), ("visual", "eye")]  # order of the track axis
    assert rule_encoders(Denoising(tracks="none")) == {}

"""From a file to a timeline, with fake encoders: what is in the file at known seconds stands in the
timeline.
"""

import numpy as np
import pytest

import seehear
from fake_scorer import fake, parser, scorer
from helpers import states
from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.errors import ConfigError, DataError, MediaError, WeightsError
from seehear.parser import PRESETS, Parser, as_vocabulary
from seehear.time import Decoding, Timeline


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return fake.make_clip(tmp_path_factory.mktemp("clip") / "ten seconds.mp4", 10)


def events(timeline, track):
    return [(e.label, e.start_s, e.end_s) for e in timeline.on(track)]


def test_a_clip_comes_out_as_it_was_made(clip):
    timeline = parser()(clip)
    assert isinstance(timeline, seehear.Timeline)
    assert events(timeline, "audio") == [("Loud", 9.0, pytest.approx(timeline.duration_s, abs=0.2))]
    assert events(timeline, "visual")[0][:2] == ("Bright", 6.0)
    assert timeline.on("audio_visual") == ()
    assert (timeline.source, timeline.grid.count) == ("ten seconds.mp4", 10)
    assert states(timeline) == {"audio": "parsed", "visual": "parsed"}
    assert timeline.warnings == ()
    assert Timeline.from_json(timeline.to_json()).to_dict() == timeline.to_dict()


def test_it_says_how_it_was_made(clip):
    made = parser()(str(clip)).parser
    assert made["preset"] == "fake"
    assert made["version"] == seehear.__version__
    assert made["encoders"]["eye"] == {
        "track": "visual",
        "weights": {},
        "preprocessing": {"crop": 8},
    }
    assert made["decoding"]["threshold"] == 0.5
    assert made["words"]["Loud"] == {"heard as": ["Loud"], "seen as": ["Loud"]}
    assert "numpy" in made["libraries"]
    assert made["descriptions"] == {"Loud": "loud", "Bright": "bright"}  # not those of the names


def test_a_track_that_is_not_there_is_absent(tmp_path):
    silent = parser()(fake.make_clip(tmp_path / "v.mp4", 3, audio=False))
    assert states(silent) == {"audio": "absent", "visual": "parsed"}
    assert silent.warnings == ("no audio track",)
    blind = parser()(fake.make_clip(tmp_path / "a.wav", 3, visual=False, loudness=[0.9] * 60))
    assert states(blind) == {"audio": "parsed", "visual": "absent"}
    assert events(blind, "audio") == [("Loud", 0.0, 3.0)]
    assert events(blind, "visual") == []


def test_degraded_sound_is_a_warning(tmp_path):
    timeline = parser()(fake.make_clip(tmp_path / "s.mp4", 2, loudness=[0.0] * 60))
    assert timeline.warnings == ("audio track is silent",)
    assert timeline.tracks["audio"].state == "parsed"


def test_a_short_clip_has_one_segment_and_its_event_ends_with_it(tmp_path):
    timeline = parser()(
        fake.make_clip(tmp_path / "short.wav", 0.3, visual=False, loudness=[0.9] * 60)
    )
    assert timeline.grid.count == 1
    loud = parser(decoding=Decoding(0.1, gate="none"))(tmp_path / "short.wav").on("audio")
    assert [(e.start_s, round(e.end_s, 2)) for e in loud] == [(0.0, 0.3)]


def test_what_cannot_be_parsed_is_an_error_of_one_line(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mp4").touch()
    for name in ("text.mp4", "empty.mp4", "nothing.mp4"):
        with pytest.raises(MediaError) as caught:
            parser()(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_threshold_for_both_tracks_or_each(clip):
    counts = {}
    for threshold in (0.1, (0.9, 0.1), None):
        found = Parser(scorer(), {"preset": "fake"}, threshold=threshold)(clip)
        counts[threshold] = [sum(e.duration_s for e in found.on(t)) for t in ("audio", "visual")]
    assert counts[0.1] > counts[None]
    assert counts[(0.9, 0.1)][0] == 0
    assert counts[(0.9, 0.1)][1] == counts[0.1][1]
    with pytest.raises(ConfigError, match="from 0 to 1"):
        Parser(scorer(), {}, threshold=1.5)


def test_rows_that_are_no_numbers_are_an_error_not_events(clip, monkeypatch):
    broken = parser()
    monkeypatch.setattr(
        broken.scorer.audio["ear"],
        "encode",
        lambda pieces: {"feature": np.full((len(pieces), 3), np.nan, np.float32)},
        raising=False,
    )
    with pytest.raises(seehear.errors.FeatureError, match="NaN"):
        broken(clip)


def test_vocabularies_in_every_form(tmp_path):
    assert as_vocabulary(None) is LLP_VOCABULARY
    assert as_vocabulary("Dog, Speech").names == ("Dog", "Speech")
    assert as_vocabulary(["Dog", "Speech"]).names == ("Dog", "Speech")
    (tmp_path / "v.txt").write_text("Dog = a dog\n")
    assert as_vocabulary(tmp_path / "v.txt").descriptions == ("a dog",)
    own = Vocabulary(("x",), ("y",))
    assert as_vocabulary(own) is own
    with pytest.raises(DataError):
        as_vocabulary("")


def test_what_a_preset_refuses():
    with pytest.raises(ConfigError, match="preset: expected offline or clip, got 'online'"):
        Parser.from_preset("online")
    with pytest.raises(ConfigError, match="at least 1 frame"):
        Parser.from_preset("offline", fps=0)


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path))
    from seehear.encoders import yamnet

    yamnet.audioset_classes.cache_clear()
    with pytest.raises(
        WeightsError,
        match=r"minilm are not in the cache; run: seehear models fetch --preset offline$",
    ):
        Parser.from_preset("offline", "Dog")
    yamnet.audioset_classes.cache_clear()


def test_the_preset_takes_the_words(monkeypatch):
    monkeypatch.setitem(PRESETS, "offline", scorer)
    assert Parser.from_preset(vocabulary="Loud,Bright").vocabulary.names == ("Loud", "Bright")

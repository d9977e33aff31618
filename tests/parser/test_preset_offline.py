"""The offline preset with its real weights, on clips drawn and synthesised here, and on the real
clip.
"""

import numpy as np
import pytest

from seehear.demo.world import Script, render
from seehear.features.kept import KeptWriter
from seehear.parser import Parser
from seehear.parser.kept import parse_kept

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "world.mp4"
    script = Script(
        "world",
        audio=[(1, 4, "Telephone"), (5, 9, "Guitar")],
        visual=[(0, 3, "Balloon"), (6, 10, "Guitar")],
    )
    render(script, path, np.random.default_rng(0))
    return path


def on(timeline, track, label):
    arrays = dict(zip(("audio", "visual"), timeline.to_arrays(), strict=True))
    return arrays[track][:, timeline.vocabulary.index(label)]


def test_what_was_drawn_and_played_is_found_where_it_was(clip):
    timeline = Parser.from_preset("offline", vocabulary="Telephone,Guitar,Balloon,Dog,Speech")(clip)
    assert on(timeline, "audio", "Telephone")[1:4].sum() >= 2
    assert on(timeline, "audio", "Guitar")[5:9].sum() >= 2
    assert on(timeline, "visual", "Balloon")[:3].sum() >= 2
    assert on(timeline, "visual", "Guitar")[6:].sum() >= 2
    for track, label, seconds in (
        ("audio", "Telephone", slice(6, 9)),
        ("visual", "Balloon", slice(6, 10)),
        ("audio", "Balloon", slice(0, 10)),
        ("visual", "Telephone", slice(0, 10)),
    ):
        assert not on(timeline, track, label)[seconds].any(), (track, label)
    assert not on(timeline, "audio", "Dog").any()
    assert not on(timeline, "visual", "Dog").any()


def test_a_class_is_judged_by_itself_on_the_audio_track(clip):
    few = Parser.from_preset("offline", vocabulary="Guitar")(clip)
    many = Parser.from_preset("offline")  # LLP's 25
    assert [e.score for e in few.on("audio")] == [
        e.score
        for e in Parser.from_preset("offline", vocabulary="Guitar,Dog,Speech,Car")(clip).on(
            "audio", "Guitar"
        )
    ]
    assert len(many.vocabulary) == 25
    found = {e.label for e in many(clip)}
    assert found <= {"Acoustic_guitar", "Telephone_bell_ringing", "Banjo"}


WORDS = "Siren,Piano,Guitar,Balloon,Rain,Horse,Bird,Water,Telephone,Clock,Engine,Drum,Violin"


class Both:
    """Keeps the rows of a clip exactly and rounded at once."""

    def __init__(self, folder):
        self.writers = [KeptWriter(folder / name, name) for name in ("exact", "half")]

    def __getattr__(self, name):
        return lambda *args: [getattr(writer, name)(*args) for writer in self.writers]


def test_rounded_features_change_at_most_one_decision_in_a_thousand(clip, tmp_path):
    one = Parser.from_preset("offline")
    one.keep = lambda path: Both(tmp_path)
    parsed = one(clip)
    assert parse_kept(one, tmp_path / "exact").to_arrays()[0].any()
    assert parse_kept(one, tmp_path / "exact").events == parsed.events
    assert parse_kept(one, tmp_path / "exact").kept == parsed.kept  # every score, too
    changed = decisions = 0
    for words in (None, WORDS, *WORDS.split(",")[:5]):
        asked = Parser.from_preset("offline", vocabulary=words)
        exact, half = (parse_kept(asked, tmp_path / name) for name in ("exact", "half"))
        for before, after in zip(exact.to_arrays(), half.to_arrays(), strict=True):
            decisions, changed = decisions + before.size, changed + (before != after).sum()
    assert decisions > 800
    assert changed <= decisions / 1000
    small = (tmp_path / "half").stat().st_size / (tmp_path / "exact").stat().st_size
    assert 0.5 < small < 0.53


def test_silence_and_grey_are_nothing(tmp_path):

    import fake_encoders as fake

    path = fake.make_clip(
        tmp_path / "grey.mp4", 3, loudness=[0.0] * 60, colours=[(128, 128, 128)] * 60
    )
    timeline = Parser.from_preset("offline")(path)
    assert timeline.events == ()
    assert "audio track is silent" in timeline.warnings


def test_any_words_and_what_they_were_taken_for(clip):
    parser = Parser.from_preset("offline", vocabulary="siren, piano, rain, xyzzy")
    words = parser.about()["words"]
    assert words["siren"]["heard as"] == ["Siren"]
    assert words["piano"] == {"heard as": ["Piano"], "seen as": ["piano"]}
    assert words["rain"]["heard as"] == ["Rain"]
    told = [line.split(":")[0] for line in parser.scorer.doubts()]
    assert told == ["siren", "xyzzy", "xyzzy"]  # no picture is called a siren, or anything xyzzy
    assert not [e for e in parser(clip) if e.label == "xyzzy"]


def test_it_names_its_weights(clip):
    from seehear.weights import digest

    encoders = Parser.from_preset("offline", vocabulary="Dog").about()["encoders"]
    assert encoders["yamnet"]["weights"] == {"yamnet": digest("yamnet"), "minilm": digest("minilm")}
    assert encoders["conse"]["preprocessing"]["fps"] == 2


def test_the_real_clip(shared):
    timeline = Parser.from_preset("offline", vocabulary="Dog,Speech")(
        shared / "llp" / "BjCEufrlXm4.mp4"
    )
    assert on(timeline, "visual", "Dog").sum() >= 7
    assert on(timeline, "audio", "Dog").any()
    assert on(timeline, "audio", "Speech").any()
    assert not on(timeline, "visual", "Speech").any()

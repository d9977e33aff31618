"""The preset `clip` on tiny random checkpoints: the way from a file to a timeline, and what it asks
of encoders.
"""

import numpy as np
import pytest

import tiny_checkpoints as tiny
from fake_scorer import fake
from seehear.data import Vocabulary
from seehear.errors import ConfigError, WeightsError
from seehear.parser import Parser
from seehear.parser.preset import with_language
from seehear.time import Decoding


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Bring tiny CLIP and CLAP into a cache of their own, as `seehear models fetch` does with the
    real ones.
    """
    root = tmp_path_factory.mktemp("clip preset")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEHEAR_CACHE", str(root / "cache"))
        for id_, make in (("clip-vit-b16", tiny.clip), ("clap", tiny.clap)):
            (root / id_).mkdir()
            make(root / id_)
            tiny.fetch(patch, id_, root / id_)
        yield root / "cache"


def test_a_file_goes_through_both_encoders_to_a_timeline(cache, tmp_path):
    clip = fake.make_clip(tmp_path / "clip.mp4", 12)
    parser = Parser.from_preset("clip", vocabulary="Dog,a cat")
    parser.decoding = Decoding(threshold=0.0, gate="none")  # random weights decide nothing
    timeline = parser(clip)
    assert {e.track for e in timeline} == {"audio", "visual", "audio_visual"}
    assert all(0 <= e.score <= 1 for e in timeline)
    made = timeline.parser
    assert made["preset"] == "clip"
    assert set(made["encoders"]) == {"clip-vit-b16", "clap"}
    assert set(made["encoders"]["clap"]["weights"]) == {"clap"}
    assert made["words"]["Dog"] == {"heard as": ["Dog"], "seen as": ["dog"]}
    assert "nothing" in made["calibrated on"]


def test_a_class_is_judged_by_itself(cache, tmp_path):
    clip = fake.make_clip(tmp_path / "clip.mp4", 2)
    scores = []
    for words in ("Dog", "Cat,Dog,Car"):
        parser = Parser.from_preset("clip", vocabulary=words)
        parser.decoding = Decoding(threshold=0.0, gate="none")
        scores.append([e.score for t in ("audio", "visual") for e in parser(clip).on(t, "Dog")])
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-5)


def test_without_weights_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match=r"run: seehear models fetch --preset clip$"):
        Parser.from_preset("clip", vocabulary="Dog")


def test_an_encoder_without_language_is_refused():
    with pytest.raises(ConfigError, match="encoder ear shares no space with language"):
        with_language(
            Vocabulary(("Dog",), ("dog",)),
            audio="ear",
            visual="eye",
            load=lambda name, **options: fake.load(name),
        )

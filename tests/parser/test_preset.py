"""The presets name what stands elsewhere: weights of the table, encoders with language."""

import pytest

from fake_scorer import fake
from seehear.data import Vocabulary
from seehear.encoders import card, encoder_ids
from seehear.errors import ConfigError
from seehear.parser import PRESETS
from seehear.parser.preset import LANGUAGE, check_preset, with_language
from seehear.weights import PRESETS as WEIGHTS_OF

ENCODERS = {"offline": ("yamnet", "conse"), "clip": ("clap", "clip-vit-b16")}


def test_a_preset_needs_the_weights_of_its_encoders_and_no_others():
    assert set(PRESETS) == set(WEIGHTS_OF) == set(ENCODERS)
    for name, encoders in ENCODERS.items():
        needed = {id_ for encoder in encoders for id_ in card(encoder).weights}
        assert set(WEIGHTS_OF[name]) == needed


def test_prompts_are_known_for_every_encoder_that_shares_a_space_by_its_own_tower():
    own = {id_ for id_ in encoder_ids() if card(id_).language == id_}
    assert set(LANGUAGE) == own
    assert all(template.count("{}") == 1 for template, _ in LANGUAGE.values())


def test_what_is_no_preset_is_refused():
    check_preset("clip", 1)
    for preset, fps, parameter in (("online", None, "preset"), ("offline", 0, "fps")):
        with pytest.raises(ConfigError) as caught:
            check_preset(preset, fps)
        assert caught.value.parameter == parameter


def test_encoders_of_the_wrong_track_are_refused():
    with pytest.raises(ConfigError, match=r"got eye \(visual\) and ear \(audio\)"):
        with_language(
            Vocabulary(("Dog",), ("dog",)),
            audio="eye",
            visual="ear",
            load=lambda name, **options: fake.load(name),
        )

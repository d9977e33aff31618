"""The registry of encoders: cards, and one line for what is not there."""

import numpy as np
import pytest

from seehear.encoders import card, cards, load_encoder, load_text
from seehear.encoders.conse import imagenet_classes
from seehear.errors import ConfigError, WeightsError


def test_cards_say_what_the_table_wants():
    assert cards()["conse"].outputs == {"feature": 1280, "logits": 1000, "space": 384}
    assert card("yamnet").outputs == {"feature": 1024, "logits": 521, "space": 384}
    assert {card(id_).language for id_ in ("conse", "yamnet")} == {"minilm"}
    assert len(set(imagenet_classes())) >= 997
    assert len(imagenet_classes()) == 1000


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: load_encoder("konse"), "no encoder is called 'konse'; did you mean conse"),
        (lambda: load_encoder("conse", frames=3), "encoder conse: .*frames"),
        (lambda: load_text("word2vec"), "no text tower is called 'word2vec'; known: minilm"),
    ],
)
def test_wrong_names_are_one_line(ask, message):
    with pytest.raises(ConfigError, match=message):
        ask()


def test_without_weights_the_message_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path))
    frames = np.zeros((1, 260, 260, 3), np.uint8)
    for ask, id_ in (
        (lambda: load_encoder("conse").encode(frames), "efficientnet-lite2"),
        (lambda: load_encoder("yamnet").encode(np.zeros((1, 24000), np.float32)), "yamnet"),
        (lambda: load_text("minilm").encode(["dog"]), "minilm"),
    ):
        with pytest.raises(WeightsError, match=f"run: seehear models fetch {id_}$"):
            ask()

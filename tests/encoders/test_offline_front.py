"""What the offline encoders do before and after their networks; needs no weights."""

import math
import pickle

import numpy as np
import pytest
from PIL import Image

from seehear.encoders import card, cards, load_encoder, load_text
from seehear.encoders import yamnet as yamnet_module
from seehear.encoders.conse import imagenet_classes, posteriors
from seehear.encoders.logmel import log_mel, mel_matrix
from seehear.encoders.onnx_session import session
from seehear.encoders.pictures import normalised, resize_crop, stretch
from seehear.errors import ConfigError, WeightsError


def slow_log_mel(wave: np.ndarray, offset: float) -> np.ndarray:
    """Return the same by the definition, in float64: a sum for each frequency, a triangle for each
    band.
    """

    def mel(hz: float) -> float:
        return 1127 * math.log(1 + hz / 700)

    low, high = mel(125), mel(7500)
    corners = [low + (high - low) * k / 65 for k in range(66)]
    angle = -2j * np.pi * np.outer(np.arange(257), np.arange(400)) / 512
    turns = np.exp(angle)
    window = np.array([0.5 - 0.5 * math.cos(2 * math.pi * n / 400) for n in range(400)])
    rows = []
    for start in range(0, len(wave) - 399, 160):
        size = np.abs(turns @ (wave[start : start + 400].astype(np.float64) * window))
        bands = []
        for a, b, c in zip(corners, corners[1:], corners[2:], strict=False):
            total = 0.0
            for k in range(1, 257):
                at = mel(k * 16000 / 512)
                if a < at < c:
                    total += size[k] * ((at - a) / (b - a) if at < b else (c - at) / (c - b))
            bands.append(math.log(total + offset))
        rows.append(bands)
    return np.array(rows)


@pytest.mark.parametrize("offset", [0.001, 0.01])
def test_log_mel_is_the_definition(offset):
    rng = np.random.default_rng(0)
    wave = (0.3 * rng.standard_normal(2000) + np.sin(np.arange(2000) / 5)).astype(np.float32)
    got = log_mel(wave, offset=offset)
    assert got.dtype == np.float32
    assert got.shape == (11, 64)
    np.testing.assert_allclose(got, slow_log_mel(wave, offset), atol=2e-6)


def test_log_mel_of_many_and_of_silence():
    waves = np.random.default_rng(1).standard_normal((3, 1000)).astype(np.float32)
    np.testing.assert_array_equal(log_mel(waves, offset=0.01)[1], log_mel(waves[1], offset=0.01))
    np.testing.assert_allclose(
        log_mel(np.zeros(400, np.float32), offset=0.001), math.log(0.001), rtol=1e-6
    )
    assert mel_matrix().shape == (257, 64)
    assert (mel_matrix().max(axis=0) > 0).all()  # no band is empty


@pytest.mark.parametrize(
    "size",
    [
        (297, 297),
        (640, 480),
        (480, 640),
        (1920, 1080),
        (2, 2),
        (1, 1),
        (33, 17),
        (3, 4000),
        (4096, 2),
        (2, 10_000),
    ],
)
def test_any_frame_becomes_the_square(size):
    rgb = np.full((size[1], size[0], 3), 77, np.uint8)
    out = resize_crop(rgb, short=297, crop=260)
    assert out.shape == (260, 260, 3)
    assert (out == 77).all()
    assert stretch(rgb, size=64).shape == (64, 64, 3)


def test_the_square_is_the_middle():
    ramp = np.broadcast_to(
        np.linspace(0, 255, 600, dtype=np.uint8)[None, :, None], (300, 600, 3)
    ).copy()
    out = resize_crop(ramp, short=300, crop=100)
    assert out[:, 50].mean() == pytest.approx(127.5, abs=1)
    np.testing.assert_allclose(out[0], ramp[0, 250:350], atol=1)
    own = (
        Image.fromarray(ramp).resize((400, 200), Image.Resampling.BICUBIC).crop((100, 0, 300, 200))
    )
    np.testing.assert_array_equal(resize_crop(ramp, short=200, crop=200), np.asarray(own))


def test_normalised():
    frames = np.array([[[[0, 128, 255]]]], np.uint8)
    out = normalised(frames, (0.5, 0.4, 0.3), (0.5, 0.2, 0.1))
    np.testing.assert_allclose(out[0, :, 0, 0], [-1, (128 / 255 - 0.4) / 0.2, 7], rtol=1e-5)


def test_posteriors_and_scores_at_the_ends():
    np.testing.assert_allclose(posteriors(np.array([[1000.0, 0, -1000]], np.float32)), [[1, 0, 0]])
    np.testing.assert_allclose(
        yamnet_module._sigmoid(np.array([-800.0, -1.0, 0.0, 1.0, 800.0])),
        [0, 1 / (1 + math.e), 0.5, math.e / (1 + math.e), 1],
        rtol=1e-12,
        atol=1e-300,
    )


@pytest.mark.parametrize("level", [0.0, -60.0, -120.0, -500.0, 500.0])
def test_the_space_of_any_logits_is_finite(monkeypatch, level):
    names = np.random.default_rng(0).standard_normal((521, 384)).astype(np.float32)
    monkeypatch.setattr(yamnet_module, "audioset_classes", lambda: ("x",) * 521)
    monkeypatch.setattr("seehear.encoders.minilm.class_embeddings", lambda _: names)
    logits = np.full((2, 521), level, np.float32)
    logits[1, 7] += 30
    space = yamnet_module.language_space(logits)
    assert space.shape == (2, 384)
    assert np.isfinite(space).all()
    if level < 0:
        np.testing.assert_allclose(space[1], names[7], atol=1e-3)


def test_cards_say_what_the_table_wants():
    assert cards()["conse"].outputs == {"feature": 1280, "logits": 1000, "space": 384}
    assert card("yamnet").outputs == {"feature": 1024, "logits": 521, "space": 384}
    assert {card(id_).language for id_ in ("conse", "yamnet")} == {"minilm"}
    assert len(set(imagenet_classes())) >= 997
    assert len(imagenet_classes()) == 1000


def test_encoders_travel_between_processes_without_their_networks():
    encoder = load_encoder("conse", fps=3)
    encoder._net._made.append(lambda: None)  # what cannot travel
    other = pickle.loads(pickle.dumps(encoder))
    assert other.fps == 3
    assert other._net._made == []


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


def test_damaged_weights_are_one_line(monkeypatch, tmp_path):
    from seehear.encoders.efficientnet import write_onnx
    from seehear.encoders.minilm import MiniLM
    from seehear.encoders.yamnet import _unpack

    for name in (
        "model.pth",
        "yamnet.onnx.zip",
        "model.onnx",
        "tokenizer.json",
        "config.json",
        "model.safetensors",
    ):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not weights" * 20)
    for ask in (
        lambda: write_onnx(tmp_path / "model.pth", tmp_path / "out.onnx"),
        lambda: _unpack(tmp_path, tmp_path / "o"),
        lambda: MiniLM(tmp_path).encode(["dog"]),
        lambda: session(tmp_path / "model.onnx"),
    ):
        with pytest.raises(WeightsError) as caught:
            ask()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500
    assert not (tmp_path / "out.onnx").exists()
    monkeypatch.setenv("SEEHEAR_THREADS", "many")
    with pytest.raises(
        ConfigError, match="SEEHEAR_THREADS: expected a number of threads, got 'many'"
    ):
        session(tmp_path / "model.onnx")

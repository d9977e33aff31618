"""YAMNet: what it hears, its bytes, and that neighbours change nothing."""

import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest

from same_rows import same
from seehear.demo.sounds import SOUNDS
from seehear.encoders import load_encoder, onnx_file
from seehear.encoders import yamnet as yamnet_module
from seehear.encoders.logmel import log_mel
from seehear.encoders.onnx_file import GraphField, ModelField
from seehear.encoders.onnx_session import session
from seehear.encoders.yamnet import audioset_classes
from seehear.errors import WeightsError
from seehear.media import iter_audio
from seehear.weights import locate


def test_scores_at_the_ends():
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


@pytest.fixture(scope="module")
def pieces():
    """Two sounds of each kind, a second and a half."""
    return np.stack(
        [SOUNDS[name](np.random.default_rng(seed), 1.5) for name in SOUNDS for seed in (1, 2)]
    )


@pytest.fixture(scope="module")
def heard(pieces):
    return load_encoder("yamnet").encode(pieces)


WORDS = {
    "telephone_ring": {"Telephone", "Telephone bell ringing", "Alarm", "Ringtone"},
    "clock_tick": {"Tick", "Tick-tock", "Clock"},
    "smoke_alarm": {"Smoke detector, smoke alarm", "Beep, bleep"},
    "rain": {"Rain", "Raindrop", "Rain on surface"},
    "plucked_strings": {"Music", "Plucked string instrument"},
    "piano_notes": {"Piano", "Music"},
    "fire_crackle": {"Fire", "Crackle"},
}


@pytest.mark.weights
def test_yamnet_recognises_what_is_played(heard):
    names = audioset_classes()
    assert len(names) == 521
    for i, sound in enumerate(name for name in SOUNDS for _ in (1, 2)):
        best = {names[k] for k in heard["logits"][i].argsort()[::-1][:3]}
        assert best & WORDS[sound], (sound, best)


@pytest.mark.weights
def test_sounds_do_not_depend_on_neighbours_or_threads(pieces, heard):
    assert {name: rows.shape[1] for name, rows in heard.items()} == {
        "feature": 1024,
        "logits": 521,
        "space": 384,
    }
    encoder = load_encoder("yamnet")
    for i in range(len(pieces)):
        same(heard, encoder.encode(pieces[i : i + 1]), slice(i, i + 1))
    same(heard, load_encoder("yamnet", threads=2).encode(pieces))


@pytest.mark.weights
def test_quantisation_in_and_out(pieces):
    net = load_encoder("yamnet")._net.get()
    mel = log_mel(pieces, offset=1e-3)
    assert -net.zero * net.scale <= np.log(1e-3) + net.scale  # silence is in range
    assert (255 - net.zero) * net.scale >= mel.max()  # and so is what is loud
    codes = np.clip(np.round(mel / net.scale) + net.zero, 0, 255)
    assert np.abs((codes - net.zero) * net.scale - mel).max() <= net.scale / 2 + 1e-6
    names = {output.name: output for output in net.session.get_outputs()}
    assert {"class_scores_updated", net.pooled} <= set(names)
    # out: numbers of full precision over a wide range, where 8 bits of a probability would leave
    # nothing to rank
    logits = load_encoder("yamnet").encode(pieces)["logits"]
    assert logits.min() < -10
    assert len(np.unique(logits[0])) > 100


@pytest.mark.weights
def test_bytes_multiply_exactly_on_every_processor(pieces, tmp_path):
    """Against the graph as written, every product in float: signed weights came to a correlation of
    0.80 on AVX2.
    """
    net = load_encoder("yamnet")._net.get()
    yamnet_module._unpack(locate("yamnet"), tmp_path / "as-written.onnx")
    plain = replace(net, session=_unoptimised(tmp_path / "as-written.onnx"))
    codes = np.clip(np.round(log_mel(pieces, offset=1e-3)[:, :96] / net.scale) + net.zero, 0, 255)
    patches = codes.astype(np.uint8)[:, None, None].repeat(3, axis=1)
    fast, exact = ([one.run(three)[0][0] for three in patches] for one in (net, plain))
    for one, other in zip(fast, exact, strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.98
    assert np.corrcoef(np.ravel(fast), np.ravel(exact))[0, 1] > 0.99


def _unoptimised(path):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@pytest.mark.weights
def test_patches_taken_together_have_the_bits_of_the_released_graph_one_by_one(tmp_path):
    graph_file, numbers = yamnet_module._read_archive(locate("yamnet"))
    model = onnx_file.read(graph_file)
    (graph,) = onnx_file.messages(model[ModelField.GRAPH])
    constants = yamnet_module._constants(graph, numbers)
    graph[GraphField.INITIALIZER] = [onnx_file.write(fields) for fields in constants.values()]
    for name in ("class_scores_updated", "/model/GlobalAveragePool_output_0"):
        graph[GraphField.OUTPUT].append(onnx_file.write_place(name))
    del graph[GraphField.VALUE_INFO]
    model[ModelField.GRAPH] = [onnx_file.write(graph)]
    (tmp_path / "released.onnx").write_bytes(onnx_file.write(model))
    released = session(tmp_path / "released.onnx", 1)
    net = load_encoder("yamnet")._net.get()
    patches = np.random.default_rng(0).integers(0, 256, (3, 1, 96, 64)).astype(np.uint8)
    logits, embeddings = net.run(patches)
    for k in range(3):
        alone = released.run(["class_scores_updated", net.pooled], {"audio": patches[k : k + 1]})
        assert np.array_equal(logits[k], alone[0][0])
        assert np.array_equal(embeddings[k], alone[1].ravel())


@pytest.mark.weights
@pytest.mark.parametrize("samples", [0, 1, 400, 12_000, 16_000, 40_000])
def test_pieces_of_any_length(samples):
    out = load_encoder("yamnet").encode(np.zeros((2, samples), np.float32))
    assert out.keys() == {"feature", "logits", "space"}
    assert all(np.isfinite(rows).all() and len(rows) == 2 for rows in out.values())


@pytest.mark.weights
@pytest.mark.shared
def test_a_dog_and_a_voice_in_a_real_clip(shared):
    """Second by second, as an acceptance check does: a dog and speech are among what is heard."""
    sounds = iter_audio(shared / "llp" / "BjCEufrlXm4.mp4", rate_hz=16000, chunk_s=10)
    wave = np.pad(np.concatenate([sound.data for sound in sounds]), (4000, 4000))
    pieces = np.stack([wave[k * 16000 : k * 16000 + 24000] for k in range(10)])
    scores = 1 / (1 + np.exp(-load_encoder("yamnet").encode(pieces)["logits"].astype(np.float64)))
    names = audioset_classes()
    dog = scores[:, [names.index(n) for n in ("Dog", "Bark", "Whimper (dog)", "Growling")]].max(
        axis=1
    )
    speech = scores[:, names.index("Speech")]
    assert (dog > 0.3).sum() >= 2
    assert (speech > 0.3).sum() >= 2


@pytest.mark.weights
def test_the_file_is_the_one_that_published_figures_were_measured_with(tmp_path):
    yamnet_module._unpack(locate("yamnet"), tmp_path / "out.onnx")
    found = hashlib.sha256((tmp_path / "out.onnx").read_bytes()).hexdigest()
    assert found == "e1fb676fd10b8379aa02e3645b139b557994ef5000b2cdf898fed089f3c91fae"


def test_damaged_weights_are_one_line(tmp_path):
    (tmp_path / "yamnet.onnx.zip").write_bytes(b"PK\x03\x04 not weights" * 20)
    with pytest.raises(WeightsError) as caught:
        yamnet_module._unpack(tmp_path, tmp_path / "out.onnx")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "out.onnx").exists()

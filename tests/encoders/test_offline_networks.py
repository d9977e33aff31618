"""The offline encoders with their real weights: what they see, hear and read, and that neighbours
change nothing.
"""

import json

import numpy as np
import pytest

from seehear.demo.pictures import PICTURES
from seehear.demo.sounds import SOUNDS
from seehear.encoders import load_encoder, load_text
from seehear.encoders.conse import imagenet_classes, language_space
from seehear.encoders.logmel import log_mel
from seehear.encoders.yamnet import audioset_classes
from seehear.media import iter_audio
from seehear.weights import locate

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def frames():
    """Two drawings of each thing, prepared."""
    encoder = load_encoder("conse")
    drawn = [PICTURES[name](np.random.default_rng(seed)) for name in PICTURES for seed in (1, 2)]
    return np.stack([encoder.prepare(rgb) for rgb in drawn])


@pytest.fixture(scope="module")
def seen(frames):
    return load_encoder("conse", threads=1).encode(frames)


@pytest.fixture(scope="module")
def pieces():
    """Two sounds of each kind, a second and a half."""
    return np.stack(
        [SOUNDS[name](np.random.default_rng(seed), 1.5) for name in SOUNDS for seed in (1, 2)]
    )


@pytest.fixture(scope="module")
def heard(pieces):
    return load_encoder("yamnet").encode(pieces)


def same(whole, other, rows=slice(None)):
    """Networks give the same bits; the product with the class names may round differently with its
    height.
    """
    for output in ("feature", "logits"):
        np.testing.assert_array_equal(whole[output][rows], other[output])
    np.testing.assert_allclose(whole["space"][rows], other["space"], atol=1e-6)


# pictures


def test_conse_ranks_its_own_word_first(seen):
    names = [name.replace("_", " ") for name in PICTURES]
    assert {name: rows.shape for name, rows in seen.items()} == {
        "feature": (2 * len(names), 1280),
        "logits": (2 * len(names), 1000),
        "space": (2 * len(names), 384),
    }
    assert all(rows.dtype == np.float32 for rows in seen.values())
    similarity = seen["space"] @ load_text("minilm").encode(names).T
    np.testing.assert_array_equal(similarity.argmax(axis=1), np.repeat(np.arange(len(names)), 2))


def test_the_network_names_what_is_drawn(seen):
    best = [imagenet_classes()[k] for k in seen["logits"].argmax(axis=1)]
    assert sum(
        word in best[2 * i] for i, word in enumerate(n.replace("_", " ") for n in PICTURES)
    ) == len(PICTURES)


def test_frames_do_not_depend_on_neighbours_or_threads(frames, seen):
    encoder = load_encoder("conse", threads=1)
    for i in range(len(frames)):
        same(seen, encoder.encode(frames[i : i + 1]), slice(i, i + 1))
    same(seen, load_encoder("conse", threads=2).encode(frames))
    backwards = encoder.encode(frames[::-1])
    same({name: rows[::-1] for name, rows in backwards.items()}, seen)


def test_the_space_is_the_average_of_the_ten_best_names(seen):
    tower = load_text("minilm")
    logits = seen["logits"][:1].astype(np.float64)
    prob = np.exp(logits[0] - logits.max())
    prob /= prob.sum()
    best = np.argsort(prob)[::-1][:10]
    names = tower.encode([imagenet_classes()[k] for k in best])
    expected = (prob[best, None] * names).sum(axis=0) / prob[best].sum()
    np.testing.assert_allclose(seen["space"][0], expected, atol=1e-5)
    np.testing.assert_allclose(language_space(seen["logits"]), seen["space"], atol=1e-6)


def test_the_graph_is_the_published_network(frames, seen):
    """Against torch, layer by layer from the checkpoint, with its batch normalisation as it
    stands.
    """
    import torch
    from torch.nn import functional as F

    w = torch.load(
        locate("efficientnet-lite2") / "model.pth", map_location="cpu", weights_only=True
    )

    def conv(x, name, norm, stride=1, *, depthwise=False, relu=True):
        weight = w[f"{name}.weight"]
        kernel, side = weight.shape[-1], x.shape[-1]
        pad = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        x = F.pad(x, (pad // 2, pad - pad // 2, pad // 2, pad - pad // 2))
        x = F.conv2d(x, weight, stride=stride, groups=len(weight) if depthwise else 1)
        x = F.batch_norm(
            x,
            w[f"{norm}.running_mean"],
            w[f"{norm}.running_var"],
            w[f"{norm}.weight"],
            w[f"{norm}.bias"],
            eps=1e-3,
        )
        return F.relu6(x) if relu else x

    first = {0, 1, 4, 7, 11, 15, 20}  # blocks that begin a stage: 1, 3, 3, 4, 4, 5, 1 blocks
    halve = {1, 4, 7, 15}
    x = (torch.from_numpy(frames[:2]).permute(0, 3, 1, 2).float() - 127) / 128
    x = conv(x, "_conv_stem", "_bn0", 2)
    for k in range(21):
        at, before = f"_blocks.{k}.", x
        if f"{at}_expand_conv.weight" in w:
            x = conv(x, f"{at}_expand_conv", f"{at}_bn0")
        x = conv(x, f"{at}_depthwise_conv", f"{at}_bn1", 2 if k in halve else 1, depthwise=True)
        x = conv(x, f"{at}_project_conv", f"{at}_bn2", relu=False)
        x = x if k in first else x + before
    assert f"{at}_project_conv.weight" in w
    assert "_blocks.21._project_conv.weight" not in w
    x = conv(x, "_conv_head", "_bn1").mean(dim=(2, 3))
    np.testing.assert_allclose(seen["feature"][:2], x.numpy(), atol=2e-4)
    np.testing.assert_allclose(
        seen["logits"][:2], F.linear(x, w["_fc.weight"], w["_fc.bias"]).numpy(), atol=1e-3
    )


# sounds

WORDS = {
    "telephone_ring": {"Telephone", "Telephone bell ringing", "Alarm", "Ringtone"},
    "clock_tick": {"Tick", "Tick-tock", "Clock"},
    "smoke_alarm": {"Smoke detector, smoke alarm", "Beep, bleep"},
    "rain": {"Rain", "Raindrop", "Rain on surface"},
    "plucked_strings": {"Music", "Plucked string instrument"},
    "piano_notes": {"Piano", "Music"},
    "fire_crackle": {"Fire", "Crackle"},
}


def test_yamnet_recognises_what_is_played(heard):
    names = audioset_classes()
    assert len(names) == 521
    for i, sound in enumerate(name for name in SOUNDS for _ in (1, 2)):
        best = {names[k] for k in heard["logits"][i].argsort()[::-1][:3]}
        assert best & WORDS[sound], (sound, best)


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


def test_bytes_multiply_exactly_on_every_processor(pieces):
    """Against the graph as written, every product in float: signed weights came to a correlation of
    0.80 on AVX2.
    """
    import onnxruntime

    net = load_encoder("yamnet")._net.get()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    plain = onnxruntime.InferenceSession(
        net.session._model_path, options, providers=["CPUExecutionProvider"]
    )
    codes = np.clip(np.round(log_mel(pieces, offset=1e-3)[:, :96] / net.scale) + net.zero, 0, 255)
    fast, exact = (
        [
            session.run(["class_scores_updated"], {"audio": code[None, None].astype(np.uint8)})[0][
                0
            ]
            for code in codes
        ]
        for session in (net.session, plain)
    )
    for one, other in zip(fast, exact, strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.98
    assert np.corrcoef(np.ravel(fast), np.ravel(exact))[0, 1] > 0.99


@pytest.mark.parametrize("samples", [0, 1, 400, 12_000, 16_000, 40_000])
def test_pieces_of_any_length(samples):
    out = load_encoder("yamnet").encode(np.zeros((2, samples), np.float32))
    assert all(np.isfinite(rows).all() and len(rows) == 2 for rows in out.values())


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


# words


def test_minilm_is_the_network_of_its_library():
    """Against the BERT of the transformers library on the same files."""
    transformers = pytest.importorskip("transformers")
    import torch
    from tokenizers import Tokenizer

    folder = locate("minilm")
    texts = ["dog", "a dog barks", "playing the acoustic guitar", "", "ünïcödé 🐕", "word " * 400]
    config = transformers.BertConfig(**json.loads((folder / "config.json").read_text()))
    net = transformers.BertModel(config, add_pooling_layer=False).eval()
    from safetensors.torch import load_file

    state = load_file(folder / "model.safetensors")
    lacking, _ = net.load_state_dict(
        {k: v for k, v in state.items() if not k.startswith("pooler.")}, strict=False
    )
    assert not lacking
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    expected = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.tensor([tokenizer.encode(text).ids])
            mean = net(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(
                dim=1
            )
            expected.append(torch.nn.functional.normalize(mean, dim=-1)[0].numpy())
    got = load_text("minilm").encode(texts)
    assert got.shape == (6, 384)
    np.testing.assert_allclose(got, np.array(expected), atol=2e-6)


def test_sentences_alike_are_close():
    tower = load_text("minilm")
    rows = tower.encode(
        ["a dog is barking", "the dog barks", "an orchestra plays", "a barking dog"]
    )
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    similarity = rows @ rows.T
    assert similarity[0, 1] > 0.8
    assert similarity[0, 3] > 0.8
    assert similarity[0, 2] < 0.3
    np.testing.assert_allclose(tower.encode(["a barking dog"])[0], rows[3], atol=2e-6)
    assert tower.encode([]).shape == (0, 384)

"""VGGish: the front end against the formulas written out in double precision, the network against
torch's functions.
"""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seehear.encoders import load_encoder
from seehear.encoders.vggish import mel_patches
from seehear.errors import WeightsError

CONV = {0: (64, 1), 3: (128, 64), 6: (256, 128), 8: (256, 256), 11: (512, 256), 13: (512, 512)}
FULL = {0: (4096, 512 * 6 * 4), 2: (4096, 4096), 4: (128, 4096)}


@pytest.fixture(scope="module")
def state():
    """Return random weights under the names of the torchvggish port."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return (
            torch.randn(shape, generator=generator) / np.prod(shape[1:]).astype(float) ** 0.5 * 1.5
        )

    out = {}
    for i, shape in CONV.items():
        out |= {
            f"features.{i}.weight": draw(*shape, 3, 3),
            f"features.{i}.bias": 0.1 * draw(shape[0]),
        }
    for i, shape in FULL.items():
        out |= {
            f"embeddings.{i}.weight": draw(*shape),
            f"embeddings.{i}.bias": 0.1 * draw(shape[0]),
        }
    return out


@pytest.fixture(scope="module")
def weights(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("vggish") / "vggish-10086976.pth"
    torch.save(state, path)
    return path


def wave(samples=16000, seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(samples) / 16000
    sound = 0.4 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * 3000 * time)
    sound += 0.01 * rng.normal(size=samples)
    return sound.astype(np.float32)


def spelled_out(samples):
    """Return (96, 64) by the table of VGGish's front end, with sums in place of any transform or
    matrix.
    """
    pcm = np.round(samples.astype(np.float64) * 32768).clip(-32768, 32767) / 32768
    mel = lambda hz: 1127.0 * np.log(1.0 + hz / 700.0)  # noqa: E731
    low, high = mel(125.0), mel(7500.0)
    edges = [low + (high - low) * i / 65 for i in range(66)]
    n = np.arange(512)
    basis = np.exp(-2j * np.pi * np.outer(np.arange(257), n) / 512)
    hann = [0.5 - 0.5 * np.cos(2 * np.pi * i / 400) for i in range(400)]
    weights = np.zeros((64, 257))
    for band in range(64):
        for k in range(1, 257):
            place = mel(k * 8000 / 256)
            rise = (place - edges[band]) / (edges[band + 1] - edges[band])
            fall = (edges[band + 2] - place) / (edges[band + 2] - edges[band + 1])
            weights[band, k] = max(0.0, min(rise, fall))
    out = np.zeros((96, 64))
    for frame in range(96):
        part = np.zeros(512)
        part[:400] = pcm[frame * 160 : frame * 160 + 400] * hann
        out[frame] = np.log(weights @ np.abs(basis @ part) + 0.01)
    return out


def test_the_front_end_is_the_table_of_the_specification():
    sound = wave()
    patches = mel_patches(sound[None])
    assert patches.shape == (1, 1, 96, 64)
    np.testing.assert_allclose(patches[0, 0], spelled_out(sound), atol=1e-5)


def test_the_last_two_frames_of_a_second_are_dropped_and_seconds_stand_alone():
    sound = wave()
    changed = sound.copy()
    changed[(96 - 1) * 160 + 400 :] = 0.7
    np.testing.assert_array_equal(mel_patches(sound[None]), mel_patches(changed[None]))
    both = mel_patches(np.stack([wave(seed=1), sound]))
    np.testing.assert_array_equal(both[1], mel_patches(sound[None])[0])
    assert mel_patches(wave(8000)[None]).shape == (1, 1, 96, 64)  # filled with silence
    assert mel_patches(wave(32000)[None]).shape == (1, 2, 96, 64)


def test_the_row_is_the_last_layer_after_its_relu(state, weights):
    pieces = np.stack([wave(seed=s) * (s + 1) / 20 for s in range(10)])
    rows = load_encoder("vggish", weights=weights).encode(pieces)["feature"]
    x = torch.from_numpy(mel_patches(pieces)).float()
    for i in CONV:
        x = F.relu(
            F.conv2d(x, state[f"features.{i}.weight"], state[f"features.{i}.bias"], padding=1)
        )
        if i in (0, 3, 8, 13):
            x = F.max_pool2d(x, 2)
    assert x.shape == (10, 512, 6, 4)
    x = torch.stack(
        [x[:, c, t, f] for t in range(6) for f in range(4) for c in range(512)], dim=1
    )  # channel last
    for i in FULL:
        x = F.relu(F.linear(x, state[f"embeddings.{i}.weight"], state[f"embeddings.{i}.bias"]))
    assert rows.shape == (10, 128)
    np.testing.assert_allclose(rows, x.numpy(), rtol=1e-4, atol=1e-5 * float(x.max()))
    assert (rows >= 0).all()
    assert 0.1 < (rows == 0).mean() < 0.9
    assert rows.max() > 1e-3


def test_a_file_of_another_network_is_refused(state, tmp_path):
    state = {name: torch.zeros(1) for name in state}  # small files: names are compared first
    torch.save(
        {name: tensor for name, tensor in state.items() if name != "features.3.bias"},
        tmp_path / "a.pth",
    )
    with pytest.raises(
        WeightsError, match=r"expected the weights of VGGish; the file lacks features\.3\.bias"
    ):
        load_encoder("vggish", weights=tmp_path / "a.pth").encode(wave()[None])
    torch.save({**state, "pproc.pca_means": torch.zeros(3)}, tmp_path / "b.pth")
    with pytest.raises(WeightsError, match=r"the file has also pproc\.pca_means"):
        load_encoder("vggish", weights=tmp_path / "b.pth").encode(wave()[None])
    torch.save(state, tmp_path / "c.pth")
    with pytest.raises(WeightsError, match=r"has embeddings\.0\.bias \(1,\) for \(4096,\)"):
        load_encoder("vggish", weights=tmp_path / "c.pth").encode(wave()[None])
    (tmp_path / "d.pth").write_bytes(b"junk")
    with pytest.raises(WeightsError, match="not a readable file of weights"):
        load_encoder("vggish", weights=tmp_path / "d.pth").encode(wave()[None])
    with pytest.raises(WeightsError, match="no weights of vggish there"):
        load_encoder("vggish", weights=tmp_path / "none.pth").encode(wave()[None])

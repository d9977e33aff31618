"""From media to the folders of the LSLD release in one command, with the real encoders on tiny
checkpoints.
"""

import json

import numpy as np
import pytest

import fake_encoders as fake
import tiny_checkpoints as tiny
from seehear.cli.main import main
from seehear.encoders import load_encoder
from seehear.errors import ConfigError
from seehear.extraction.extract import _load_encoder
from seehear.features import open_features, pool


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    root = tmp_path_factory.mktemp("published")
    fake.make_dataset(root / "data", [10, 6])
    tiny.clip(root / "clip")
    tiny.clap(root / "clap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEHEAR_CACHE", str(root / "cache"))
        tiny.fetch(patch, "clip-vit-b16", root / "clip")
        tiny.fetch(patch, "clap", root / "clap")
        assert (
            main(
                [
                    "extract",
                    str(root / "data"),
                    "--visual",
                    "clip-vit-b16",
                    "--audio",
                    "clap",
                    "--keep-frames",
                    "--sampling",
                    "paper",
                    "--out",
                    str(root / "out"),
                    "--export-npy",
                    str(root / "npy"),
                    "--jobs",
                    "1",
                    "--device",
                    "cpu",
                ]
            )
            == 0
        )
    return root


def test_shapes_are_those_of_the_release(features):
    for name in ("c0", "c1"):
        assert np.load(features / "npy" / "clip_16" / f"{name}.npy").shape == (80, 512)
        assert np.load(features / "npy" / "clap_audioset" / f"{name}.npy").shape == (10, 512)
    store = open_features(features / "npy")
    assert {name: stream.rows for name, stream in store.streams.items()} == {
        "clip-vit-b16/frames": 80,
        "clap/feature": 10,
    }
    own = open_features(features / "out")
    np.testing.assert_allclose(
        pool(store.array("clip-vit-b16/frames", ["c0"]), 10),
        own.array("clip-vit-b16/feature", ["c0"]),
        atol=1e-6,
    )


def test_rows_are_those_of_the_encoder_on_the_frames_of_each_second(features):
    own = open_features(features / "out")
    assert set(own.encoders()) == {"clip-vit-b16", "clap"}
    assert own.encoders()["clip-vit-b16"]["preprocessing"]["fps"] == 8
    encoder = load_encoder("clip-vit-b16", weights=features / "clip")
    grey = np.stack(
        [encoder.prepare(np.full((48, 64, 3), 20 * k + 20, np.uint8)) for k in range(10)]
    )
    expected = encoder.encode(grey)["feature"]
    rows = own.array("clip-vit-b16/feature", ["c0"])[0]
    distance = np.linalg.norm(rows[:, None] - expected, axis=2)
    assert (distance.argmin(axis=1) == np.arange(10)).all()
    manifest = json.loads((features / "out" / "manifest.json").read_text())
    assert manifest["sampling"] == "paper"


def test_options_go_to_those_encoders_that_have_them(features):
    """Sound has no frames a second, and YAMNet no device: one command for both tracks is no
    fault.
    """
    assert _load_encoder("clip-vit-b16", fps=2, device="cpu").fps == 2
    assert _load_encoder("clap", fps=2, device="cpu").rate_hz == 48000
    assert _load_encoder("yamnet", fps=2, device="cpu").rate_hz == 16000
    with pytest.raises(ConfigError, match="device: nonsense cannot be used"):
        load_encoder("clip-vit-b16", weights=features / "clip", device="nonsense").encode(
            np.zeros((1, 224, 224, 3), np.uint8)
        )

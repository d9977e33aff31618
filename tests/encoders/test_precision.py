"""Half precision: asked for, said in the preprocessing, and for a GPU alone."""

import contextlib
import pickle
from collections.abc import Iterator

import numpy as np
import pytest

from fake_encoders import Eye
from seehear.encoders import is_visual
from seehear.encoders.precision import HalfPrecision, require_half
from seehear.errors import ConfigError

torch = pytest.importorskip("torch")


def test_all_but_the_rounding_is_the_encoders_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    @contextlib.contextmanager
    def autocast(device: str, *, dtype: object) -> Iterator[None]:
        asked.append((device, dtype))
        yield

    monkeypatch.setattr(torch, "autocast", autocast)
    half = pickle.loads(pickle.dumps(HalfPrecision(Eye(fps=4))))
    assert is_visual(half)
    assert (half.fps, half.card.id) == (4, "eye")
    assert half.preprocessing() == {"crop": 8, "precision": "half"}
    frames = np.full((2, 8, 8, 3), 7, np.uint8)
    np.testing.assert_array_equal(half.encode(frames)["feature"], np.full((2, 3), 7))
    assert asked == [("cuda", torch.float16)]


@pytest.mark.parametrize("device", ["cpu", None])
def test_there_is_none_without_a_gpu(device: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="half precision needs a CUDA device, got"):
        require_half(device)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    if device is None:
        require_half(device)
    else:
        with pytest.raises(ConfigError, match="got cpu; leave it out"):
            require_half(device)


@pytest.mark.gpu
def test_rows_round_by_little_on_a_gpu() -> None:
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device, this machine has none")
    from seehear.encoders.torch_run import run_batches

    class Net(Eye):
        def encode(self, frames: np.ndarray) -> dict[str, np.ndarray]:
            torch.manual_seed(0)
            net = torch.nn.Linear(192, 8).to("cuda").requires_grad_(False)
            flat = frames.reshape(len(frames), -1).astype(np.float32) / 255
            return {"feature": run_batches(net, flat, batch=4, device="cuda")}

    frames = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), np.uint8)
    full, half = (net.encode(frames)["feature"] for net in (Net(), HalfPrecision(Net())))
    assert half.dtype == np.float32
    np.testing.assert_allclose(half, full, atol=1e-2)
    assert not np.array_equal(half, full)

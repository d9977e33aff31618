"""Noise on features: of the size asked for, and the same however many processes train."""

import torch

from seehear.nn.part import BatchPart, only
from seehear.train import prepare, run
from seehear.train.augment import noisy
from small_world import TINY


def test_noise_is_as_strong_as_each_dimension_varies() -> None:
    torch.manual_seed(0)
    rows = torch.zeros(200, 10, 2)
    spread = {"audio.deviation": torch.tensor([1.0, 4.0]), "visual.deviation": torch.ones(2)}
    inputs = {"audio": rows, "visual": rows, "motion": None, "prior": rows}
    found = noisy(inputs, 0.5, spread)
    torch.testing.assert_close(
        found["audio"].flatten(0, 1).std(dim=0), torch.tensor([0.5, 2.0]), rtol=0.05, atol=0
    )
    assert found["motion"] is None
    assert found["prior"] is rows
    assert not rows.any()  # clips in memory stay as they are


def test_each_process_draws_the_noise_of_its_own_clips() -> None:
    spread = {"audio.deviation": torch.ones(3), "visual.deviation": torch.ones(3)}

    def drawn(part, clips):
        torch.manual_seed(1)
        with only(part):
            rows = torch.zeros(clips, 4, 3)
            return noisy({"audio": rows, "visual": rows, "motion": None}, 1.0, spread)["visual"]

    whole = drawn(None, 6)
    torch.testing.assert_close(drawn(BatchPart(2, 6, 6), 4), whole[2:6])


def test_a_recipe_trains_with_it(world, tmp_path) -> None:
    settings = {**TINY, "training.feature_noise": 0.5, "training.epochs": 1}
    prepared = prepare(*world, "han", settings=settings)
    before = prepared.train.audio.clone()
    run(prepared, tmp_path / "run")
    assert torch.equal(prepared.train.audio, before)

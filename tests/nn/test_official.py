"""Released state dicts: sizes read from tensors, strict otherwise, faults named."""

import copy
import re

import pytest
import torch
from torch import nn

from seehear.errors import ConfigError, WeightsError
from seehear.nn import build, load_official, looks_like

SIZES = {"audio_dim": 7, "visual_dim": 11, "motion_dim": 9, "classes": 5, "width": 16}
OWN_SIZES: dict[str, dict] = {
    "han": SIZES | {"layers": 2, "hidden": 12},
    "ma": SIZES,
    "jomold": SIZES | {"layers": 2},
    "lsld": SIZES | {"layers": 3, "motion_dim": None},
    "mgn": SIZES | {"segments": 6, "depths": (1, 2, 3)},
    "mm_pyramid": SIZES | {"levels": 2, "hidden": 24},
    "dhhn": SIZES | {"hidden": 8, "motion_dim": None},
    "dhhn_audionet": {"audio_dim": 7, "classes": 5, "width": 16, "layers": 2},
    "dhhn_videonet": {"visual_dim": 11, "motion_dim": 9, "classes": 5, "width": 16},
    "ave": SIZES | {"hidden": 6, "pooling": "attention"},
    "avsdn": SIZES | {"hidden": 6, "motion_dim": None},
    "ave_events": {
        "audio_dim": 7,
        "region_dim": 11,
        "classes": 5,
        "width": 16,
        "regions": 6,
        "fusion": "residual",
    },
}


def state(name: str) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build(name, **OWN_SIZES[name]).state_dict()


def linear(prefix: str, d: int = 16) -> dict[str, torch.Tensor]:
    return {f"{prefix}.weight": torch.zeros(d, d), f"{prefix}.bias": torch.zeros(d)}


def released_han() -> dict[str, torch.Tensor]:
    """Return HAN's state dict with what the release stores for nothing (a tensor of each kind)."""
    idle = (
        "audio_encoder.layers.0.linear1",
        "visual_encoder.layers.0.linear1",
        "cmt_encoder.norm1",
        "hat_encoder.norm1",
        "hat_encoder.norm2",
    )
    return state("han") | {key: value for prefix in idle for key, value in linear(prefix).items()}


@pytest.mark.parametrize("name", OWN_SIZES)
def test_sizes_are_read_from_the_tensors(name: str) -> None:
    given = state(name)
    loaded = load_official(name, {key: value.numpy() for key, value in given.items()})
    assert not loaded.training
    for key, value in loaded.state_dict().items():
        assert torch.equal(value, given[key])


def test_half_precision_is_widened() -> None:
    half = {key: value.half() for key, value in state("han").items()}
    net = load_official("han", half)
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda sd: {"model": sd, "optimizer": {}, "epochs": 3},
        lambda sd: {"state_dict": sd},
        lambda sd: {f"module.{key}": value for key, value in sd.items()},
        lambda sd: {"model": {f"module.{key}": value for key, value in sd.items()}},
    ],
)
def test_wrappings_of_the_releases(wrap) -> None:
    assert load_official("han", wrap(state("han"))).hat_encoder.stacking == "repeat"


def test_unused_tensors_are_left_behind() -> None:
    released = released_han()
    assert looks_like(released) == "han"
    assert set(load_official("han", released).state_dict()) == set(state("han"))


def test_the_second_name_of_a_convolution_counts() -> None:
    given = state("mm_pyramid")
    twice = {
        key.replace("conv1", "net.0"): value + 1
        for key, value in given.items()
        if "network.0.conv1" in key
    }
    loaded = load_official("mm_pyramid", given | twice).state_dict()
    assert torch.equal(
        loaded["MMP.capture.vnetwork.0.conv1.weight"],
        given["MMP.capture.vnetwork.0.conv1.weight"] + 1,
    )


@pytest.mark.parametrize(
    ("given", "asked", "says"),
    [
        ("han", "ma", "expected the tensors of ma (this looks like han): t_att.* is missing"),
        (
            "han",
            "jomold",
            (
                "expected the tensors of jomold (this looks like han):"
                " audio_encoder.layers.0.linear1.weight is not part of it"
            ),
        ),
        ("han", "mgn", "expected the tensors of mgn (this looks like han): audio_token is missing"),
        (
            "jomold",
            "lsld",
            "expected the tensors of lsld (this looks like jomold): fc_st.weight is not part of it",
        ),
        (
            "lsld",
            "jomold",
            "expected the tensors of jomold (this looks like lsld): fc_st.weight is missing",
        ),
        ("dhhn", "jomold", "expected the tensors of jomold (this looks like dhhn)"),
        (
            "mgn",
            "mm_pyramid",
            (
                "expected the tensors of mm_pyramid (this looks like mgn): fc_frame_att.weight is"
                " missing"
            ),
        ),
        (
            "mm_pyramid",
            "han",
            (
                "expected the tensors of han (this looks like mm_pyramid):"
                " hat_encoder.layers.0.linear1"
            ),
        ),
        (
            "dhhn_videonet",
            "dhhn_audionet",
            "expected the tensors of dhhn_audionet (this looks like dhhn_videonet): fc_a",
        ),
        ("ave_events", "avsdn", "expected the tensors of avsdn (this looks like ave_events)"),
    ],
)
def test_a_checkpoint_of_another_system(given: str, asked: str, says: str) -> None:
    tensors = released_han() if given == "han" else state(given)
    with pytest.raises(WeightsError, match="^" + re.escape(says)):
        load_official(asked, tensors)


def test_a_part_of_the_unused_tensors_is_suspicious() -> None:
    given = {
        key: value for key, value in released_han().items() if not key.startswith("visual_encoder")
    }
    with pytest.raises(
        WeightsError, match=r"expected the tensors of han: visual_encoder\.\* is missing$"
    ):
        load_official("han", given)


def test_tensors_that_differ_are_named() -> None:
    given = state("lsld")
    given["fc_a.bias"] = torch.zeros(15)
    with pytest.raises(
        WeightsError, match=r"tensors of lsld: fc_a\.bias expected \(16,\), got \(15,\)$"
    ):
        load_official("lsld", given)
    given = state("lsld") | {
        "fc_prob.weight": torch.zeros(4, 15)
    }  # sizes are what most tensors agree on
    with pytest.raises(
        WeightsError, match=r"tensors of lsld: fc_prob\.weight expected \(5, 16\), got \(4, 15\)$"
    ):
        load_official("lsld", given)
    with pytest.raises(WeightsError, match=r"fc_prob\.weight expected \(6, 16\), got \(5, 16\)"):
        load_official("lsld", state("lsld"), classes=6)
    flat = state("lsld") | {"fc_prob.weight": torch.zeros(5)}
    with pytest.raises(WeightsError, match="another number of axes"):
        load_official("lsld", flat)
    given = state("lsld")
    del given["hat_encoder.layers.1.norm2.bias"], given["fc_v.bias"]
    extra = given | {"fc_extra": torch.zeros(1), "fc_more": torch.zeros(1)}
    with pytest.raises(
        WeightsError,
        match=r"fc_v\.bias is missing, .*norm2\.bias is missing, fc_extra is not part "
        r"of it and 1 more$",
    ):
        load_official("lsld", extra)


def test_what_is_no_state_dict() -> None:
    for given, says in (
        ({}, "dictionary of tensors, got an empty one"),
        ({"model": {}}, "got an empty one"),
        ({"fc_a.weight": "text"}, "expected a tensor under 'fc_a.weight', got str"),
        (state("lsld") | {"fc_a.bias": torch.full((16,), torch.nan)}, "fc_a.bias holds NaN"),
    ):
        with pytest.raises(WeightsError, match=says):
            load_official("lsld", given)
    with pytest.raises(
        ConfigError, match=r"no released checkpoint is known for 'lsdl'; did you mean lsld\?"
    ):
        load_official("lsdl", state("lsld"))


def test_two_copies_are_for_dhhn() -> None:
    net = load_official("dhhn", state("dhhn"), video_state_dict=state("dhhn"), dropout=0.0)
    assert (
        net.audio_net.hat_encoder.layers[0].dropout.p
        == net.visual_net.hat_encoder.layers[0].dropout.p
        == 0
    )
    with pytest.raises(ConfigError, match="video_state_dict belongs to dhhn, got it for han"):
        load_official("han", state("han"), video_state_dict=state("han"))


def test_loading_copies_the_weights() -> None:
    given = state("lsld")
    before = copy.deepcopy(given)
    nn.init.zeros_(load_official("lsld", given).fc_a.weight)
    assert torch.equal(given["fc_a.weight"], before["fc_a.weight"])

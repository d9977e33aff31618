"""How layers start: which weights are equal before the first step, in every network, as released.

Where each release says so (file and line at the commit that its recipe names):

    HAN         nets/net_audiovisual.py 9-10, 16: the encoder copies one layer
    MA          step1_train_base_model/nets/net_audiovisual.py 10-11, 17: the same
    JoMoLD      nets/net_audiovisual.py 29-31: a new layer in every round
    LSLD        nets/net_audiovisual.py 10-12: the same
    VALOR       main_network.py 7-8, 15 (at 2677da9): the encoder copies one layer
    MGN         nets/mgn.py 98-105: every linear layer drawn for itself; tokens (27-28) are zero
    MM-Pyramid  nets/Transformer.py 115-116, 125: an attention's four projections are copies;
                nets/MPAM.py 61, 72-80: so are the feed-forwards of all levels; 31-34: so are the
                two branches of the fusion; 66-71: the rest is drawn
    DHHN        nets/net_audiovisual.py 159: one hybrid layer; 239, 287: the helpers' layers are
                copies, which torch's TransformerEncoder makes
    AVE         models.py 33-42: drawn; models_fusion.py 70: the last layer alone by Xavier
"""

import re
from collections import defaultdict

import pytest
import torch
from torch import nn

from seehear.nn import SYSTEMS, build
from seehear.recipes import RECIPES
from small_networks import PARSERS, small

HYBRID = r"hat_encoder\.layers\.\d\."
HYBRID_PARTS = (
    *(f"{attention}.in_proj_weight" for attention in ("self_attn", "cm_attn")),
    *(f"{attention}.out_proj.weight" for attention in ("self_attn", "cm_attn")),
    *(f"linear{i}.{value}" for i in (1, 2) for value in ("weight", "bias")),
)
UNITS, BRANCHES = r"MMP.capture.msa.\d.(vsa|asa|cma)block.layer.", "MMP.fusion.[va]adaptive.*."
FEED_FORWARD = [f"feed_forward.w_{i}.{value}" for i in (1, 2) for value in ("weight", "bias")]
EQUAL = {  # by system: what of its options makes layers, and patterns whose matches are equal
    **dict.fromkeys(("han", "ma"), ({"layers": 3}, [HYBRID + part for part in HYBRID_PARTS])),
    **dict.fromkeys(("jomold", "lsld"), ({"layers": 3}, [])),
    "mm_pyramid": (
        {"levels": 2},
        [
            *(
                rf"MMP.capture.msa.{level}.{block}.layer.self_attn.linears.\d.{value}"
                for level in range(2)
                for block in ("vsablock", "asablock", "cmablock")
                for value in ("weight", "bias")
            ),
            *(UNITS + part for part in FEED_FORWARD),
            *(rf"{BRANCHES}self_attn.linears.\d.{value}" for value in ("weight", "bias")),
            *(BRANCHES + part for part in FEED_FORWARD),
        ],
    ),
    "dhhn_audionet": ({"width": 16}, []),
    "dhhn_videonet": (
        {"layers": 2, "width": 16},
        [rf"audio_encoder.layers.\d.{part}" for part in HYBRID_PARTS if "cm_attn" not in part],
    ),
}


def equal_at_start(net: nn.Module) -> set[frozenset[str]]:
    """Return the groups of parameters that hold one value, those of a single number left out."""
    groups = defaultdict(list)
    for name, value in net.named_parameters():
        if value.unique().numel() > 1:  # zeros and ones are no draw
            groups[tuple(value.shape), value.detach().numpy().tobytes()].append(name)
    return {frozenset(names) for names in groups.values() if len(names) > 1}


@pytest.mark.parametrize("name", SYSTEMS)
def test_weights_are_equal_at_the_start_where_they_are_in_the_release(name: str) -> None:
    options, patterns = EQUAL.get(name, ({}, []))
    torch.manual_seed(0)
    net = small(name, **options) if name in PARSERS else build(name, **options)
    names = [each for each, _ in net.named_parameters()]
    groups = {frozenset(n for n in names if re.fullmatch(pattern, n)) for pattern in patterns}
    assert all(len(group) > 1 for group in groups)
    assert equal_at_start(net) == groups


@pytest.mark.parametrize("name", ["han", "ma", "jomold", "lsld", "mm_pyramid"])
def test_the_start_is_an_option(name: str) -> None:
    layers = {"levels": 2} if name == "mm_pyramid" else {"layers": 2}
    assert not equal_at_start(small(name, start="drawn", **layers))
    assert equal_at_start(small(name, start="copies", **layers))


@pytest.mark.parametrize("name", ["han", "jomold", "lsld"])
def test_one_layer_is_the_same_either_way(name: str) -> None:
    copied, drawn = (small(name, layers=1, start=start) for start in ("copies", "drawn"))
    assert all(
        torch.equal(one, other)
        for one, other in zip(copied.parameters(), drawn.parameters(), strict=True)
    )


def test_recipes_start_as_released() -> None:
    pages = {name: recipe.network.options.get("start") for name, recipe in RECIPES.items()}
    assert pages["valor"] == "copies"  # its network goes by HAN's name
    for name, recipe in RECIPES.items():
        released = SYSTEMS[recipe.network.builder]
        if "start" in released.keywords:
            default = released.options(**released.released).start
            assert pages[name] == default, name


def test_the_residual_form_of_ave_draws_only_its_last_layer_by_xavier() -> None:
    torch.manual_seed(0)
    net = build("ave_events", fusion="residual")
    bound = (6 / (256 + 29)) ** 0.5  # of Xavier; torch's own is 1 / sqrt(inputs)
    assert net.L2.weight.abs().max() > 0.99 * bound
    assert net.affine_video.weight.abs().max() <= 512**-0.5

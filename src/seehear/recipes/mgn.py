"""MGN: class tokens group the segments of each track, then the tracks group each other."""

import dataclasses

from torch import Tensor

from seehear.losses import class_token_ce, segment_bce
from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Term, Training
from seehear.recipes.contract import Step, require
from seehear.recipes.lsld import LSLD, under_lsld
from seehear.time import Decoding


def audio_tokens(step: Step) -> Tensor:
    """Return the cross-entropy of recognising each audio class token as its class."""
    return class_token_ce(require(step.out.class_logits, "class logits")[0])


def visual_tokens(step: Step) -> Tensor:
    """Return the cross-entropy of recognising each visual class token as its class."""
    return class_token_ce(require(step.out.class_logits, "class logits")[1])


def visual_segments(step: Step) -> Tensor:
    """Return the cross-entropy of visual segments; as these may exceed 1, they are clamped."""
    label, weight = step.targets["visual_segments"], step.targets.get("visual_weights")
    return segment_bce(step.out.segment_prob[:, :, 1], label, clamp=True, weight=weight)


MGN = Recipe(
    name="mgn",
    summary=(
        "multi-modal grouping network: class tokens gather segments, light and without attention"
        " pooling"
    ),
    paper=Paper(
        "Multi-modal Grouping Network for Weakly-Supervised Audio-Visual Video Parsing",
        "NeurIPS 2022",
        code="stoneMo/MGN@11be034c3a2ab9c3f7a51328a67c7f0324b07e82",
    ),
    published={
        "paper": (60.8, 55.4, 50.4, 55.5, 57.2, 51.1, 52.4, 44.4, 49.3, 49.1),
        "clip": (61.0, 60.0, 53.8, 58.3, 58.9, 50.8, 56.7, 47.3, 51.6, 50.2),
    },
    features=(
        "paper",
        "clip",
        "clip+3d",
        "valor+3d",
        "valor",
        "uwav",
        "lfav",
        "ave",
        "unav",
        "offline",
    ),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9),
    network=Network(
        "mgn",
        {
            "width": 128,
            "heads": 8,
            "depths": (3, 3, 6),
            "assignment": "soft",
            "drop_path": 0.1,
            "timing": "released",
        },
    ),
    losses=(
        terms.AUDIO,
        terms.VISUAL,
        terms.CLIP,
        Term("audio_tokens", 1.0, audio_tokens, "CE(class of audio token c, c)"),
        Term("visual_tokens", 1.0, visual_tokens, "CE(class of visual token c, c)"),
    ),
    training=Training(
        epochs=40, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1, seed=1, select="segment/type"
    ),
    decoding=Decoding(threshold=0.5, gate="joint", gate_threshold=0.5),
    differs=(
        (
            "soft attention is a softmax of a softmax over time, so a segment is its track times"
            " about 1.1 in every second (network.timing=released); relative tells the seconds"
            " apart, article follows the paper's figure"
        ),
        "segment probabilities may exceed 1 and get no loss of their own, as released",
        "the audio tokens gather segments that were rebuilt on the visual embedding, as released",
        (
            "the release steps its schedule before validation; the learning rates of the epochs are"
            " the same"
        ),
    ),
    adapt={
        "offline": {
            "training.epochs": 20,
            "training.batch": 32,
            "training.lr_factor": 0.3,
            "training.select": "segment/event",
        }
    },
)

_UNDER = under_lsld(MGN)
_CLAMPED = dataclasses.replace(terms.VISUAL_SEGMENTS, fn=visual_segments)
MGN_LSLD = dataclasses.replace(
    _UNDER,
    network=dataclasses.replace(MGN.network, options={**MGN.network.options, "timing": "relative"}),
    losses=tuple({terms.VISUAL_SEGMENTS: _CLAMPED}.get(term, term) for term in _UNDER.losses),
    differs=(
        "not in the paper: its table 5 puts LSLD under MM-Pyramid and DHHN only",
        (
            "the mended timing (network.timing=relative): a segment of the released one is its"
            " track times about 1.1 whatever the second, so that labels of segments could not be"
            " learned"
        ),
        *MGN.differs[1:],
        *LSLD.differs[:3],
    ),
)

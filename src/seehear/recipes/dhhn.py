"""DHHN: three time scales, a helper network for each track, two copies kept, refined or not."""

import dataclasses

from torch import Tensor

from seehear.losses import clip_bce, contrast_tracks, follow
from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Helper, Labels, Network, Paper, Recipe, Stage, Term, Training
from seehear.recipes.contract import Step
from seehear.recipes.lsld import LSLD, under_lsld
from seehear.recipes.ma import exchange
from seehear.time import Decoding


def follow_audio(step: Step) -> Tensor:
    """Return the mean squared distance of the audio track to its helper, which gets no gradient."""
    return follow(step.out.track_prob[:, 0], step.helpers["audio"].track_prob)


def follow_visual(step: Step) -> Tensor:
    """Return the mean squared distance of the visual track to its helper, without its gradient."""
    return follow(step.out.track_prob[:, 1], step.helpers["visual"].track_prob)


def apart(step: Step) -> Tensor:
    """Return minus the squared distance of the two pooled tracks."""
    return contrast_tracks(step.out.track_prob[:, 0], step.out.track_prob[:, 1])


def helper_audio(step: Step) -> Tensor:
    """Return the cross-entropy of the audio helper against the weak label."""
    return clip_bce(step.helpers["audio"].track_prob, step.targets["clip"])


def helper_visual(step: Step) -> Tensor:
    """Return the cross-entropy of the visual helper against the weak label."""
    return clip_bce(step.helpers["visual"].track_prob, step.targets["clip"])


def helper_audio_refined(step: Step) -> Tensor:
    """Return the cross-entropy of the audio helper against the audio target."""
    return clip_bce(step.helpers["audio"].track_prob, step.targets["audio"])


def helper_visual_refined(step: Step) -> Tensor:
    """Return the cross-entropy of the visual helper against the visual target."""
    return clip_bce(step.helpers["visual"].track_prob, step.targets["visual"])


def helpers_apart(step: Step) -> Tensor:
    """Return minus the squared distance of the two helpers."""
    return contrast_tracks(step.helpers["audio"].track_prob, step.helpers["visual"].track_prob)


BETWEEN = (
    Term("follow_audio", 1.0, follow_audio, "MSE(p^a, sg(q^a))"),
    Term("follow_visual", 1.0, follow_visual, "MSE(p^v, sg(q^v))"),
    Term("apart", 1.0, apart, "-MSE(p^a, p^v)"),
)
HELPERS = (
    Term("helper_audio", 1.0, helper_audio, "BCE(q^a, y)"),
    Term("helper_visual", 1.0, helper_visual, "BCE(q^v, y)"),
    Term("helpers_apart", 1.0, helpers_apart, "-MSE(q^a, q^v)"),
)
HELPERS_REFINED = (
    Term("helper_audio", 1.0, helper_audio_refined, "BCE(q^a, ȳ^a)"),
    Term("helper_visual", 1.0, helper_visual_refined, "BCE(q^v, ȳ^v)"),
    HELPERS[2],
)
AUDIONET = Helper(
    "audio",
    "dhhn_audionet",
    lr=6e-4,
    options={"width": 512, "layers": 1, "heads": 8, "hidden": 512, "dropout": 0.1, "rounds": 4},
)
VIDEONET = Helper(
    "visual",
    "dhhn_videonet",
    lr=6e-5,
    options={"width": 512, "layers": 2, "heads": 8, "hidden": 512, "dropout": 0.1, "rounds": 3},
)

DHHN = Recipe(
    name="dhhn",
    summary=(
        "dual hierarchical hybrid network: three time scales, helpers a track, audio and visual"
        " copies kept apart"
    ),
    paper=Paper(
        "DHHN: Dual Hierarchical Hybrid Network for Weakly-Supervised Audio-Visual Video Parsing",
        "ACM MM 2022",
        code="anonyUsr22/DHHN@3df283ef48412fab95d3cc592e49b2c6bd88b321",
    ),
    published={
        "paper": (61.3, 58.3, 52.9, 57.5, 58.1, 54.0, 55.1, 47.3, 51.5, 51.5),
        "clip": (62.6, 59.1, 53.4, 58.4, 59.1, 54.3, 55.2, 46.8, 52.1, 52.5),
    },
    features=("paper", "clip", "clip+3d", "uwav", "lfav", "ave", "unav", "offline"),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9),
    network=Network(
        "dhhn",
        {"width": 512, "heads": 1, "hidden": 512, "dropout": 0.1},
        helpers=(AUDIONET, VIDEONET),
    ),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP, *BETWEEN, *HELPERS),
    training=Training(
        epochs=10,
        batch=64,
        lr=3e-4,
        lr_every=10,
        lr_factor=0.1,
        seed=1,
        ties="earlier",
        select="segment/audio+event/audio",
        select_visual="segment/visual+event/visual",
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    differs=(
        (
            "one backward pass over the sum of all terms replaces the release's four, and one Adam"
            " with three learning rates its three: the same numbers, since no term reaches a"
            " network it should not"
        ),
        (
            "the two terms that push tracks apart are squared distances with a minus, bounded only"
            " by probabilities' range, as released; their weights can be set (losses.apart,"
            " losses.helpers_apart)"
        ),
        (
            "the release reads its list of removals even without refinement; here only dhhn-refined"
            " does"
        ),
    ),
    adapt={"offline": {"training.epochs": 20, "training.batch": 32, "training.lr_factor": 0.3}},
)

DHHN_REFINED = dataclasses.replace(
    DHHN,
    name="dhhn-refined",
    summary=(
        "DHHN with its refinement stage: labels withdrawn as in MA, then a second, short training"
    ),
    published={},
    labels=dataclasses.replace(DHHN.labels, removals=True, alias_audio_target=True),
    network=dataclasses.replace(
        DHHN.network,
        helpers=(dataclasses.replace(AUDIONET, lr=3e-4), dataclasses.replace(VIDEONET, lr=3e-4)),
    ),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP, *BETWEEN, *HELPERS_REFINED),
    training=dataclasses.replace(DHHN.training, epochs=5),
    stages=(
        Stage(
            "origin",
            "train on weak labels",
            change={
                "labels": DHHN.labels,
                "network": DHHN.network,
                "losses": DHHN.losses,
                "training": DHHN.training,
            },
        ),
        Stage(
            "removals",
            "exchange tracks between clips, withdraw labels that stay improbable",
            needs=("origin",),
            make=exchange,
            settings={"seed": 2},
        ),
        Stage("final", "train from scratch on what is left", needs=("removals",)),
    ),
    differs=(
        *DHHN.differs,
        (
            "the release ships its removals as a list made elsewhere; here MA's exchange makes them"
            " with the network of the origin stage, so that any dataset can be refined"
        ),
        (
            "an audio removal also erases the label from the clip's target, because the release"
            " shares the array (labels.alias_audio_target=true); false keeps the clip's label"
        ),
    ),
)

DHHN_LSLD = dataclasses.replace(
    under_lsld(DHHN),
    published={"clip": (64.1, 69.0, 60.7, 64.6, 64.0, 56.2, 66.2, 53.7, 58.7, 56.4)},
    differs=(
        *DHHN.differs,
        (
            "the helpers keep the weak label, and the main network still follows the visual"
            " helper's pooled track"
        ),
        (
            "the paper does not say which of DHHN's stages it builds on; here the first, without"
            " removals, since removed visual labels would act on the term that LSLD replaces"
        ),
        *LSLD.differs[:3],
    ),
)

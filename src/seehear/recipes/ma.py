"""MA: withdraw a label from the track that lacks it, found by exchanging tracks between clips."""

import dataclasses

import numpy as np
import torch

from seehear.labels.removal import ma
from seehear.losses import smoothed_contrast
from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Stage, Term, Training
from seehear.recipes.contract import Arrays, ClipInputs, Context, Step, require
from seehear.time import Decoding


def contrast(step: Step) -> torch.Tensor:
    """Return MA's contrast: the cross-entropy of finding each audio segment's visual one."""
    return smoothed_contrast(require(step.out.similarity, "similarity"))


def exchange(context: Context) -> Arrays:
    """Return which labels to withdraw from which track, (N, C) boolean `audio` and `visual`.

    The network of the stage before parses every training clip three times: as it is, with the
    visual track of a clip that shares no label with it, and with the audio track of that clip.
    """
    clips, base = context.train, context.stage.needs[0]
    weak = clips.weak.cpu().numpy()
    partner = ma.draw_partners(weak, np.random.default_rng(context.stage.settings["seed"]))
    foreign_visual = clips.exchanged(partner, ("visual", "motion"))
    foreign_audio = clips.exchanged(partner, ("audio",))

    def parse(given: ClipInputs) -> ma.TrackProbabilities:
        track_prob = context.predict(base, given).track_prob
        return ma.TrackProbabilities(audio=track_prob[:, 0], visual=track_prob[:, 1])

    removed = ma.removals(weak, parse(clips), parse(foreign_audio), parse(foreign_visual))
    return {"audio": removed.audio, "visual": removed.visual}


WEAK = Labels(smooth_audio=1.0, smooth_visual=0.9)

MA = Recipe(
    name="ma",
    summary=(
        "modality-aware labels: HAN trained, tracks exchanged to find labels of the wrong track,"
        " trained again"
    ),
    paper=Paper(
        "Exploring Heterogeneous Clues for Weakly-Supervised Audio-Visual Video Parsing",
        "CVPR 2021",
        code=(
            "Yu-Wu/Modaily-Aware-Audio-Visual-Video-Parsing"
            "@46c6fe2e197bf4e09a18b92931d87a6a710d909f"
        ),
    ),
    published={
        "paper": (60.3, 60.0, 55.1, 58.9, 57.9, 53.6, 56.4, 49.0, 53.0, 50.6),
        "clip": (60.0, 65.1, 57.2, 60.8, 59.6, 51.7, 61.7, 49.2, 54.2, 52.4),
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
    labels=dataclasses.replace(WEAK, removals=True, alias_audio_target=True),
    network=Network(
        "ma",
        {
            "width": 512,
            "layers": 1,
            "heads": 1,
            "hidden": 512,
            "dropout": 0.1,
            "stacking": "repeat",
            "start": "copies",
            "contrast": "embedding",
            "temperature": 0.2,
        },
        forward={"cross_attention": 1.0},
    ),
    losses=(
        terms.AUDIO,
        terms.VISUAL,
        terms.CLIP,
        Term("contrast", 1.0, contrast, "CE(cos(h^a_t, x^v_t') / 0.2, t' = t), smoothing 0.1"),
    ),
    training=Training(
        epochs=12, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1, seed=1, select="last"
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    stages=(
        Stage("base", "train on weak labels", change={"labels": WEAK}),
        Stage(
            "removals",
            "exchange tracks between clips, withdraw labels that stay improbable",
            needs=("base",),
            make=exchange,
            settings={"seed": 2},
        ),
        Stage("final", "train from scratch on what is left", needs=("removals",)),
    ),
    differs=(
        (
            "an audio removal also erases the label from the clip's target, because the release"
            " shares the array (labels.alias_audio_target=true); false keeps the clip's label"
        ),
        (
            "partners of the exchange are drawn from all clips with disjoint labels at once, not by"
            " repeated trials: the same distribution, another random stream"
        ),
        (
            "a class without any error has no threshold and loses nothing; the release divides by"
            " zero to the same effect"
        ),
    ),
    adapt={"offline": {"training.batch": 32, "training.lr_factor": 0.3}},
)

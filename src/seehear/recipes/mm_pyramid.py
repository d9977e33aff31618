"""MM-Pyramid: attention in windows that double from level to level, levels fused by attention."""

import dataclasses

from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Training
from seehear.recipes.lsld import LSLD, under_lsld
from seehear.time import Decoding

MM_PYRAMID = Recipe(
    name="mm_pyramid",
    summary="multimodal pyramid attention: four levels of growing windows, fused per track",
    paper=Paper(
        "MM-Pyramid: Multimodal Pyramid Attentional Network for Audio-Visual Event Localization and"
        " Video Parsing",
        "ACM MM 2022",
        arxiv="2111.12374",
        code="JustinYuu/MM_Pyramid@1c641a5f3302345a40adbc721b555d17e773f560",
        licence="MIT",
    ),
    published={
        "paper": (60.9, 54.4, 50.0, 55.1, 57.6, 52.7, 51.8, 44.4, 49.9, 50.5),
        "clip": (62.8, 56.3, 51.6, 56.9, 60.0, 53.1, 52.2, 45.5, 50.3, 50.7),
    },
    features=("paper", "clip", "clip+3d", "uwav", "lfav", "ave", "unav", "offline"),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9),
    network=Network(
        "mm_pyramid",
        {
            "width": 512,
            "levels": 4,
            "heads": 8,
            "hidden": 512,
            "dropout": 0.2,
            "attention_dropout": 0.1,
            "swap_tracks": True,
            "start": "copies",
        },
    ),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP),
    training=Training(
        epochs=40, batch=16, lr=1e-4, lr_every=10, lr_factor=0.1, seed=1, select="segment/type"
    ),
    decoding=Decoding(threshold=0.5, gate="joint", gate_threshold=0.5),
    differs=(
        (
            "the release stacks the visual stream first and reads it as audio, in losses and"
            " evaluation (network.swap_tracks=true); false does not swap them"
        ),
        "keys and values enter attention without normalisation, as released",
        (
            "many weights start as copies of each other, as released: the four projections of an"
            " attention, the feed-forwards of all levels, the two branches of the fusion"
            " (network.start=copies; drawn makes them independent)"
        ),
        "parameters that the release stores without using them are left out",
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

MM_PYRAMID_LSLD = dataclasses.replace(
    under_lsld(MM_PYRAMID),
    published={"clip": (63.3, 66.8, 60.4, 63.5, 62.4, 54.5, 62.5, 52.6, 56.5, 53.2)},
    differs=(
        *MM_PYRAMID.differs,
        (
            "with the released swap, LSLD's visual labels train the head that sits on the audio"
            " stream (the picture reaches it through cross attention); network.swap_tracks=false"
            " mends both"
        ),
        *LSLD.differs[:3],
    ),
)

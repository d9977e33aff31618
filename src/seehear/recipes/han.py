"""HAN: hybrid attention within and across the tracks, attentive pooling, weak labels only."""

from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Training
from seehear.time import Decoding

HAN = Recipe(
    name="han",
    summary=(
        "hybrid attention network trained on weak labels with attentive multiple-instance pooling"
    ),
    paper=Paper(
        "Unified Multisensory Perception: Weakly-Supervised Audio-Visual Video Parsing",
        "ECCV 2020",
        arxiv="2007.10558",
        code="YapengTian/AVVP-ECCV20@fde56118f2c2e7c19188dfefa2569a37b70054fe",
    ),
    published={
        "paper": (60.1, 52.9, 48.9, 54.0, 55.4, 51.3, 48.9, 43.0, 47.7, 48.0),
        "clip": (62.4, 55.6, 51.3, 56.4, 57.5, 53.9, 51.7, 44.5, 50.0, 51.6),
    },
    features=(
        "paper",
        "clip",
        "clip+3d",
        "clip-b32",
        "clip-b32+3d",
        "release",
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
        "han",
        {
            "width": 512,
            "layers": 1,
            "heads": 1,
            "hidden": 512,
            "dropout": 0.1,
            "visual_dropout": 0.0,
            "stacking": "repeat",
            "start": "copies",
        },
        forward={"cross_attention": 1.0},
    ),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP),
    training=Training(
        epochs=40, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1, seed=1, select="segment/type"
    ),
    decoding=Decoding(threshold=0.5, gate="joint", gate_threshold=0.5),
    differs=(
        (
            "both tracks are gated by the clip's probability, as released; later systems gate each"
            " by its own (decoding.gate=own)"
        ),
        (
            "frames are averaged to segments before the linear projection, not after it; the"
            " numbers are the same"
        ),
        (
            "with more than one layer the release feeds every layer the original pair, so only the"
            " last one counts (network.stacking=repeat); network.stacking=chain feeds each the"
            " layer before"
        ),
        (
            "encoders that the release builds without using them are left out, so initial weights"
            " differ from the release's at equal seed"
        ),
    ),
    adapt={
        "offline": {
            "training.epochs": 20,
            "training.batch": 32,
            "training.lr_factor": 0.3,
            "training.select": "segment/event",
            "decoding.gate": "own",
        }
    },
)

"""LSLD: language says which of a clip's labels hold in each second; HAN learns from that."""

import dataclasses

from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import PROFILES, Denoising
from seehear.labels.released import Released, labels_of
from seehear.labels.store import SegmentLabels
from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Stage, Training
from seehear.recipes.contract import Context
from seehear.time import Decoding


def refine(context: Context) -> SegmentLabels:
    """Return the segment labels of the training clips, as the recipe's `labels.segments` says."""
    options = context.segment_options(Denoising)
    return build_labels(context.dataset, context.store, options, names=context.train.names).labels


def read(context: Context) -> SegmentLabels:
    """Return LSLD's own segment labels, from the dataset folder."""
    return labels_of(context.dataset, context.segment_options(Released))


PAPER = Paper(
    "Revisit Weakly-Supervised Audio-Visual Video Parsing from the Language Perspective",
    "NeurIPS 2023",
    arxiv="2306.00595",
    code="fyyCS/LSLD@d34c988c6db764bdb73ba6852100179e06d72865",
)
REFINE = Stage(
    "labels",
    "keep the labels of clips in the segments where they hold",
    make=refine,
    seedless=True,
)
FINAL = Stage("final", "train the parser on the segment labels", needs=("labels",))
OFFLINE = {
    "labels.segments.visual": "conse",
    "labels.segments.audio": "yamnet",
    "labels.segments.alpha": "fit",
    "labels.segments.beta": "fit",
    "training.lr": 3e-4,
    "training.lr_every": 10,
    "training.lr_factor": 0.3,
    "training.select": "segment/event",
    "network.forward.cross_attention": 0.0,
}
OFFLINE_LABELS = {key: value for key, value in OFFLINE.items() if key.startswith("labels.")}
DENOISING = Denoising(
    tracks="visual",
    visual="clip-vit-b16",
    descriptions="playing",
    nothing="other",
    strategy="dynamic",
    reweight="visual",
    similarity="cosine",
    text="original",
    alpha=4.0,
    beta=0.4,
)

LSLD = Recipe(
    name="lsld",
    summary=(
        "language-guided segment-level label denoising of the visual track, as the paper has it"
    ),
    paper=PAPER,
    published={
        "clip": (62.3, 71.9, 63.4, 65.9, 62.5, 53.0, 68.8, 55.9, 59.3, 53.7),
        "paper": (57.3, 59.5, 52.9, 56.6, 55.5, 47.8, 56.9, 47.1, 50.6, 46.3),
        "clip+3d": (61.8, 69.5, 61.8, 64.4, 61.4, 52.0, 66.2, 54.1, 57.4, 52.1),
        "clip-b32": (61.5, 70.4, 61.6, 64.5, 61.9, 52.5, 67.2, 54.1, 58.0, 53.4),
        "clip-b32+3d": (61.9, 68.5, 61.1, 63.8, 61.4, 52.5, 65.3, 53.4, 57.1, 52.3),
    },
    features=(
        "clip",
        "clip+3d",
        "clip-b32",
        "clip-b32+3d",
        "paper",
        "release",
        "uwav",
        "offline",
        "offline-space",
        "offline+space",
    ),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9, segments=DENOISING),
    network=Network(
        "lsld",
        {
            "width": 512,
            "layers": 1,
            "heads": 1,
            "hidden": 512,
            "dropout": 0.1,
            "visual_dropout": 0.5,
            "stacking": "chain",
            "start": "drawn",
        },
        forward={"cross_attention": 1.0},
    ),
    losses=(terms.AUDIO, terms.VISUAL_SEGMENTS, terms.CLIP),
    training=Training(
        epochs=20, batch=32, lr=6e-4, lr_every=6, lr_factor=0.25, seed=6, select="event/audio"
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    stages=(REFINE, FINAL),
    differs=(
        (
            "the closest prompt is found over cosines in float32; the release finds it over"
            " half-precision softmax values, where near ties go to the first prompt"
        ),
        (
            "the re-weighting multiplies cosines, as in the release; the paper states a softmax"
            " over prompts, which is about one over the number of prompts and would change no"
            " positive label (labels.segments.similarity=softmax)"
        ),
        (
            "clips with more than three labels follow the general rule; the release reuses the"
            " prompts of the clip before"
        ),
        (
            "the paper does not state layers, seed and selection: one layer as in HAN, seed and"
            " selection as released"
        ),
        "labels are made with ViT-B/16 whatever features the network is trained on",
        (
            "on offline features: no attention to the other track, because through it wrong labels"
            " of one track affect the other (chosen on val of a small set;"
            " network.forward.cross_attention=1 is the paper's network)"
        ),
    ),
    adapt=dict.fromkeys(("offline", "offline-space", "offline+space"), OFFLINE),
)

LSLD_RELEASE = dataclasses.replace(
    LSLD,
    name="lsld-release",
    summary=(
        "the released edition of LSLD: audio labels denoised too, by CLAP; four layers, audio"
        " weighs three"
    ),
    published={},
    features=("release", "clip", "paper", "uwav", "offline"),
    labels=dataclasses.replace(
        LSLD.labels,
        segments=dataclasses.replace(
            DENOISING,
            tracks="both",
            audio="clap",
            audio_template="This is a sound of {}",
        ),
    ),
    network=dataclasses.replace(LSLD.network, options={**LSLD.network.options, "layers": 4}),
    losses=(
        dataclasses.replace(terms.AUDIO_SEGMENTS, weight=3.0),
        terms.VISUAL_SEGMENTS,
        terms.CLIP,
    ),
    training=dataclasses.replace(LSLD.training, lr=2e-4),
    differs=(
        *LSLD.differs[:3],
        "pooled tracks get no loss of their own although they gate the segments, as released",
        (
            "the release states no figures; those that later papers quote for it mix the two"
            " editions"
        ),
    ),
    adapt={"offline": OFFLINE},
)

LSLD_RELEASED_LABELS = dataclasses.replace(
    LSLD_RELEASE,
    name="lsld-released-labels",
    summary=(
        "lsld-release on the segment labels that LSLD's repository publishes, of both tracks; no"
        " words are encoded"
    ),
    features=("release", "clip", "paper", "uwav"),
    labels=dataclasses.replace(LSLD.labels, segments=Released()),
    stages=(
        Stage(
            "labels",
            "read LSLD's own labels (seehear fetch llp --only LSLD-labels)",
            make=read,
            seedless=True,
        ),
        FINAL,
    ),
    differs=(
        "labels as published, byte for byte; nothing is computed (labels.segments.file)",
        *LSLD_RELEASE.differs[3:],
    ),
    adapt={},
)

LSLD_DENOISE_ONLY = dataclasses.replace(
    LSLD,
    name="lsld-denoise-only",
    summary="LSLD without the re-weighting (row DeN of table 2): hard visual labels",
    published={"clip": (62.5, 70.6, 62.1, 65.1, 62.4, 53.2, 67.0, 54.0, 58.1, 53.5)},
    labels=dataclasses.replace(
        LSLD.labels, segments=dataclasses.replace(DENOISING, strategy="none")
    ),
)


def under_lsld(base: Recipe) -> Recipe:
    """Return another system whose visual term is trained on LSLD's segment labels (table 5).

    Args:
        base: a system that trains on weak labels; labels that it withdraws from the visual track
            would act on the term that is replaced.
    """
    features = tuple(
        name for name in ("clip", "clip+3d", "paper", "uwav", "offline") if name in base.features
    )
    losses = tuple({terms.VISUAL: terms.VISUAL_SEGMENTS}.get(term, term) for term in base.losses)
    return dataclasses.replace(
        base,
        name=f"{base.name}-lsld",
        summary=f"{base.name} with the visual labels of LSLD (table 5 of the LSLD paper)",
        paper=PAPER,
        published={},
        features=features,
        labels=dataclasses.replace(base.labels, segments=DENOISING),
        losses=losses,
        stages=(REFINE, FINAL),
        adapt={**base.adapt, "offline": {**base.adapt.get("offline", {}), **OFFLINE_LABELS}},
    )


LSLD_PLUS = dataclasses.replace(
    LSLD,
    name="lsld-plus",
    summary=(
        "ours: segment labels of both tracks, from language and from contrast with the clips that"
        " lack a class"
    ),
    published={},
    features=("offline", "release", "clip", "paper"),
    labels=dataclasses.replace(LSLD.labels, segments=PROFILES["plus"]),
    network=dataclasses.replace(LSLD.network, forward={"cross_attention": 0.0}),
    losses=(terms.AUDIO_SEGMENTS, terms.VISUAL_SEGMENTS, terms.CLIP),
    differs=(
        (
            "not a published system: lsld with a second source of evidence, the clips that are not"
            " labelled with a class (labels.segments.visual_evidence, audio_evidence;"
            " seehear.labels.lsld.contrast); language alone is lsld"
        ),
        (
            "a visual label stays where the prompts and the contrast agree, an audio label where"
            " the contrast says so: a space that sound shares with language (CLAP) is not always"
            " there"
        ),
        (
            "no attention to the other track, whatever the features (chosen on val of a small set; "
            "network.forward.cross_attention=1 is HAN's)"
        ),
        "audio labels are per segment, as in lsld-release, and weigh as much as visual ones",
        (
            "hard labels: re-weighting was no better on val (labels.segments.strategy=dynamic"
            " switches it on)"
        ),
        *LSLD.differs[:1],
        *LSLD.differs[2:3],
    ),
    adapt={"offline": OFFLINE},
)

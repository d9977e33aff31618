"""JoMoLD: in each batch, withdraw labels that one track finds easy and the other cannot learn."""

from dataclasses import dataclass

import torch

from seehear.labels.removal import jomold
from seehear.losses import clip_bce_elements, expected_contrast
from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Stage, Term, Training
from seehear.recipes.contract import Arrays, Context, Step, require
from seehear.time import Decoding

OPTIONS = {
    "width": 512,
    "layers": 1,
    "heads": 1,
    "hidden": 512,
    "dropout": 0.1,
    "visual_dropout": 0.5,
    "stacking": "chain",
    "start": "drawn",
    "contrast": "encoded",
    "temperature": 0.2,
}


def contrast(step: Step) -> torch.Tensor:
    """Return minus the log of the probability that an audio segment finds its visual one."""
    return expected_contrast(require(step.out.similarity, "similarity"))


def estimate_ratios(context: Context) -> Arrays:
    """Return the estimated share of noise in each class's labels, `audio` and `visual`, (C,)."""
    track_prob = context.predict(context.stage.needs[0], context.train).track_prob
    weak = context.train.weak.cpu().numpy()
    ratios = jomold.noise_ratios(track_prob[:, 0], track_prob[:, 1], weak, **context.stage.settings)
    return {"audio": ratios.audio, "visual": ratios.visual}


@dataclass(frozen=True)
class RemoveNoisy:
    """Online relabelling: targets of removed labels become 0.

    Args:
        warm_up: length in epochs.
        form: of the warm-up (`jomold.warm_up`): at a length of 0.9, `released` removes nothing in
            the first epoch and everything from the second on; `linear` grows as in the paper.
    """

    warm_up: float = 0.9
    form: jomold.WarmUp = "released"

    def __call__(self, step: Step) -> dict[str, torch.Tensor]:
        """Return a batch's targets; the losses of a pass without cross-modal attention decide."""
        factor = jomold.warm_up(step.epoch - 1, step.number, step.steps, self.warm_up, self.form)
        found = step.artefacts["ratios"]
        ratios = jomold.NoiseRatios(audio=factor * found["audio"], visual=factor * found["visual"])
        with torch.no_grad():
            track_prob = step.forward(cross_attention=False).track_prob
            audio_loss = clip_bce_elements(track_prob[:, 0], step.targets["audio"])
            visual_loss = clip_bce_elements(track_prob[:, 1], step.targets["visual"])
        removed = jomold.removals(
            step.weak.cpu().numpy(), audio_loss.cpu().numpy(), visual_loss.cpu().numpy(), ratios
        )
        targets = dict(step.targets)
        for track, mask in zip(("audio", "visual"), removed, strict=True):
            withdrawn = torch.from_numpy(mask).to(targets[track].device)
            targets[track] = targets[track].masked_fill(withdrawn, 0.0)
        return targets


CONTRAST = Term(
    "contrast", 1.0, contrast, "-log E[softmax(cos(h^a_t, h^v_t') / 0.2)] at t' = t, smoothing 0.1"
)

JOMOLD = Recipe(
    name="jomold",
    summary=(
        "joint-modal label denoising: noise ratios estimated once, labels withdrawn by loss in"
        " every batch"
    ),
    paper=Paper(
        "Joint-Modal Label Denoising for Weakly-Supervised Audio-Visual Video Parsing",
        "ECCV 2022",
        arxiv="2204.11573",
        code="MCG-NJU/JoMoLD@a7dc2d5be12cc1f465a9ef0fa97cb13a4fa299d8",
    ),
    published={
        "paper": (61.3, 63.8, 57.2, 60.8, 59.9, 53.9, 59.9, 49.6, 54.5, 52.5),
        "clip": (62.6, 67.1, 59.1, 62.9, 61.4, 54.6, 63.5, 50.7, 56.3, 54.0),
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
    labels=Labels(
        smooth_audio=1.0, smooth_visual=0.9, relabel=RemoveNoisy(warm_up=0.9, form="released")
    ),
    network=Network("jomold", OPTIONS, forward={"cross_attention": 1.0}),
    losses=(
        Term("audio", 2.0, terms.audio, "BCE(p^a, ȳ^a)"),
        terms.VISUAL,
        terms.CLIP,
        CONTRAST,
    ),
    training=Training(
        epochs=25, batch=128, lr=5e-4, lr_every=6, lr_factor=0.25, seed=6, select="event/audio"
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    stages=(
        Stage(
            "estimator",
            "train without cross-modal attention",
            change={
                "labels": Labels(smooth_audio=1.0, smooth_visual=0.9),
                "network": Network("jomold", OPTIONS, forward={"cross_attention": 0.0}),
                "losses": (terms.AUDIO, terms.VISUAL, terms.CLIP, CONTRAST),
            },
            # the method needs 0 here, whatever the final network has
            keeps=("network.forward.cross_attention",),
        ),
        Stage(
            "ratios",
            "estimate the share of noise in each class's labels",
            needs=("estimator",),
            make=estimate_ratios,
            settings={"audio_threshold": 0.6, "visual_threshold": 1.8, "batch": 128},
        ),
        Stage("final", "train with noisy labels withdrawn batch by batch", needs=("ratios",)),
    ),
    differs=(
        (
            "the release's warm-up multiplies the reduced ratio again and again, so nothing is"
            " removed in the first epoch and everything from the second on"
            " (labels.relabel.form=released); linear is what the paper describes"
        ),
        (
            "class means are means of batch means, so the short last batch counts in full"
            " (ratios.batch=128, as released); the release shuffles which clips are in the short"
            " one (main.py, lines 35 and 112), here they are the end of the table, so that equal"
            " runs have equal ratios"
        ),
        (
            "nearly every visual Speech label of LLP is removed (estimated noise .994); this"
            " follows from the method"
        ),
    ),
    adapt={
        "offline": {
            "training.batch": 32,
            "training.lr": 3e-4,
            "training.lr_every": 10,
            "training.lr_factor": 0.3,
            "training.epochs": 20,
        }
    },
)

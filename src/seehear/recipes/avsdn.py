"""AVSDN: two LSTM encoders fused into the start of an LSTM decoder; reconstructed."""

from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Training
from seehear.time import Decoding

AVSDN = Recipe(
    name="avsdn",
    summary="dual-modality sequence to sequence (reconstruction: no code was released)",
    paper=Paper(
        "Dual-modality Seq2Seq Network for Audio-Visual Event Localization",
        "ICASSP 2019",
        arxiv="1902.07473",
    ),
    published={"paper": (47.8, 52.0, 37.1, 45.7, 50.8, 34.1, 46.3, 26.5, 35.6, 37.7)},
    features=("paper", "clip", "clip+3d", "uwav", "lfav", "ave", "unav", "offline"),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9),
    network=Network("avsdn", {"width": 512, "hidden": 128, "head_hidden": 64, "pooling": "max"}),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP),
    training=Training(
        epochs=40, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1, seed=1, select="segment/type"
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    differs=(
        (
            "reconstruction from the paper and from what HAN's authors say of their parsing"
            " version; the published row can be expected roughly, not exactly"
        ),
        (
            "audio-visual events are where both tracks are on; the decoder's own"
            " (joint_segment_prob) are not used"
        ),
        "pooling over time is the maximum; network.pooling=mean or attention are offered",
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

"""AVE: audio-guided attention over the frames of a second, two LSTMs; reconstructed."""

from seehear.recipes import _terms as terms
from seehear.recipes._recipe import Labels, Network, Paper, Recipe, Training
from seehear.time import Decoding

AVE = Recipe(
    name="ave",
    summary=(
        "audio-guided visual attention and LSTMs (reconstruction: the parsing version was never"
        " released)"
    ),
    paper=Paper(
        "Audio-Visual Event Localization in Unconstrained Videos",
        "ECCV 2018",
        arxiv="1803.08842",
        code="YapengTian/AVE-ECCV18@93f843fed72fb17394df76330df958b0c2dbde76",
    ),
    published={"paper": (47.2, 37.1, 35.4, 39.9, 41.6, 40.4, 34.7, 31.6, 35.5, 36.5)},
    features=("paper", "clip", "clip+3d", "uwav", "lfav", "ave", "unav", "offline"),
    labels=Labels(smooth_audio=1.0, smooth_visual=0.9),
    network=Network(
        "ave",
        {
            "width": 512,
            "hidden": 128,
            "head_hidden": 64,
            "pooling": "max",
            "attention": 49,
            "audio_along_regions": False,
        },
        rows="frame",
    ),
    losses=(terms.AUDIO, terms.VISUAL, terms.CLIP),
    training=Training(
        epochs=40, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1, seed=1, select="segment/type"
    ),
    decoding=Decoding(threshold=0.5, gate="own", gate_threshold=0.5),
    differs=(
        (
            "reconstruction: HAN's authors extended AVE for LLP without releasing code or layer"
            " details; the published row can be expected roughly, not exactly"
        ),
        (
            "the regions of the attention are the frames of a second, since LLP's features have no"
            " spatial maps; where a features folder holds one row a segment, the attention has one"
            " region"
        ),
        (
            "the audio vector is added along the hidden axis; AVE's own code adds it along the"
            " region axis, which works only because both sizes are 49"
            " (network.audio_along_regions=true with network.attention=8 does it here)"
        ),
        (
            "audio-visual events are where both tracks are on, as for every system; the"
            " audio-visual head's own segments are an output of the network (joint_segment_prob)"
            " that decisions do not use"
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

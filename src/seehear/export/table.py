"""Who reads each format, what it cannot hold, and who defines it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """What a person should know before choosing a format.

    Args:
        who: programs that read it.
        lacks: what of a timeline it leaves out, or gives back changed.
        whose: where the format is defined, and the licence of that text or of its library.  All
            writers are our own: they need nothing installed.
    """

    who: str
    lacks: str
    whose: str


_OURS = "seehear, Apache-2.0"
_SPLIT = "a class that is heard and seen at once is one marker"

READERS = {
    "json": Audience("seehear", "nothing", _OURS),
    "csv": Audience(
        "Excel, LibreOffice, Numbers, R, pandas", "how it was parsed, corrections", "RFC 4180"
    ),
    "tsv": Audience("`seehear evaluate`", "scores; folder of the clip", _OURS),
    "audacity": Audience("Audacity", "scores", "Audacity manual"),
    "vtt": Audience("browsers, VLC, mpv", "scores", "WebVTT, W3C"),
    "srt": Audience("players, subtitle editors", "scores; brackets of markup", "SubRip, by custom"),
    "eaf": Audience(
        "ELAN, pympi", "scores; times below 1 ms", "EAF 3.0, MPI for Psycholinguistics"
    ),
    "textgrid": Audience("Praat, praatio", "scores; overlaps within a class", "Praat manual"),
    "rttm": Audience("pyannote, dscore", "times below 1 ms", "NIST RT-09"),
    "html": Audience("any browser", "nothing", _OURS),
    "otio": Audience(
        "OpenTimelineIO, DaVinci Resolve, Kdenlive",
        f"times between frames; {_SPLIT}",
        "OpenTimelineIO's schemas, Academy Software Foundation, Apache-2.0",
    ),
    "edl": Audience(
        "DaVinci Resolve",
        f"scores; times between frames; {_SPLIT}, and one a frame: those that begin together stand"
        " a frame apart",
        "CMX 3600 (SMPTE 258M), with Resolve's marker lines",
    ),
    "fcpxml": Audience(
        "Final Cut Pro, DaVinci Resolve",
        f"colours (the name says heard or seen); times between frames; {_SPLIT}",
        "FCPXML 1.10, Apple's published DTD",
    ),
    "fcp7xml": Audience(
        "Premiere Pro, DaVinci Resolve",
        f"times between frames; {_SPLIT}",
        "Final Cut Pro XML 5, Apple's published DTD",
    ),
    "losslesscut": Audience("LosslessCut", "scores", "LosslessCut's documentation; GPL-2.0"),
    "label-studio": Audience(
        "Label Studio",
        "what is seen between frames; a score only as that of a prediction",
        "Label Studio's documentation; Apache-2.0",
    ),
    "fiftyone": Audience(
        "FiftyOne", "nothing of the events", "FiftyOne's documentation; Apache-2.0"
    ),
    "activitynet": Audience(
        "ActivityNet's evaluation, MMAction2, OpenTAD",
        "tracks and scores, which its readers pass over",
        "ActivityNet 1.3; MIT",
    ),
    "raven": Audience("Raven Pro, Raven Lite, OpenSoundscape", "frequencies", "Raven's manual"),
    "dcase": Audience(
        "sed_eval, dcase_util, psds_eval",
        "what is seen; scores",
        "DCASE challenge tables; dcase_util MIT",
    ),
    "iiif": Audience(
        "Mirador, Universal Viewer, Ramp, Aviary",
        "scores; the size of the picture, which is taken to be 1280 x 720",
        "IIIF Presentation 3.0; CC BY 4.0",
    ),
    "iiif-page": Audience("the same, in a manifest of your own", "scores", "IIIF Presentation 3.0"),
}

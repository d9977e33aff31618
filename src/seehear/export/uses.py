"""Formats grouped by what people use them for, as a page of downloads shows them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """What some formats are good for.

    Args:
        title: what a person wants, in a few words.
        text: one sentence about what the file holds.
        formats: names, the one to try first at the front.
    """

    title: str
    text: str
    formats: tuple[str, ...]


USES = (
    Use("To look at or pass on", "Opens in any browser, where nobody has seehear.", ("html",)),
    Use(
        "For an editor",
        "Markers, segments or labels on the time line of the editing program.",
        ("otio", "edl", "fcpxml", "fcp7xml", "losslesscut", "audacity"),
    ),
    Use("Subtitles", "What is heard and seen, as text while the video plays.", ("vtt", "srt")),
    Use("For a spreadsheet", "For Excel, LibreOffice Calc, Numbers.", ("csv",)),
    Use(
        "For an annotation tool",
        "To correct and add to by hand.",
        ("eaf", "textgrid", "label-studio", "raven"),
    ),
    Use(
        "For research",
        "For programs of your own, and to be scored.",
        ("json", "tsv", "rttm", "activitynet", "dcase", "fiftyone"),
    ),
    Use("For an archive", "Annotations for viewers of IIIF.", ("iiif", "iiif-page")),
)
OTHER = Use("Others", "Formats that installed packages add.", ())


def grouped(names: Sequence[str]) -> list[tuple[Use, list[str]]]:
    """Return the uses with those of their formats that are in `names`; each format comes once."""
    left, groups = list(names), []
    for use in (*USES, OTHER):
        formats = [name for name in use.formats or left if name in left]
        left = [name for name in left if name not in formats]
        if formats:
            groups.append((use, formats))
    return groups

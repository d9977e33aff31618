"""A small library of timelines drawn by hand, and a search in it."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from helpers import row
from seehear.library import search, update
from seehear.time import (
    Decoding,
    Event,
    Extent,
    Kept,
    Scores,
    TimeGrid,
    Timeline,
    Track,
    decode_scores,
    runs,
)

CLASSES = ("Dog", "Car", "Baby_cry")
Picture = dict[str, str] | None  # class -> `..##`, a character a second; None is an absent track


def put(
    library: Path,
    name: str,
    audio: Picture,
    visual: Picture,
    vocabulary: tuple[str, ...] = CLASSES,
    source: str | None = None,
    parsed: dict[str, str] | None = None,
) -> Timeline:
    """Write the timeline of a picture of both tracks; `parsed` draws which seconds of one were."""
    heard, seen = audio or {}, visual or {}
    both = {}
    for label in heard.keys() & seen.keys():
        pairs = zip(heard[label], seen[label], strict=True)
        both[label] = "".join("#" if pair == ("#", "#") else "." for pair in pairs)
    events = []
    drawn = {Track.AUDIO: heard, Track.VISUAL: seen, Track.AUDIO_VISUAL: both}
    for track, lane in drawn.items():
        for label, cells in lane.items():
            for first, last in runs(row(cells)):
                events.append(Event(float(first), float(last), track, label, 0.5))
    count = len(next(iter({**heard, **seen}.values()), "...."))
    tracks = {}
    for track, picture in (("audio", audio), ("visual", visual)):
        if picture is None:
            tracks[track] = Extent()
        elif parsed and track in parsed:
            tracks[track] = Extent.of(*((float(a), float(b)) for a, b in runs(row(parsed[track]))))
    line = Timeline(
        source or f"{name}.mp4", float(count), TimeGrid(count), vocabulary, tuple(events), tracks
    )
    return save(library, name, line)


def save(library: Path, name: str, line: Timeline) -> Timeline:
    """Write a timeline."""
    path = library / f"{name}.timeline.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line.to_json(), "utf-8")
    return line


def scored(
    audio: dict[str, str],
    visual: dict[str, str],
    *,
    keep: float | None = None,
    tracks: dict[str, Extent] | None = None,
) -> Timeline:
    """Return the timeline decided from scores, `0.9 0.1`, a number a second, and kept in it."""
    names = tuple(audio)
    lanes = [[lane[name].split() for name in names] for lane in (audio, visual)]
    prob = np.array(lanes, np.float64).transpose(2, 0, 1)
    scores = Scores(prob, TimeGrid(len(prob)), names)
    decoding = Decoding(gate="none", keep_threshold=keep)
    return replace(
        decode_scores(scores, decoding, tracks=tracks, source="a.mp4", duration_s=float(len(prob))),
        kept=Kept.of(scores),
    )


def spans(library: Path, query: str) -> list[tuple[str, float, float]]:
    """Return (clip, start, end) of every hit, the index brought up to date."""
    update(library)
    return [
        (hit.path.removesuffix(".timeline.json"), hit.start_s, hit.end_s)
        for hit in search(library, query).hits()
    ]


def write_library(folder: Path) -> Path:
    """Write four clips: both tracks, sound only, picture only, and one with other classes."""
    dogs, cars = {"Dog": ".####...", "Car": "........"}, {"Dog": "...##...", "Car": "##......"}
    put(folder, "a", dogs, cars)
    put(folder, "b", {"Dog": "##......", "Baby_cry": "....####"}, None)
    put(folder, "sub/c", None, {"Car": "..####.."})
    put(folder, "other", {"Bell": "####"}, {"Bell": "...."}, vocabulary=("Bell",))
    return folder

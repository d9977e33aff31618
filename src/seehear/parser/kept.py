"""A clip parsed again from what was kept of it: nothing is decoded, nothing is encoded.

The rows go to the scorer piece by piece as they did when the media were read.  So rows that were
kept exactly give the timeline that the media gave, to the bit; its record says that it came from
kept rows (`kept`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from seehear.errors import FeatureError
from seehear.features.kept import AGAIN, KeptAbout, KeptClip, opened_kept
from seehear.files import Json
from seehear.parser.clip_parse import ClipParse
from seehear.parser.parser import Parser
from seehear.time import Timeline


def parse_kept(parser: Parser, path: Path, hash_: str | None = None) -> Timeline:
    """Return the timeline of a clip from its kept rows; errors as `parse_kept_by`."""
    return parse_kept_by([parser], path, hash_)[0]


def parse_kept_by(
    parsers: Iterable[Parser], path: Path, hash_: str | None = None
) -> list[Timeline]:
    """Return the timelines that several parsers make of the kept rows of a clip.

    Args:
        parsers: each gives a timeline.
        path: the file of the rows.
        hash_: of the clip as it is now; None: not known.

    Raises:
        FeatureError: there are no rows, or they are damaged, of other media, or not what a parser's
            encoders would make.
        MediaError: neither track could be decoded.
    """
    with opened_kept(path) as rows:
        if hash_ not in (None, rows.about.media.hash):
            raise FeatureError(
                "the features were kept of other content: the video has changed since",
                where=path,
                hint=AGAIN,
            )
        return [_parsed(parser, rows) for parser in parsers]


def misfit(parser: Parser, about: KeptAbout) -> str | None:
    """Return why a parser cannot read kept rows, in words; None where it can."""
    scorer = parser.scorer
    problem = _misfit_of_encoders(parser, about)
    if problem is not None:
        return problem
    if about.step_s != scorer.step_s:
        return f"features of {about.step_s:g} s each were kept, expected {scorer.step_s:g} s"
    if about.audio_stream != parser.audio_stream:
        was, now = _stream(about.audio_stream), _stream(parser.audio_stream)
        return f"features of {was} were kept, expected those of {now}"
    if about.still != parser.still:
        was, now = _still(about.still), _still(parser.still)
        return f"features were kept with {was}, expected {now}"
    if not about.frames and any(stream.endswith("/frames") for stream in scorer.streams):
        return "features of whole segments were kept, and none of single frames"
    return None


def _stream(number: int | None) -> str:
    return "the audio stream that players play" if number is None else f"audio stream {number}"


def _still(levels: float | None) -> str:
    if levels is None:
        return "every frame encoded"
    return f"frames encoded once within {levels:g} grey levels"


def _misfit_of_encoders(parser: Parser, about: KeptAbout) -> str | None:
    for id_, now in parser.about()["encoders"].items():
        kept = about.encoders.get(id_)
        if kept is None:
            return f"features of {', '.join(about.encoders)} were kept, and none of {id_}"
        for key in ("weights", "preprocessing"):
            if kept[key] != now[key]:
                return f"the features of {id_} were kept with other {key}: {_other(kept, now, key)}"
        encoder = parser.scorer.visual.get(id_)
        if encoder is not None and kept["fps"] != encoder.fps:
            return f"{kept['fps']} frames a second of {id_} were kept, expected {encoder.fps}"
    return None


def _parsed(parser: Parser, rows: KeptClip) -> Timeline:
    about = rows.about
    problem = misfit(parser, about)
    if problem is not None:
        raise FeatureError(problem, where=rows.path, hint=AGAIN)
    clip = ClipParse(Path(about.media.path), parser.scorer, parser.decoding, parser.about)
    for encoder, piece in rows.pieces(parser.scorer.streams):
        parser.scorer.keep(clip.kept, encoder, piece.values, piece.places)
    line = clip.concluded(about.outcome)
    kept = {
        "precision": about.precision,
        "version": about.version,
        "libraries": dict(about.libraries),
    }
    return replace(line, media=about.media, parser={**line.parser, "kept": kept})


def _other(kept: Mapping[str, Json], now: Mapping[str, Json], key: str) -> str:
    """Return where two records of an encoder differ."""
    before, after = kept[key], now[key]
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            return f"{name} {_short(before.get(name))}, this parser's is {_short(after.get(name))}"
    return ""


def _short(value: Json) -> str:
    return str(value)[:19]

"""What the decoding process does with one clip: media in, pieces for the encoders out.

No weights are needed: only an encoder's rates and its `prepare` are used here.  Each track is read
once for all its encoders (sound once for each sample rate).  A piece holds at most ten segments, so
a clip of any length needs no more memory than ten segments.  What is in a piece depends on the clip
alone, so features depend neither on the number of processes nor on the engine.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from seehear.data.absent import GENERAL
from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.errors import MediaError, SeehearError
from seehear.media import MediaInfo, TrackReader, probe
from seehear.media.memory import too_much_memory
from seehear.streaming.extent import parsed_spans
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.pictures import picture_pieces
from seehear.streaming.sampling import PAPER_SEGMENTS, Sampling
from seehear.streaming.sound import sound_pieces
from seehear.time import TimeGrid


def decode(
    job: ClipJob,
    visual: Mapping[str, VisualEncoder],
    audio: Mapping[str, AudioEncoder],
    sampling: Sampling = "grid",
    step_s: float = 1.0,
) -> Iterator[Piece | ClipOutcome]:
    """Yield the pieces of a clip and, last, its outcome.

    Damaged or missing media raise nothing: the outcome says what was wrong.

    Args:
        job: the clip.
        visual, audio: encoders by identifier (see `seehear.encoders`).
        sampling: which frames; see `seehear.streaming.sampling`.
        step_s: length of a segment, in seconds, where the job has no grid.
    """
    outcome = ClipOutcome()
    try:
        info = probe(_local(job.source, job.absent), audio_stream=job.audio_stream)
        grid, end_s = _extent(job, info, sampling, step_s)
        outcome.duration_s = info.duration_s
        outcome.frame_rate = None if info.visual is None else info.visual.fps
        outcome.start_timecode = info.start_timecode
        outcome.warnings += info.warnings
        outcome.segments = grid.count
        if audio:
            sounds = sound_pieces(info, audio, grid, end_s)
            yield from _pieces_of("audio", info.audio is not None, sounds, outcome)
            outcome.parsed["audio"] = parsed_spans(sounds.delivered, grid, info.duration_s)
        if visual:
            pictures = picture_pieces(
                info, visual, grid, end_s, sampling, max_pixels=job.max_pixels
            )
            yield from _pieces_of("visual", info.visual is not None, pictures, outcome)
            outcome.parsed["visual"] = parsed_spans(pictures.delivered, grid, info.duration_s)
    except (SeehearError, OSError, MemoryError) as error:
        outcome.problems.append(_reason(error))
    yield outcome


def _local(source: str | None, absent: str) -> Path:
    """Return where a clip lies.

    Raises:
        MediaError: there is no such file.
    """
    if source is None:
        raise MediaError(absent or GENERAL)
    return Path(source)


def _extent(
    job: ClipJob, info: MediaInfo, sampling: Sampling, step_s: float
) -> tuple[TimeGrid, float]:
    """Return a clip's segments, and up to when, in seconds, its tracks are expected to go."""
    if sampling == "paper":
        grid = TimeGrid(PAPER_SEGMENTS, step_s)
        return grid, grid.end_s
    covering = TimeGrid.covering(info.duration_s, step_s)
    grid = job.grid or covering
    if grid.count > covering.count:
        return grid, grid.end_s
    # the last segment may reach past the clip's end; that part is not missing
    return grid, min(grid.end_s, info.duration_s)


def _pieces_of(
    track: str, present: bool, pieces: TrackReader[Piece], outcome: ClipOutcome
) -> Iterator[Piece]:
    """Pass on the pieces of one track; note in the outcome whether it could be read."""
    outcome.tracks[track] = "absent"
    if not present:
        outcome.problems.append(f"no {track} track")
        return
    try:
        for piece in pieces:
            outcome.tracks[track] = "present"
            yield piece
    except (SeehearError, OSError, MemoryError) as error:
        outcome.problems += [*pieces.problems, f"{track} track: {_reason(error)}"]
        return
    outcome.problems += pieces.problems
    if outcome.tracks[track] == "absent":
        outcome.problems.append(f"{track} track: nothing in it could be decoded")


def _reason(error: SeehearError | OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return too_much_memory()
    text = error.problem if isinstance(error, SeehearError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())

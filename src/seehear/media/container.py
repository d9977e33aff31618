"""Opening a container safely: local files only, known demuxers only, errors as one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.errors import MediaError, MissingExtraError

if TYPE_CHECKING:
    from av.container import InputContainer

# Demuxers that read the one file they were given.  Playlists (hls, dash, concat, image sequences,
# sdp) name further files or addresses and are left out on purpose.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,ogg,flv,asf,mxf,wav,w64,mp3,flac,aac,aiff,"
    "au,caf,ac3,eac3,amr,gif,h264,hevc,av1,obu,ivf,vc1,dv,nut,rm,wv,ape,tta,opus,swf,gxf,mpjpeg,mjpeg,y4m,yuv4mpegpipe"
)
_FAULTS_IN_A_ROW = 400  # damaged packets before the rest of a track is given up
_STUMBLES = 100_000  # packets of unannounced tracks: an hour of them


@contextmanager
def opened(path: Path) -> Iterator["InputContainer"]:
    """Open `path` for demuxing.

    Raises:
        MediaError: not a local regular file, empty, or not a media file that any of `DEMUXERS`
            reads.
        MissingExtraError: PyAV is not installed.
    """
    try:
        import av
    except ImportError:
        raise MissingExtraError.of("PyAV", "media") from None
    try:
        if not path.exists():
            network = ":/" in str(path)
            raise MediaError(
                "expected a local file, got a network address" if network else "no such file",
                where=path,
            )
        if not path.is_file():
            raise MediaError("expected a regular file", where=path)
        if path.stat().st_size == 0:
            raise MediaError("the file is empty (0 bytes)", where=path)
    except OSError as error:  # a name too long for the system, a folder that may not be read
        raise MediaError(
            f"cannot be looked at ({error.strerror or error})", where=str(path)[:200]
        ) from None
    options = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS}
    try:
        # an explicit protocol and an absolute path: a name such as `-x.mp4` or `concat:a|b` is only
        # ever a name
        container = av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, OSError, MemoryError) as error:
        # FFmpeg's word for a format outside the list says nothing to a user
        foreign = isinstance(error, av.error.ArgumentError)
        why = (
            "its format is not among those read; playlists are not followed"
            if foreign
            else reason(error)
        )
        raise MediaError(
            f"not a readable media file ({why})",
            where=path,
            hint="expected a video or audio file that FFmpeg plays; is it whole?",
        ) from None
    try:
        yield container
    finally:
        container.close()


def reason(error: Exception) -> str:
    """Return the short text of a library's error."""
    return (
        str(getattr(error, "strerror", None) or error).splitlines()[0].strip()
        or type(error).__name__
    )


def chosen(container: "InputContainer", kind: str) -> Any | None:
    """Return the stream of a track (`audio` or `video`) that a player would show, or None; cover
    art is no track.
    """
    import av

    streams = [
        s
        for s in getattr(container.streams, kind)
        if s.codec_context is not None and not s.disposition & av.stream.Disposition.attached_pic
    ]
    default = [s for s in streams if s.disposition & av.stream.Disposition.default]
    return (default or streams or [None])[0]


def start_of(stream: Any) -> float:
    """Return when a stream begins, in the container's own seconds."""
    return (
        0.0
        if stream is None or stream.start_time is None
        else float(stream.start_time * stream.time_base)
    )


def clip_start(container: "InputContainer") -> float:
    """Return the moment that counts as second 0: the earliest start of the two tracks."""
    starts = [
        start_of(s)
        for s in (chosen(container, "audio"), chosen(container, "video"))
        if s is not None
    ]
    return min(starts, default=0.0)


def faults() -> tuple[type[Exception], ...]:
    """Return what FFmpeg and PyAV raise on damage, in decoding as in converting what was
    decoded.
    """
    import av

    return av.error.FFmpegError, ValueError, MemoryError, OverflowError


def packets(container: "InputContainer", *streams: Any) -> Iterator[Any]:
    """Yield the packets of `streams`, or of all.

    A track that first appears in mid-file, as in recordings of broadcasts, makes PyAV stumble once
    a packet: reading goes on behind it.
    """
    for _ in range(_STUMBLES):
        try:
            yield from container.demux(*streams)
            return
        except IndexError:
            continue


def decoded(
    container: "InputContainer", stream: Any, warn: list[str], source: Iterator[Any] | None = None
) -> Iterator[Any]:
    """Yield the frames of one stream; damaged packets are passed over and counted in one warning.

    Args:
        container: an open file.
        stream: of it.
        warn: gets that warning.
        source: the stream's packets; None: all of them.
    """
    import av

    word = "audio" if stream.type == "audio" else "visual"
    damaged = in_a_row = 0
    source = packets(container, stream) if source is None else source
    try:
        while in_a_row <= _FAULTS_IN_A_ROW:
            try:
                # a demuxer that has raised is at its end: asked again, it stops
                frames = next(source).decode()
                in_a_row = 0
            except (StopIteration, av.error.EOFError):
                return
            except faults():
                damaged, in_a_row = damaged + 1, in_a_row + 1
                continue
            yield from frames
    finally:
        if damaged:
            warn.append(f"{word} track: {damaged} damaged packets were passed over")

"""Opening a container safely: local files only, known demuxers only, errors as one line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from seehear.amounts import amount
from seehear.errors import MediaError, MissingExtraError
from seehear.media.memory import too_much_memory
from seehear.media.promised import promise_of

if TYPE_CHECKING:
    from av import AudioStream, Packet, VideoStream
    from av.container import InputContainer
    from av.stream import Stream

    AnyStream = TypeVar("AnyStream", bound=Stream)

# Demuxers that read the one file they were given.  Playlists (hls, dash, concat, image sequences,
# sdp) name further files or addresses and are left out on purpose.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,ogg,flv,asf,mxf,wav,"
    "w64,mp3,flac,aac,aiff,au,caf,ac3,eac3,amr,gif,h264,hevc,av1,obu,ivf,vc1,dv,nut,rm,wv,"
    "ape,tta,opus,swf,gxf,mpjpeg,mjpeg,y4m,yuv4mpegpipe"
)
MAX_STREAMS = 256  # of a file: each takes about a megabyte before anything is read
MAX_PIXELS = 8192 * 8192  # of a frame: more is refused before it is decoded
_FAULTS_IN_A_ROW = 400  # damaged packets before the rest of a track is given up
_STUMBLES = 100_000  # packets of unannounced tracks: an hour of them


def require_av(extra: str = "media") -> None:
    """Check that PyAV is installed.

    Args:
        extra: the extra to name in the error: the one with everything that the caller needs.

    Raises:
        MissingExtraError: it is not installed.
    """
    if find_spec("av") is None:
        raise MissingExtraError.of("av", extra)


@contextmanager
def opened(path: Path) -> Iterator["InputContainer"]:
    """Open `path` for demuxing.

    Raises:
        MediaError: not a local regular file, empty, not a media file that any of `DEMUXERS` reads,
            or one with too many streams.
        MissingExtraError: PyAV is not installed.
    """
    require_av()
    _check_file(path)
    container = _open(path)
    try:
        # in some formats FFmpeg refuses more streams itself, in others it leaves out the rest
        if len(container.streams) > MAX_STREAMS:
            raise MediaError(f"it has more than {MAX_STREAMS} streams", where=path)
        yield container
    finally:
        container.close()


def _check_file(path: Path) -> None:
    try:
        if not path.exists():
            raise MediaError(
                "expected a local file, got a network address"
                if is_address(path)
                else "no such file",
                where=path,
            )
        if not path.is_file():
            raise MediaError("expected a regular file", where=path)
        if path.stat().st_size == 0:
            raise MediaError("the file is empty (0 bytes)", where=path)
    except OSError as error:
        raise unseen(path, error) from None


def is_address(path: Path) -> bool:
    """Return whether a path that does not exist reads like a network address."""
    return ":/" in str(path)  # Path folds the second slash


def unseen(path: Path, error: OSError) -> MediaError:
    """Return the error for a path that the system will not look up.

    Its name may be too long, or its folder closed to this user.
    """
    where = str(path)[:200]
    return MediaError(f"cannot be looked at ({error.strerror or error})", where=where)


def _open(path: Path) -> "InputContainer":
    import av

    options = {
        "protocol_whitelist": "file",
        "format_whitelist": DEMUXERS,
        "max_streams": str(MAX_STREAMS + 1),
        # FFmpeg decodes a frame to learn its size; with twice the limit here, our own message can
        # name the size of a frame that is a little too large
        "max_pixels": str(2 * MAX_PIXELS),
    }
    try:
        # an explicit protocol and an absolute path: a name such as `-x.mp4` or `concat:a|b` is only
        # ever a name
        return av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, OSError, MemoryError) as error:
        why = reason(error)
        if isinstance(error, av.error.ArgumentError):  # FFmpeg's word for a format outside the list
            why = "its format is not among those read; playlists are not followed"
        if isinstance(error, MemoryError):
            why = f"it has more than {MAX_STREAMS} streams, or {too_much_memory()}"
        with suppress(OSError):
            why = "; ".join([why, *promise_of(path).problems()])
        raise MediaError(
            f"not a readable media file ({why})",
            where=path,
            hint="expected a video or audio file that FFmpeg plays; is it whole?",
        ) from None


def decoder_limit(pixels: int) -> str:
    """Return FFmpeg's limit where frames of more than `pixels` are refused.

    FFmpeg also counts rows and columns that it cuts off later, so its limit must be a little
    higher.  Whoever takes the frames refuses those that are still too large.
    """
    return str(pixels + pixels // 8 + 2**16)


def reason(error: Exception) -> str:
    """Return the short text of a library's error."""
    text = str(getattr(error, "strerror", None) or error)
    return text.splitlines()[0].strip() or type(error).__name__


def audio_stream(container: "InputContainer") -> "AudioStream | None":
    """Return the audio stream that a player would play, or None."""
    return _best(container.streams.audio)


def visual_stream(container: "InputContainer") -> "VideoStream | None":
    """Return the video stream that a player would show, or None; cover art does not count."""
    return _best(container.streams.video)


def _best(streams: "Iterable[AnyStream]") -> "AnyStream | None":
    import av

    cover = av.stream.Disposition.attached_pic
    usable = [s for s in streams if s.codec_context is not None and not s.disposition & cover]
    default = [s for s in usable if s.disposition & av.stream.Disposition.default]
    return next(iter(default or usable), None)


def start_of(stream: "Stream") -> float:
    """Return when a stream begins, in the container's own seconds."""
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


def clip_start(container: "InputContainer") -> float:
    """Return the moment that counts as second 0: the earliest start of the two tracks."""
    tracks = audio_stream(container), visual_stream(container)
    return min((start_of(s) for s in tracks if s is not None), default=0.0)


def faults() -> tuple[type[Exception], ...]:
    """Return what FFmpeg and PyAV raise on damage, while decoding and converting alike."""
    import av

    return av.error.FFmpegError, ValueError, MemoryError, OverflowError


def packets(container: "InputContainer", *streams: "Stream") -> "Iterator[Packet[Any]]":
    """Yield the packets of `streams`, or of all.

    In recordings of broadcasts a track may first appear in the middle of the file.  PyAV then
    raises IndexError for each of its packets, and reading goes on after that packet.
    """
    for _ in range(_STUMBLES):
        try:
            yield from container.demux(*streams)
            return
        except IndexError:
            continue


def decoded(
    source: "Iterator[Packet[Any]]",
    track: str,
    problems: list[str],
    *,
    max_pixels: int = MAX_PIXELS,
) -> Iterator[Any]:  # audio or video frames, as the packets are
    """Yield the frames of the packets of one stream; damaged ones are passed over.

    Args:
        source: the packets.
        track: `audio` or `visual`.
        problems: gets a line for each kind of fault, with how many packets had it.
        max_pixels: the limit that the decoder was given, for these lines.
    """
    import av

    passed: Counter[tuple[str, str]] = Counter()
    in_a_row = 0
    packet = None
    try:
        while in_a_row <= _FAULTS_IN_A_ROW:
            try:
                # a demuxer that has raised is at its end: asked again, it stops
                packet = next(source)
                frames = packet.decode()
                in_a_row = 0
            except (StopIteration, av.error.EOFError):
                return
            except faults() as error:
                passed[_fault(packet, error, max_pixels)] += 1
                in_a_row += 1
                continue
            yield from frames
    finally:
        for (name, more), count in passed.items():
            were = "was" if count == 1 else "were"
            problems.append(f"{track} track: {amount(count, name)}{more} {were} skipped")


def _fault(packet: "Packet[Any] | None", error: Exception, max_pixels: int) -> tuple[str, str]:
    """Return what is passed over (such as `damaged packet`), and what is said of it behind that."""
    if isinstance(error, MemoryError):
        return "packet", f" ({too_much_memory()})"
    context = packet.stream.codec_context if packet is not None else None
    # a decoder that refuses a size is left with none
    if context is not None and context.type == "video" and not (context.width and context.height):
        return "frame", f" of more than {max_pixels:,} pixels, or of no size,"
    return "damaged packet", ""

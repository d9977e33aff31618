"""Many files on a Ray cluster: the same timelines as `parser.many` makes on one machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from seehear.addresses import address_of
from seehear.errors import ConfigError
from seehear.features.kept import KeptWriter, Precision
from seehear.files import Json
from seehear.parser.clip_parse import ClipParse
from seehear.parser.many import Parsed, add_piece, finished
from seehear.parser.options import make_parser
from seehear.parser.parser import Parser
from seehear.streaming.cluster import ClusterOptions, run_on_cluster
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.worker import Front, SameEncoders

# parts of a parser's record that may differ from node to node; each timeline has its own
_OWN = ("version", "libraries")


@dataclass(frozen=True)
class ParserMaker:
    """Makes a parser anywhere in a cluster.

    Args:
        options: of `make_parser`.
        audio_stream, still: see `Parser`.
    """

    options: Mapping[str, Any]
    audio_stream: int | None = None
    still: float | None = None

    def __call__(self) -> Parser:
        """Return the parser."""
        parser = make_parser(**self.options)
        parser.audio_stream, parser.still = self.audio_stream, self.still
        return parser


def parse_on_cluster(
    parser: Parser,
    make: Callable[[], Parser],
    paths: Sequence[Path],
    options: ClusterOptions,
    *,
    kept: Callable[[Path], tuple[Path, Precision]] | None = None,
    front: Front | None = None,
) -> Iterator[Parsed]:
    """Yield each file as it gets done, in no particular order.

    Args:
        parser: parses each of them.
        make: returns the same parser on another node; it is pickled.
        paths: media files that every node reaches, or paths made of addresses.
        options: how the cluster is used.
        kept: where the rows of a file are kept, in a folder that every node reaches, and how
            exactly; None: they are not.
        front: what decoding processes load; None: the parser's encoders by their ids.

    Raises:
        ConfigError: a node would parse with another parser than this machine.
        UnreachableError: media or features lie where they cannot be reached.
        SeehearError: a parser cannot be made there, or no decoding process started.
    """
    scorer = parser.scorer
    front = front or Front(
        tuple(scorer.visual),
        tuple(scorer.audio),
        "grid",
        scorer.step_s,
        SameEncoders(scorer.visual),
    )
    jobs: list[tuple[ClipJob, object]] = []
    for number, path in enumerate(paths):
        source = address_of(path) or str(path.absolute())
        job = ClipJob(
            str(number),
            path.stem,
            source,
            audio_stream=parser.audio_stream,
            max_pixels=parser.max_pixels,
        )
        place = None if kept is None else kept(path)
        if place is not None:
            place = (place[0].absolute(), place[1])  # an actor works in another folder
        jobs.append((job, (Path(source), place)))
    work = partial(_Parsing, make, parser.about())
    for number, parsed in run_on_cluster(jobs, front, work, options):
        assert isinstance(parsed, Parsed)
        path = paths[number]
        if kept is not None and parsed.timeline is not None:
            _check_kept(kept(path)[0])
        if parsed.error is not None and parsed.error.where == parsed.path:
            parsed.error.where = path  # as the user named it
        yield replace(parsed, path=path)


class _Parsing:
    """Parses clips in an actor.

    Args:
        make: returns its parser.
        about: the record that this parser must have.

    Raises:
        ConfigError: its record is another.
    """

    def __init__(self, make: Callable[[], Parser], about: Mapping[str, Json]) -> None:
        self._parser = make()
        here = self._parser.about()
        for key in dict.fromkeys([*about, *here]):
            if key not in _OWN and about.get(key) != here.get(key):
                raise ConfigError(
                    f"a node of the cluster would parse with another {key} than this machine",
                    hint="every node needs the same weights and models",
                )

    def begin(self, job: ClipJob, note: object) -> "_ParsingClip":
        """Begin a clip; the note is its path, and where rows are kept."""
        assert isinstance(note, tuple)
        path, kept = note
        self._parser.keep = None if kept is None else lambda _: KeptWriter(*kept)
        return _ParsingClip(self._parser.begin(path))


class _ParsingClip:
    """A clip that an actor parses."""

    def __init__(self, clip: ClipParse) -> None:
        self._clip = clip

    def add(self, piece: Piece) -> None:
        """Encode a piece."""
        add_piece(self._clip, piece)

    def finish(self, job: ClipJob, outcome: ClipOutcome) -> Parsed:
        """Return the timeline, or why there is none."""
        return finished(self._clip, job, outcome)


def _check_kept(path: Path) -> None:
    """Refuse rows that another machine kept on a disk that this machine does not see.

    Raises:
        ConfigError: it did.
    """
    if not path.is_file():
        raise ConfigError(
            "features were kept on another machine's own disk",
            where=path,
            hint="choose a folder that every node shares",
            parameter="out",
        )

"""One clip while it is parsed: pieces of media in, timeline out, progress in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.addresses import address_of
from seehear.errors import MediaError
from seehear.files import stamp
from seehear.media import identify
from seehear.parser.scorer import Gathered, Scorer
from seehear.streaming.encode import encode_piece
from seehear.streaming.messages import ClipOutcome, Piece
from seehear.time import TRACKS, Decoding, Extent, MediaFile, TimeGrid, Timeline, decode_scores

if TYPE_CHECKING:
    from seehear.features.kept import KeptAbout, KeptWriter

Progress = Callable[[float, Timeline], None]
_REPORTS = 50  # the most reports of progress: each costs time that grows with the clip


@dataclass
class ClipParse:
    """A clip that is being parsed.

    Args:
        path: its file, or a path made of its address.
        scorer: the parser's.
        decoding: how probabilities become decisions.
        about: returns what timelines say of the parser.
        kept: what the scorer has kept of its rows.
        still: see `Parser`.
        problems: what went wrong in encoding, one line each.
        seen: size and time of change of the file when its first piece came.
        keeper: keeps the rows of the encoders for other questions later; None: they are not kept.
        content: size and hash of a file that lies at an address.
    """

    path: Path
    scorer: Scorer
    decoding: Decoding
    about: Callable[[], dict[str, Any]]
    kept: Gathered = field(default_factory=Gathered)
    still: float | None = None
    problems: list[str] = field(default_factory=list)
    seen: tuple[int, int] | None = None
    keeper: "KeptWriter | None" = None
    content: tuple[int, str] | None = None

    def add(self, piece: Piece) -> None:
        """Encode a piece and keep what the scorer needs of it.

        Raises:
            FeatureError: the encoder made NaN or infinite values of it.
        """
        if self.seen is None:
            self.seen = stamp(self.path)
        scorer = self.scorer
        encoder = scorer.audio.get(piece.encoder) or scorer.visual[piece.encoder]
        rows = encode_piece(encoder, piece, keep_frames=scorer.keep_frames, still=self.still)
        scorer.keep(self.kept, piece.encoder, rows.values, rows.places)
        if self.keeper is not None:
            self.keeper.add(piece.encoder, rows)

    def finish(self, outcome: ClipOutcome) -> Timeline:
        """Return the timeline; the encoders' rows, if they are kept, are on disk by then.

        Raises:
            MediaError: neither track could be decoded, or the file was written to meanwhile.
            SeehearError: the rows cannot be kept.
        """
        try:
            line = self._identified(outcome)
            if self.keeper is not None and line.media is not None:
                self.keeper.finish(self._about_rows(outcome, line.media))
            return line
        finally:
            if self.keeper is not None:
                self.keeper.discard()

    def _about_rows(self, outcome: ClipOutcome, media: MediaFile) -> "KeptAbout":
        from seehear.features.kept import KeptAbout

        about = self.about()
        encoders = {}
        for id_, said in about["encoders"].items():
            encoder = self.scorer.visual.get(id_)
            fps = None if encoder is None else encoder.fps
            encoders[id_] = {
                "track": "visual" if encoder is not None else "audio",
                "weights": said["weights"],
                "preprocessing": said["preprocessing"],
                "fps": fps,
            }
        return KeptAbout(
            encoders=encoders,
            step_s=self.scorer.step_s,
            audio_stream=about.get("audio_stream"),
            still=self.still,
            frames=self.scorer.keep_frames,
            media=media,
            outcome=replace(outcome, problems=self._all_problems(outcome)),
            version=about["version"],
            libraries=about["libraries"],
        )

    def _identified(self, outcome: ClipOutcome) -> Timeline:
        now = stamp(self.path)
        if None not in (self.seen, now) and now != self.seen:
            raise MediaError(
                "the file was written to while it was parsed",
                where=self.path,
                hint="parse it again when it is whole",
            )
        line = self.concluded(outcome)
        try:
            media = identify(
                self.path,
                name=self.path.name,
                duration_s=line.duration_s,
                frame_rate=outcome.frame_rate,
                start_timecode=outcome.start_timecode,
                content=self.content,
            )
        except MediaError:  # it was taken away while it was parsed
            return line
        return replace(line, media=media)

    def _all_problems(self, outcome: ClipOutcome) -> list[str]:
        return list(dict.fromkeys([*outcome.problems, *self.problems]))

    def concluded(self, outcome: ClipOutcome) -> Timeline:
        """Return the timeline of what was added, whatever has become of the file.

        Raises:
            MediaError: neither track could be decoded.
        """
        problems = self._all_problems(outcome)
        if "present" not in outcome.tracks.values():
            where = address_of(self.path) or self.path
            raise MediaError("; ".join(problems) or "nothing in it can be decoded", where=where)
        audio, visual = (outcome.tracks.get(track) == "present" for track in TRACKS)
        grid = TimeGrid(outcome.segments, self.scorer.step_s)
        warnings = [*outcome.warnings, *problems]
        tracks = {track: Extent.of(*spans) for track, spans in outcome.parsed.items()}
        return self.timeline(grid, (audio, visual), outcome.duration_s, warnings, tracks)

    def timeline(
        self,
        grid: TimeGrid,
        present: tuple[bool, bool],
        duration_s: float | None,
        warnings: Sequence[str] = (),
        tracks: Mapping[str, Extent] | None = None,
    ) -> Timeline:
        """Return the timeline of what was added so far.

        Args:
            grid: of the whole clip.
            present: whether it has an audio and a visual track.
            duration_s: how long it is; None or 0: as long as the grid.
            warnings: of the clip; what the scorer made of the user's words comes before them.
            tracks: which seconds of each were parsed; None: all.
        """
        scores = self.scorer.scores(self.kept, grid, present)
        warnings = [*self.scorer.doubts(), *scores.notes, *warnings]
        return decode_scores(
            scores,
            self.decoding,
            tracks=tracks,
            source=self.path.name,
            duration_s=duration_s or grid.end_s,
            parser=self.about(),
            warnings=tuple(dict.fromkeys(warnings)),
        )


class Reporter:
    """Calls `progress` now and then, at most `_REPORTS` times a clip.

    Args:
        clip: what is parsed.
        grid: of the whole clip.
        present: whether it has an audio and a visual track.
        duration_s: how long it is.
        progress: what to call; see `Parser`.
    """

    def __init__(
        self,
        clip: ClipParse,
        grid: TimeGrid,
        present: tuple[bool, bool],
        duration_s: float,
        progress: Progress,
    ) -> None:
        self._clip, self._grid = clip, grid
        self._present, self._duration_s = present, duration_s
        self._progress = progress
        self._segments_done: dict[str, int] = {}  # by encoder
        for there, encoders in zip(present, (clip.scorer.audio, clip.scorer.visual), strict=True):
            if there:
                self._segments_done.update(dict.fromkeys(encoders, 0))
        self._last = 0.0

    def __call__(self, piece: Piece) -> None:
        """Take note of a piece that was added."""
        self._segments_done[piece.encoder] = int(piece.segments[-1]) + 1
        whole = len(self._segments_done) * self._grid.count
        share = sum(self._segments_done.values()) / whole
        if share - self._last >= 1 / _REPORTS:
            self._last = share
            so_far = self._clip.timeline(self._grid, self._present, self._duration_s)
            self._progress(min(share, 1.0), so_far)

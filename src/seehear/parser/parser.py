"""A parser: encoders, scorer and decoding, from a path to a timeline."""

import contextlib
import dataclasses
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seehear._version import __version__
from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.errors import ConfigError, MediaError
from seehear.parser.preset import PRESETS
from seehear.parser.scorer import Kept, Scorer
from seehear.streaming.decode import Job, Outcome, Piece, decode
from seehear.streaming.encode import encode_piece
from seehear.time import Decoding, TimeGrid, Timeline, decode_scores

Progress = Callable[[float, Timeline], None]
_REPORTS = 50  # of what is parsed so far, at most: each costs time that grows with the clip
_LIBRARIES = ("numpy", "av", "onnxruntime", "torch", "transformers")


class Parser:
    """Turns a video into its timeline.  Any length: a clip is read once, ten segments at a time.

    Args:
        scorer: encoders and how their rows become probabilities.
        name: `{"preset": ...}` or `{"model": ...}`, for the timeline.
        threshold: of both tracks, or of (audio, visual); None: the scorer's own.

    Examples:
        >>> parser = Parser.from_preset("offline", vocabulary="Dog,Speech")  # doctest: +SKIP
        >>> parser("clip.mp4").on("audio", "Dog")  # doctest: +SKIP
    """

    def __init__(
        self,
        scorer: Scorer,
        name: Mapping[str, str],
        *,
        threshold: float | tuple[float, float] | None = None,
    ) -> None:
        self.scorer, self.name = scorer, dict(name)
        self.decoding = _with_threshold(scorer.decoding, threshold)
        self._about: dict[str, Any] | None = None

    @classmethod
    def from_preset(
        cls,
        preset: str = "offline",
        vocabulary: Vocabulary | str | Path | Sequence[str] | None = None,
        *,
        threshold: float | tuple[float, float] | None = None,
        fps: int | None = None,
    ) -> "Parser":
        """Return a zero-shot parser.

        Args:
            preset: `offline` (small encoders, no network) or `clip`.
            vocabulary: classes: "Dog,Speech", a list of names, a file, or None for LLP's 25.
            threshold: a probability, or one for audio and one for visual; default 0.5.
            fps: frames looked at a second, at least 1; default 2.

        Raises:
            ConfigError: no such preset.
            DataError: the vocabulary is empty, or names a class twice.
            WeightsError: weights are missing; the message says what to run.
        """
        if preset not in PRESETS:
            raise ConfigError(f"expected preset {' or '.join(PRESETS)}, got {preset!r}")
        if fps is not None and fps < 1:
            raise ConfigError(f"expected at least 1 frame a second, got {fps}")
        return cls(
            PRESETS[preset](as_vocabulary(vocabulary), fps=fps),
            {"preset": preset},
            threshold=threshold,
        )

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        threshold: float | tuple[float, float] | None = None,
        device: str = "cpu",
    ) -> "Parser":
        """Return the trained parser of a run folder of `seehear train`, or of a model file.

        Raises:
            WeightsError: it cannot be read, or weights of its encoders are missing.
            FeatureError: its encoders have other weights than in training.
        """
        from seehear.parser.trained import trained

        return cls(
            trained(path, device=device),
            {"model": Path(path).name or str(path)},
            threshold=threshold,
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The classes it looks for."""
        return self.scorer.vocabulary

    def __call__(self, path: str | Path, *, progress: Progress | None = None) -> Timeline:
        """Return the timeline of one media file.

        Args:
            path: a local media file.
            progress: called now and then with the share that is done and the timeline so far (same
                grid, vocabulary and tracks as the final one; audio comes before visual).

        Raises:
            MediaError: not a media file, or neither track can be decoded.
            WeightsError, MissingExtraError: an encoder cannot be loaded.
        """
        from seehear.media import probe

        info = probe(path)
        grid = TimeGrid.covering(info.duration_s, self.scorer.step_s)
        present = (info.audio is not None, info.visual is not None)
        clip = Clip(self, Path(path))
        report = _Reporter(clip, grid, present, info.duration_s, progress)
        job = Job(str(path), Path(path).stem, str(path), grid)
        for message in decode(
            job, self.scorer.visual, self.scorer.audio, step_s=self.scorer.step_s
        ):
            if isinstance(message, Outcome):
                return clip.finish(message)
            clip.add(message)
            report(message)
        raise AssertionError("decoding ends with an outcome")

    def about(self) -> dict[str, Any]:
        """Return how timelines are made: preset or model, encoders with weight digests, decoding,
        versions.
        """
        if self._about is None:
            from seehear.extraction.extract import provenance

            encoders = {}
            for id_, encoder in {**self.scorer.audio, **self.scorer.visual}.items():
                entry = provenance(encoder)
                encoders[id_] = {key: entry[key] for key in ("track", "weights", "preprocessing")}
            self._about = {
                **self.name,
                "version": __version__,
                "encoders": encoders,
                "decoding": self.decoding.to_dict(),
                **self.scorer.about(),
                "libraries": _versions(),
            }
        return self._about


@dataclass
class Clip:
    """One clip while it is parsed: pieces in, timeline out."""

    parser: Parser
    path: Path
    kept: Kept = field(default_factory=Kept)
    problems: list[str] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Encode a piece and keep what the scorer needs of it."""
        scorer = self.parser.scorer
        encoder = scorer.audio.get(piece.encoder) or scorer.visual[piece.encoder]
        rows = encode_piece(encoder, piece, keep_frames=scorer.keep_frames)
        scorer.keep(self.kept, piece.encoder, rows.values, rows.places)

    def finish(self, outcome: Outcome) -> Timeline:
        """Return the timeline.

        Raises:
            MediaError: neither track could be decoded.
        """
        problems = list(dict.fromkeys([*outcome.problems, *self.problems]))
        if "present" not in outcome.tracks.values():
            raise MediaError("; ".join(problems) or "nothing in it can be decoded", where=self.path)
        present = (
            outcome.tracks.get("audio") == "present",
            outcome.tracks.get("visual") == "present",
        )
        grid = TimeGrid(outcome.segments, self.parser.scorer.step_s)
        return self.timeline(grid, present, outcome.duration_s, [*outcome.warnings, *problems])

    def timeline(
        self,
        grid: TimeGrid,
        present: tuple[bool, bool],
        duration_s: float | None,
        warnings: Sequence[str] = (),
    ) -> Timeline:
        """Return the timeline of what was added so far."""
        scores = self.parser.scorer.scores(self.kept, grid, present)
        return decode_scores(
            scores,
            self.parser.decoding,
            source=self.path.name,
            duration_s=grid.end_s if not duration_s else duration_s,
            parser=self.parser.about(),
            warnings=tuple(dict.fromkeys(warnings)),
        )


class _Reporter:
    """Calls `progress` at most `_REPORTS` times a clip."""

    def __init__(
        self,
        clip: Clip,
        grid: TimeGrid,
        present: tuple[bool, bool],
        duration_s: float,
        progress: Progress | None,
    ) -> None:
        self._clip, self._grid, self._present, self._duration_s = clip, grid, present, duration_s
        self._progress = progress
        scorer = clip.parser.scorer
        encoders = ([*scorer.audio] if present[0] else []) + (
            [*scorer.visual] if present[1] else []
        )
        self._done = dict.fromkeys(encoders, 0)
        self._last = 0.0

    def __call__(self, piece: Piece) -> None:
        self._done[piece.encoder] = int(piece.segments[-1]) + 1
        share = sum(self._done.values()) / (len(self._done) * self._grid.count)
        if self._progress is not None and share - self._last >= 1 / _REPORTS:
            self._last = share
            self._progress(
                min(share, 1.0), self._clip.timeline(self._grid, self._present, self._duration_s)
            )


def as_vocabulary(value: Vocabulary | str | Path | Sequence[str] | None) -> Vocabulary:
    """Return a vocabulary: of "Dog,Speech", of names, of a file, or LLP's 25 classes for None.

    Raises:
        DataError: it is empty, or names a class twice.
    """
    if value is None:
        return LLP_VOCABULARY
    if isinstance(value, Vocabulary):
        return value
    return Vocabulary.parse(value if isinstance(value, str | Path) else ",".join(value))


def _with_threshold(decoding: Decoding, threshold: float | tuple[float, float] | None) -> Decoding:
    if threshold is None:
        return decoding
    audio, visual = threshold if isinstance(threshold, tuple) else (threshold, threshold)
    if not (0 <= audio <= 1 and 0 <= visual <= 1):
        raise ConfigError(f"expected a threshold from 0 to 1, got {threshold}")
    return dataclasses.replace(decoding, threshold=audio, visual_threshold=visual)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found

"""A parser: encoders, scorer and decoding, from a path to a timeline."""

import contextlib
import dataclasses
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear._version import __version__
from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.errors import ConfigError
from seehear.media.container import MAX_PIXELS
from seehear.parser.clip_parse import ClipParse, Progress, Reporter
from seehear.parser.preset import PRESETS, check_preset
from seehear.parser.scorer import Scorer
from seehear.streaming.decode import decode
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.time import Decoding, TimeGrid, Timeline

if TYPE_CHECKING:
    from seehear.features.kept import KeptWriter

_LIBRARIES = ("numpy", "av", "onnxruntime", "torch", "transformers")


class Parser:
    """Turns a video into its timeline.  Any length: a clip is read once, ten segments at a time.

    Args:
        scorer: encoders and how their rows become probabilities.
        name: `{"preset": ...}` or `{"model": ...}`, for the timeline.
        threshold: of both tracks, or of (audio, visual); None: the scorer's own.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Attributes:
        audio_stream: which of a file's several audio streams is parsed, counted from 1; None: the
            one that players play or, where that is silent, the first that sounds.
        max_pixels: the most pixels of a frame; larger frames are not decoded.
        still: grey levels within which frames look the same and are encoded once (see
            `seehear.encoders.stills`); None: every frame is encoded.
        keep: returns, for a path, what writes the encoders' rows of that file, so that it can be
            parsed again without decoding (`parser.kept`); None: they are not kept.

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
        self.audio_stream: int | None = None
        self.max_pixels = MAX_PIXELS
        self.still: float | None = None
        self.keep: Callable[[Path], KeptWriter] | None = None
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
            fps: frames a second that are looked at, at least 1; default 2.

        Raises:
            ConfigError: no such preset, or a threshold or `fps` out of range.
            DataError: the vocabulary is empty, or names a class twice.
            WeightsError: weights are missing; the message says what to run.
        """
        check_preset(preset, fps)
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
        prior: str | None = None,
    ) -> "Parser":
        """Return a trained parser of `seehear train`, or a taught one of `seehear teach`.

        Args:
            path: the folder of the run or of the taught parser, or a model file, or where `seehear
                share` put it.
            threshold: a probability, or one for audio and one for visual; default the run's.
            device: where the run's network computes.
            prior: how the zero-shot preset `offline` guides it (`seehear.parser.prior`).
                `language`: what the preset finds unlikely is taken away, and what it sees is added;
                `support`: only what it is sure is not there is taken away, and what it sees is
                added; `likeness`: as `support` on footage like the training clips, as `language`
                on other footage; `none`. None: as the run's recipe has it.

        Raises:
            WeightsError: it cannot be read, or weights of its encoders are missing.
            FeatureError: its encoders have other weights than in training.
            ConfigError: no such prior, one that does not go with the run, or a threshold out of
                range.
        """
        from seehear.parser.prior import check_prior, with_prior
        from seehear.parser.taught import is_taught, taught
        from seehear.parser.trained import trained
        from seehear.share import is_address, pull

        if prior is not None:
            check_prior(prior)
        name = Path(path).name or str(path)
        if is_address(path):
            path = pull(path)
        if is_taught(path):
            if prior is not None:
                hint = "leave it out: a taught parser brings its own"
                raise ConfigError("works only with a trained run", parameter="prior", hint=hint)
            scorer: Scorer = taught(path, device=device)
        else:
            scorer = with_prior(trained(path, device=device), prior)
        return cls(scorer, {"model": name}, threshold=threshold)

    @property
    def vocabulary(self) -> Vocabulary:
        """The classes it looks for."""
        return self.scorer.vocabulary

    def __call__(self, path: str | Path, *, progress: Progress | None = None) -> Timeline:
        """Return the timeline of one media file.

        Args:
            path: a local media file.
            progress: called now and then with the share that is done and the timeline so far, whose
                grid and vocabulary are those of the final one; audio comes before visual.

        Raises:
            MediaError: not a media file, or neither track can be decoded.
            WeightsError, MissingExtraError: an encoder cannot be loaded.
        """
        from seehear.media import probe

        info = probe(path, audio_stream=self.audio_stream)
        step_s = self.scorer.step_s
        grid = TimeGrid.covering(info.duration_s, step_s)
        clip = self.begin(path)
        report = None
        if progress is not None:
            present = (info.audio is not None, info.visual is not None)
            report = Reporter(clip, grid, present, info.duration_s, progress)
        name, limit = str(path), self.max_pixels
        job = ClipJob(name, Path(path).stem, name, grid, self.audio_stream, limit)
        for message in decode(job, self.scorer.visual, self.scorer.audio, step_s=step_s):
            if isinstance(message, ClipOutcome):
                return clip.finish(message)
            clip.add(message)
            if report is not None:
                report(message)
        raise AssertionError("decoding ends with an outcome")

    def begin(self, path: str | Path) -> ClipParse:
        """Return a clip that pieces of media are added to, for callers that decode themselves."""
        keeper = None if self.keep is None else self.keep(Path(path))
        return ClipParse(
            Path(path), self.scorer, self.decoding, self.about, still=self.still, keeper=keeper
        )

    def about(self) -> dict[str, Any]:
        """Return what timelines say of the parser, as JSON values.

        It names preset or model, encoders with digests of their weights, decoding, a digest of the
        classes and their descriptions, and versions.
        """
        if self._about is None:
            from seehear.encoders.provenance import provenance

            encoders = {}
            for id_, encoder in {**self.scorer.audio, **self.scorer.visual}.items():
                entry = provenance(encoder)
                encoders[id_] = {key: entry[key] for key in ("track", "weights", "preprocessing")}
            asked = {"audio_stream": self.audio_stream, "still": self.still}
            asked = {name: value for name, value in asked.items() if value is not None}
            given = self.scorer.vocabulary.given
            self._about = {
                **self.name,
                **asked,
                "version": __version__,
                "vocabulary": self.vocabulary.digest(),
                **({"descriptions": given} if given else {}),
                "encoders": encoders,
                "decoding": self.decoding.to_dict(),
                **self.scorer.about(),
                "libraries": _versions(),
            }
        return self._about


def as_vocabulary(value: Vocabulary | str | Path | Sequence[str] | None) -> Vocabulary:
    """Return a vocabulary: of "Dog,Speech", of names, of a file, or LLP's 25 classes for None.

    Raises:
        DataError: it is empty, or names a class twice.
    """
    if value is None:
        return LLP_VOCABULARY
    if isinstance(value, Vocabulary):
        return value
    return Vocabulary.parse(value)


def _with_threshold(decoding: Decoding, threshold: float | tuple[float, float] | None) -> Decoding:
    if threshold is None:
        return decoding
    audio, visual = threshold if isinstance(threshold, tuple) else (threshold, threshold)
    if not (0 <= audio <= 1 and 0 <= visual <= 1):
        raise ConfigError(f"expected a number from 0 to 1, got {threshold}", parameter="threshold")
    return dataclasses.replace(decoding, threshold=audio, visual_threshold=visual)


def _version(installed: importlib.metadata.Distribution) -> str:
    """Return the version of an installed package; its whole description need not be read for it."""
    lines = (installed.read_text("METADATA") or "").splitlines()
    stated = (line.removeprefix("Version: ") for line in lines if line.startswith("Version: "))
    return next(stated, "") or installed.version


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = _version(importlib.metadata.distribution(name))
    return found

"""The trained scorer: a run of `seehear train` over clips of any length.

The network sees windows as long as the clips it was trained on, each half a window after the one
before; the last one ends with the clip.  A segment's probability is the mean over the windows that
hold it, and so is the probability that gates it.  A shorter clip fills the front of one window; the
rest is zero, as extraction leaves segments without media.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.encoders import (
    AnyEncoder,
    AudioEncoder,
    EncoderLoader,
    VisualEncoder,
    encoder_options,
    is_audio,
    is_visual,
    load_encoder,
)
from seehear.encoders.provenance import Provenance, provenance
from seehear.errors import ConfigError, FeatureError, MissingExtraError, SeehearError
from seehear.parser.scorer import Gathered, Scorer, keep_of_each
from seehear.runs.description import TrainedRun
from seehear.runs.graph import load_graph_run
from seehear.runs.inputs import PRIOR, ROLES
from seehear.runs.interrupted import interrupted
from seehear.runs.language import starting_logits
from seehear.share.bundle import digest
from seehear.streaming.sampling import frames_a_segment
from seehear.time import TRACKS, Scores, TimeGrid

_BATCH = 64  # windows a forward pass


class Trained:
    """Scores the classes of a trained run.

    Args:
        run: see `open_run`.
        load: gives an encoder by id and options; None: those of this installation.
        language: the zero-shot scorer of the same classes, for a network that starts from its
            logits; None: the network takes none.

    Raises:
        ConfigError: language judges segments of another length.
        SeehearError: an encoder of the run is unknown, or its weights are missing or others than in
            training.
    """

    def __init__(
        self,
        run: TrainedRun,
        *,
        load: EncoderLoader | None = None,
        language: Scorer | None = None,
    ) -> None:
        self.run, self.vocabulary, self.decoding = run, run.vocabulary, run.decoding
        self.step_s, self.keep_frames = run.grid.step_s, run.frames
        encoders = {id_: _load(run, id_, load) for id_ in run.features.encoders}
        run.check_encoders({id_: _known(encoder) for id_, encoder in encoders.items()}, run.path)
        self.audio: Mapping[str, AudioEncoder] = {i: e for i, e in encoders.items() if is_audio(e)}
        self.visual: Mapping[str, VisualEncoder] = {
            i: e for i, e in encoders.items() if is_visual(e)
        }
        self.language = language
        self._streams = {role: self._streams_of(role) for role in ROLES}
        self._likeness = run.likeness()
        self._rows: dict[str, int] = {}  # by stream, how many rows a segment has
        for streams in self._streams.values():
            self._rows |= {stream: self._rows_a_segment(stream) for stream in streams}
        self.streams = frozenset(self._rows)
        if language is not None:
            self._listen(language)

    def _listen(self, language: Scorer) -> None:
        """Add the encoders and streams that language needs.

        Raises:
            ConfigError: it judges segments of another length.
        """
        if language.step_s != self.step_s:
            raise ConfigError(
                f"expected segments of {language.step_s:g} s, got a parser of"
                f" {self.step_s:g} s that starts from language",
                where=self.run.path,
            )
        self.audio = {**language.audio, **self.audio}
        self.visual = {**language.visual, **self.visual}
        self.streams |= language.streams

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep the rows of the streams that the network reads, and what language needs."""
        if self.language is not None:
            keep_of_each((self.language,), kept, encoder, values, places)
        for stream, rows in values.items():
            if stream in self._rows:
                kept.add(stream, places[stream], rows)

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities on the grid: means over the windows that hold each segment."""
        length = self.run.grid.count
        starts = window_starts(grid.count, length)
        sums = _WindowSums(max(grid.count, length), len(self.vocabulary))
        starting = None
        if self.language is not None:
            said = self.language.scores(kept, grid, present).segment_prob
            starting = starting_logits([said], max(grid.count, length), said.shape[-1])[0]
        for batch, windows in self._batches(kept, grid):
            if starting is not None:
                windows[PRIOR] = np.stack([starting[s : s + length] for s in batch])
            out = self.run.predict_arrays(windows)
            for start, segment, track, clip in zip(batch, *out, strict=True):
                sums.add(slice(start, start + length), segment, track, clip)
        prob, gate, clip_gate = sums.means(grid.count)
        if len(starts) == 1:
            gate, clip_gate = gate[0], clip_gate[0]
        notes = self._notes(self.beyond(kept, grid))
        return Scores(prob, grid, self.vocabulary.names, gate, clip_gate, present, notes)

    @property
    def knows_footage(self) -> bool:
        """Whether it can tell footage unlike its training clips."""
        return self._likeness is not None

    def beyond(self, kept: Gathered, grid: TimeGrid) -> NDArray[np.float64]:
        """Return how unlike the training clips each segment is, (T,): above zero it is unlike.

        It is the mean over the windows that hold the segment, and -inf for a run that cannot tell.
        """
        if self._likeness is None:
            return np.full(grid.count, -np.inf)
        length = self.run.grid.count
        total, windows = np.zeros((2, max(grid.count, length)))
        for starts, inputs in self._batches(kept, grid):
            for start, value in zip(starts, self._likeness.unlike(inputs), strict=True):
                total[start : start + length] += value
                windows[start : start + length] += 1
        mean: NDArray[np.float64] = (total / windows)[: grid.count]
        return mean

    def _notes(self, beyond: NDArray[np.float64]) -> tuple[str, ...]:
        """Return the warning for a clip most of which is unlike the training clips."""
        if np.median(beyond) <= 0:
            return ()
        dataset = self.run.about.get("dataset") or {}
        clips = (
            f"{amount(dataset['train_clips'], 'clip')} of {dataset['name']}" if dataset else "clips"
        )
        return (f"this video is unlike the {clips} that the parser was trained on: trust it less",)

    def _batches(
        self, kept: Gathered, grid: TimeGrid
    ) -> Iterator[tuple[list[int], dict[str, NDArray[np.float32]]]]:
        """Yield where some windows begin, and the network's inputs for them."""
        length = self.run.grid.count
        inputs = {role: self._input(kept, role, max(grid.count, length)) for role in ROLES}
        starts = window_starts(grid.count, length)
        for first in range(0, len(starts), _BATCH):
            batch = starts[first : first + _BATCH]
            yield batch, self._windows(inputs, batch, length)

    def about(self) -> dict[str, Any]:
        """Return which run this is."""
        about = self.run.about
        recipe = about["recipe"]
        if isinstance(recipe, Mapping):
            recipe = recipe.get("name")
        named = {key: about[key] for key in ("seed", "epoch", "dataset") if key in about}
        weights = {"weights": digest(self.run.path)} if self.run.path.is_file() else {}
        started = {}
        if self.language is not None:
            started["starts from"] = {"by": "language", "words": self.language.about().get("words")}
        return {
            "recipe": recipe,
            **started,
            **named,
            **weights,
            "features": self.run.features.name,
            "windows": f"of {self.run.grid.count} segments, half a window apart, averaged",
        }

    def doubts(self) -> list[str]:
        """Return that training was interrupted, and what language may have misunderstood.

        Nothing for a run that is finished and does not use language.
        """
        told = interrupted(self.run.path)
        said = [] if self.language is None else self.language.doubts()
        return said if told is None else [told, *said]

    def _streams_of(self, role: str) -> list[str]:
        """Return the streams that are read for a role: those of the run, or their single frames."""
        streams = list(getattr(self.run.features, role))
        if role == "visual" and self.keep_frames:
            return [_single_frames(stream) for stream in streams]
        return streams

    def _rows_a_segment(self, stream: str) -> int:
        encoder, _, output = stream.partition("/")
        if output != "frames":
            return 1
        return frames_a_segment(TimeGrid(1, self.step_s), self.visual[encoder].fps)

    def _input(self, kept: Gathered, role: str, segments: int) -> NDArray[np.float32] | None:
        """Return the rows of a role, (segments, rows a segment, D)."""
        parts = []
        for stream in self._streams[role]:
            each = self._rows[stream]
            rows = kept.array(stream, segments * each, 0.0)
            if rows is None:  # the track is absent: zero, as extraction leaves it
                rows = np.zeros((segments * each, self._width(stream)), np.float32)
            parts.append(rows.reshape(segments, each, -1))
        return np.concatenate(parts, axis=2) if parts else None

    def _width(self, stream: str) -> int:
        encoder, _, output = stream.partition("/")
        outputs = {**self.audio, **self.visual}[encoder].card.outputs
        return int(outputs["feature" if output == "frames" else output])

    def _windows(
        self, inputs: Mapping[str, NDArray[np.float32] | None], starts: Sequence[int], length: int
    ) -> dict[str, NDArray[np.float32]]:
        """Return windows of `length` segments as if each were a clip."""
        windows = {}
        for role, rows in inputs.items():
            if rows is None:
                continue
            cut = np.stack([rows[s : s + length].reshape(-1, rows.shape[2]) for s in starts])
            if not np.isfinite(cut).all():
                raise FeatureError(f"{role} features hold NaN or infinite values")
            windows[role] = cut
        return windows


def _single_frames(stream: str) -> str:
    encoder, _, output = stream.partition("/")
    return f"{encoder}/frames" if output == "feature" else stream


class _WindowSums:
    """Probabilities of windows, summed over the segments they hold.

    Args:
        segments: T of the clip.
        classes: C.
    """

    def __init__(self, segments: int, classes: int) -> None:
        self._prob = np.zeros((segments, len(TRACKS), classes))
        self._gate = np.zeros_like(self._prob)
        self._clip_gate = np.zeros((segments, classes))
        self._windows = np.zeros((segments, 1))

    def add(
        self,
        place: slice,
        segment_prob: NDArray[np.float32],
        track_prob: NDArray[np.float32],
        clip_prob: NDArray[np.float32],
    ) -> None:
        """Add one window: (length, 2, C), (2, C) and (C,)."""
        self._prob[place] += segment_prob
        self._gate[place] += track_prob
        self._clip_gate[place] += clip_prob
        self._windows[place] += 1

    def means(
        self, segments: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return the means of the first segments: (T, 2, C) twice, and (T, C)."""
        windows = self._windows[:segments]
        prob = self._prob[:segments] / windows[:, None]
        gate = self._gate[:segments] / windows[:, None]
        clip_gate = self._clip_gate[:segments] / windows
        return prob.astype(np.float32), gate.astype(np.float32), clip_gate.astype(np.float32)


def window_starts(count: int, length: int) -> list[int]:
    """Return the first segments of windows of `length` over `count` segments.

    They lie half a window apart, and the last window ends with the last segment.

    Examples:
        >>> window_starts(10, 10), window_starts(17, 10), window_starts(3, 10)
        ([0], [0, 5, 7], [0])
    """
    last = max(0, count - length)
    return sorted({*range(0, last, max(1, length // 2)), last})


def trained(path: str | Path, *, device: str = "cpu", load: EncoderLoader | None = None) -> Trained:
    """Return the scorer of a run folder or model file.

    Args:
        path: see `open_run`.
        device: where the run's network computes.
        load: see `Trained`.

    Raises:
        WeightsError: it cannot be read, or weights of its encoders are missing.
        ConfigError, FeatureError: its encoders are unknown, or have other weights than in training.
        MissingExtraError: what the run needs is not installed.
    """
    run = open_run(path, device=device)
    if not run.takes_prior:
        return Trained(run, load=load)
    from seehear.parser.preset import offline

    return Trained(run, load=load, language=offline(run.vocabulary, load=load or load_encoder))


def open_run(path: str | Path, *, device: str = "cpu") -> TrainedRun:
    """Return a trained run: as a graph where it has one, else as PyTorch loads it.

    Args:
        path: see `seehear.train.load_run`.
        device: where its network computes; graphs are for the CPU.

    Raises:
        WeightsError: it cannot be read.
        MissingExtraError: PyTorch is not installed, and the run has no graph or the device is not
            the CPU.
    """
    if device == "cpu" and (found := load_graph_run(path)) is not None:
        return found
    try:
        import torch  # noqa: F401
    except ImportError:
        raise _lacks_torch(path, device) from None
    from seehear.train import load_run

    return load_run(path, device=device)


def _lacks_torch(path: str | Path, device: str) -> MissingExtraError:
    """Return the error for a run that only PyTorch can read."""
    lacking = MissingExtraError.of("torch", "train")
    if device == "cpu" and Path(path).exists():
        lacking.where = path
        lacking.problem = f"it has no graph, and {lacking.problem}"
        lacking.hint = f"{lacking.hint}, or where PyTorch is: seehear convert RUN"
    return lacking


def _load(run: TrainedRun, id_: str, load: EncoderLoader | None) -> AnyEncoder:
    """Return an encoder with the preprocessing of training."""
    recorded = run.encoders.get(id_) or {}
    trained_with = recorded.get("preprocessing") or {}
    try:
        options = {}
        has_fps = load is not None or "fps" in encoder_options(id_)
        if has_fps and "fps" in trained_with:
            options["fps"] = trained_with["fps"]
        encoder = (load or load_encoder)(id_, **options)
    except ConfigError as error:
        raise ConfigError(
            f"the parser needs encoder {id_}, which this installation does not have"
            f" ({error.problem})",
            where=run.path,
            hint="install the package that brings it",
        ) from None
    now = encoder.preprocessing()
    other = [
        f"{key} {now.get(key)} instead of {value}"
        for key, value in trained_with.items()
        if now.get(key) != value and key != "precision"  # of training; parsing rounds as it can
    ]
    if other:
        raise FeatureError(
            f"encoder {id_} prepares media differently than in training ({', '.join(other)})",
            where=run.path,
            hint="parse with the version of seehear that trained it, or train again",
        )
    return encoder


def _known(encoder: AnyEncoder) -> Provenance:
    """Return what a manifest would say of an encoder; an error names the command that helps."""
    try:
        return provenance(encoder)
    except SeehearError as error:
        error.hint = error.hint or f"run: seehear models fetch {encoder.card.id}"
        raise

"""The trained scorer: a run of `seehear train` over clips of any length.

The network sees windows as long as the clips it was trained on, each half a window after the one
before, the last one flush with the end; a segment's probability is the mean over the windows that
hold it, and so is the gate that stands over it.  A shorter clip fills the front of one window; the
rest is zero, as extraction leaves segments without media.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import ConfigError, FeatureError, SeehearError
from seehear.parser.scorer import Kept
from seehear.time import TRACKS, Scores, TimeGrid

_BATCH = 64  # windows a forward pass


class Trained:
    """Scores the classes of a trained run.

    Args:
        run: see `seehear.train.load_run`.
        load: gives an encoder by id and options.

    Raises:
        SeehearError: an encoder of the run is unknown, or its weights are missing or others than in
            training.
    """

    def __init__(self, run: Any, *, load: Any = None) -> None:
        self.run, self.vocabulary, self.decoding = run, run.vocabulary, run.decoding
        self.step_s, self.keep_frames = run.grid.step_s, run.frames
        self._roles = {
            role: tuple(getattr(run.features, role)) for role in ("audio", "visual", "motion")
        }
        encoders = {id_: _load(run, id_, load) for id_ in run.features.encoders}
        run.check_encoders({id_: _known(encoder) for id_, encoder in encoders.items()}, run.path)
        self.audio: Mapping[str, Any] = {
            i: e for i, e in encoders.items() if e.card.track == "audio"
        }
        self.visual: Mapping[str, Any] = {
            i: e for i, e in encoders.items() if e.card.track != "audio"
        }
        self._rows = {
            self._stream(s, role): self._rows_a_segment(s, role)
            for role, streams in self._roles.items()
            for s in streams
        }

    def keep(
        self,
        kept: Kept,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep the rows of the streams that the network reads."""
        for stream, rows in values.items():
            if stream in self._rows:
                kept.add(stream, places[stream], rows)

    def scores(self, kept: Kept, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities on the grid: means over the windows that hold each segment."""
        length = self.run.grid.count
        starts = window_starts(grid.count, length)
        inputs = {role: self._input(kept, role, max(grid.count, length)) for role in self._roles}
        total = np.zeros((max(grid.count, length), len(TRACKS), len(self.vocabulary)), np.float64)
        gate, clip_gate = np.zeros_like(total), np.zeros_like(total[:, 0])
        windows = np.zeros((len(total), 1, 1))
        for first in range(0, len(starts), _BATCH):
            some = starts[first : first + _BATCH]
            out = self.run.predict(self._clips(inputs, some, length))
            for index, start in enumerate(some):
                rows = slice(start, start + length)
                total[rows] += out.segment_prob[index]
                gate[rows] += out.track_prob[index]
                clip_gate[rows] += out.clip_prob[index]
                windows[rows] += 1
        total, gate, clip_gate = (
            x[: grid.count].astype(np.float32)
            for x in (total / windows, gate / windows, clip_gate / windows[:, 0])
        )
        if len(starts) == 1:
            return Scores(total, grid, self.vocabulary.names, gate[0], clip_gate[0], present)
        return Scores(total, grid, self.vocabulary.names, gate, clip_gate, present)

    def about(self) -> dict[str, Any]:
        """Return which run this is."""
        about = self.run.about
        recipe = (
            about["recipe"].get("name") if isinstance(about["recipe"], Mapping) else about["recipe"]
        )
        named = {key: about[key] for key in ("seed", "epoch", "dataset") if key in about}
        return {
            "recipe": recipe,
            **named,
            "features": self.run.features.name,
            "windows": f"of {self.run.grid.count} segments, half a window apart, averaged",
        }

    def _stream(self, stream: str, role: str) -> str:
        single = self.keep_frames and role == "visual" and stream.endswith("/feature")
        return f"{stream.partition('/')[0]}/frames" if single else stream

    def _rows_a_segment(self, stream: str, role: str) -> int:
        from seehear.streaming.sampling import frames_a_segment

        name = self._stream(stream, role)
        if not name.endswith("/frames"):
            return 1
        return frames_a_segment(TimeGrid(1, self.step_s), self.visual[name.partition("/")[0]].fps)

    def _input(self, kept: Kept, role: str, segments: int) -> NDArray[np.float32] | None:
        """Return the rows of a role, (segments, rows a segment, D)."""
        streams = [self._stream(s, role) for s in self._roles[role]]
        if not streams:
            return None
        parts = []
        for stream in streams:
            each = self._rows[stream]
            rows = kept.array(stream, segments * each, 0.0)
            if rows is None:  # the track is absent: zero, as extraction leaves it
                rows = np.zeros((segments * each, self._width(stream)), np.float32)
            parts.append(rows.reshape(segments, each, -1))
        return np.concatenate(parts, axis=2)

    def _width(self, stream: str) -> int:
        encoder, _, output = stream.partition("/")
        outputs = {**self.audio, **self.visual}[encoder].card.outputs
        return int(outputs["feature" if output == "frames" else output])

    def _clips(
        self, inputs: Mapping[str, NDArray[np.float32] | None], starts: list[int], length: int
    ) -> Any:
        import torch

        from seehear.recipes.contract import Clips

        cut: dict[str, Any] = {}
        for role, rows in inputs.items():
            if rows is None:
                cut[role] = None
                continue
            stacked = np.stack([rows[s : s + length].reshape(-1, rows.shape[2]) for s in starts])
            if not np.isfinite(stacked).all():
                raise FeatureError(f"{role} features hold NaN or infinite values")
            cut[role] = torch.from_numpy(stacked)
        blank = torch.zeros(len(starts), len(self.vocabulary))
        return Clips(tuple(str(s) for s in starts), blank, **cut)


def window_starts(count: int, length: int) -> list[int]:
    """Return where windows of `length` begin over `count` segments: half a window apart, the last
    flush with the end.

    Examples:
        >>> window_starts(10, 10), window_starts(17, 10), window_starts(3, 10)
        ([0], [0, 5, 7], [0])
    """
    last = max(0, count - length)
    return sorted({*range(0, last, max(1, length // 2)), last})


def trained(path: str | Path, *, device: str = "cpu", load: Any = None) -> Trained:
    """Return the scorer of a run folder or model file.

    Raises:
        WeightsError: it cannot be read, or weights of its encoders are missing.
        ConfigError, FeatureError: its encoders are unknown, or have other weights than in training.
        MissingExtraError: torch is not installed.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        from seehear.errors import MissingExtraError

        raise MissingExtraError.of("torch", "train") from None
    from seehear.train import load_run

    return Trained(load_run(path, device=device), load=load)


def _load(run: Any, id_: str, load: Any) -> Any:
    """Return an encoder with the preprocessing of training."""
    from seehear.encoders import encoder_options, load_encoder

    made = (run.encoders.get(id_) or {}).get("preprocessing") or {}
    try:
        known = encoder_options(id_) if load is None else ("fps",)
        options = {"fps": made["fps"]} if "fps" in made and "fps" in known else {}
        encoder = load_encoder(id_, **options) if load is None else load(id_, **options)
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
        for key, value in made.items()
        if now.get(key) != value
    ]
    if other:
        raise FeatureError(
            f"encoder {id_} prepares media differently than in training ({', '.join(other)})",
            where=run.path,
            hint="parse with the version of seehear that trained it, or train again",
        )
    return encoder


def _known(encoder: Any) -> dict[str, Any]:
    from seehear.extraction.extract import provenance

    try:
        return provenance(encoder)
    except SeehearError as error:
        error.hint = error.hint or f"run: seehear models fetch {encoder.card.id}"
        raise

"""Extract features of every clip into a store, and go on where an earlier run stopped.

The same inputs give the same arrays: clips are stored in dataset order, whichever is done first,
each piece of a clip is encoded by itself, and neither the clock nor the number of processes goes
into the store.
"""

import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, cast

from seehear.amounts import amount
from seehear.encoders import AnyEncoder
from seehear.encoders.precision import HalfPrecision, Precision, require_half
from seehear.encoders.provenance import provenance
from seehear.errors import ConfigError, FeatureError
from seehear.extraction.clips import Collection, collect
from seehear.extraction.journal import FOLDER, Journal, refuse_other
from seehear.extraction.parts import WrittenClip, join
from seehear.extraction.summary import Summary, summarise
from seehear.features.packed import MANIFEST, PackedStore, write_manifest, write_stream
from seehear.files import Json, is_free
from seehear.lock import owned
from seehear.media.container import require_av
from seehear.streaming.encode import FinishedClip
from seehear.streaming.local import EngineOptions, Times, run_local
from seehear.streaming.messages import ClipJob
from seehear.streaming.sampling import Sampling
from seehear.streaming.streams import StreamSpec, stream_specs
from seehear.streaming.worker import Front

Engine = Literal["local", "ray"]
_LIBRARIES = (
    "seehear",
    "numpy",
    "av",
    "pillow",
    "torch",
    "onnxruntime",
    "transformers",
    "torchvision",
)


@dataclass(frozen=True)
class ExtractOptions:
    """How to extract.

    Args:
        jobs: decoding processes.
        engine: `local`, or `ray` for a Ray cluster.
        sampling: which frames are looked at; see `seehear.streaming.sampling`.
        keep_frames: keep one row for each frame, beside one for each segment.
        dtype: of the stored rows.
        timeout_s: a decoder that gives no piece of its clip for so many seconds is stopped, and
            that clip fails.
        media: where a dataset's media lie, when not where it says.
        retry: extract again the clips that ended in these states (`failed`, `degraded`).
        device: where encoders run; None: their own choice.
        precision: `half` computes with 16 bits on a CUDA device; features of the two do not mix.
        fps: frames a second that image encoders look at; None: each encoder's own (8, as published,
            for most).
        everything: also try files of folders that do not have the suffix of a media file.
        audio_stream: which of a file's several audio streams, counted from 1; None: see
            `seehear.media.probe`.
        parts: on a cluster, each worker writes its own part into the features folder, which every
            node must share.  At the end the parts are linked into the store, and not copied.
    """

    jobs: int = 1
    engine: Engine = "local"
    sampling: Sampling = "grid"
    keep_frames: bool = False
    dtype: Literal["float32", "float16"] = "float32"
    timeout_s: float = 60.0
    media: str | None = None
    retry: Sequence[str] = ()
    device: str | None = None
    precision: Precision = "full"
    fps: int | None = None
    everything: bool = False
    audio_stream: int | None = None
    parts: bool = False


def extract(
    inputs: Sequence[str | Path],
    *,
    visual: Sequence[str] = (),
    audio: Sequence[str] = (),
    out: Path | str,
    options: ExtractOptions = ExtractOptions(),
    load: Callable[[str], AnyEncoder] | None = None,
    begun: Callable[[int, int], None] = lambda total, left: None,
    report: Callable[[FinishedClip], None] = lambda finished: None,
) -> Summary:
    """Extract features of every clip into `out`; called again, do what is left of it.

    Args:
        inputs: a dataset folder, or media files, folders and fsspec URLs.
        visual, audio: encoder identifiers.
        out: the features folder.
        options: how.
        load: gives an encoder by identifier; must be importable by name.
        begun: called once with how many clips there are and how many are left to do.
        report: called with each clip when it is done.

    Raises:
        ConfigError: no encoder is asked for, the options do not fit, or another command writes
            into `out`.
        FeatureError: `out` holds features of another kind, of other clips, or damaged ones.
        DataError, MediaError, WeightsError, MissingExtraError: clips, weights or libraries are
            missing.
        UnreachableError: media or the cluster cannot be reached; what is finished is kept.
    """
    if not visual and not audio:
        raise ConfigError(
            "expected at least one encoder, got none",
            hint="name a visual encoder, an audio encoder or both",
        )
    require_av()  # else every clip would fail for want of it
    if options.parts and options.engine != "ray":
        raise ConfigError(
            "works only with the engine ray: one machine writes one part", parameter="parts"
        )
    if options.precision == "half":
        require_half(options.device)
    load = load or partial(
        _load_encoder, precision=options.precision, device=options.device, fps=options.fps
    )
    clips = collect(inputs, options.media, everything=options.everything)
    clips = _listening(clips, options.audio_stream)
    front = Front(tuple(visual), tuple(audio), options.sampling, clips.step_s, load)
    encoders = {name: load(name) for name in dict.fromkeys((*visual, *audio))}
    plan = _plan(Path(out), clips, front, encoders, options)
    times = Times()
    store = _made_before(plan.folder, plan.asked)
    if store is not None:
        store.verify()  # what is said to be done before must still be there
        if _nothing_to_do(store, clips, options.retry):
            begun(len(clips.jobs), 0)
            shutil.rmtree(plan.folder / FOLDER, ignore_errors=True)
            return summarise(store, 0, times, clips)
    with owned(plan.folder):
        done = _fill(plan, encoders, times, begun, report)
    return summarise(PackedStore(plan.folder), done, times, clips)


def _fill(
    plan: "_Plan",
    encoders: Mapping[str, AnyEncoder],
    times: Times,
    begun: Callable[[int, int], None],
    report: Callable[[FinishedClip], None],
) -> int:
    """Extract the clips that are left, and return how many there were; the folder is locked."""
    store = _made_before(plan.folder, plan.asked)  # again: another process may just have finished
    clips = plan.clips
    with Journal(plan.folder, plan.asked, plan.stored_as()) as journal:
        left = _resume(journal, store, clips, plan.options.retry)
        begun(len(clips.jobs), len(left))
        # from here on the journal alone says what is done
        (plan.folder / MANIFEST).unlink(missing_ok=True)
        for finished in _run(plan, left, encoders, times):
            if isinstance(finished, WrittenClip):
                journal.take(finished.part, finished.record)
            else:
                journal.add(finished.entry(), finished.rows)
            report(finished)
        _write_store(plan, journal)
        journal.remove()
    return len(left)


@dataclass(frozen=True)
class _Plan:
    """What is decided before the first clip is read.

    Args:
        folder: where the features go.
        clips: all of them, those done before included.
        front: what decoding processes have to know.
        streams: the streams that each clip gets rows of.
        asked: the settings, as the manifest records them; features of other settings are refused.
        options: how.
    """

    folder: Path
    clips: Collection
    front: Front
    streams: Mapping[str, StreamSpec]
    asked: Mapping[str, Json]
    options: ExtractOptions

    def stored_as(self) -> dict[str, tuple[int, str]]:
        """Return (dim, dtype) of each stream."""
        return {name: (spec.dim, self.options.dtype) for name, spec in self.streams.items()}


def _plan(
    folder: Path,
    clips: Collection,
    front: Front,
    encoders: Mapping[str, AnyEncoder],
    options: ExtractOptions,
) -> _Plan:
    streams = stream_specs(
        encoders, options.sampling, clips.step_s, keep_frames=options.keep_frames
    )
    made_by = {name: provenance(encoder) for name, encoder in encoders.items()}
    asked = {
        "dataset": clips.name,
        "encoders": made_by,
        "rows": {name: spec.rows for name, spec in streams.items()},
        "sampling": options.sampling,
        "step_s": clips.step_s,
        "dtype": options.dtype,
        "audio_stream": options.audio_stream,
    }
    return _Plan(folder, clips, front, streams, asked, options)


def _listening(clips: Collection, audio_stream: int | None) -> Collection:
    """Return the clips with the number of the audio stream to listen to."""
    return replace(clips, jobs=tuple(replace(job, audio_stream=audio_stream) for job in clips.jobs))


def _load_encoder(name: str, *, precision: Precision = "full", **options: Any) -> AnyEncoder:
    """Return an encoder with those of the options that it knows.

    Encoders that only run on the CPU know no `device`, and keep full precision; those of sound know
    no `fps`.
    """
    from seehear.encoders import encoder_options, load_encoder

    known = encoder_options(name)
    given = {key: value for key, value in options.items() if value is not None and key in known}
    encoder = load_encoder(name, **given)
    if precision == "half" and "device" in known:
        return cast("AnyEncoder", HalfPrecision(encoder))
    return encoder


def _run(
    plan: _Plan, left: Sequence[ClipJob], encoders: Mapping[str, AnyEncoder], times: Times
) -> Iterator[FinishedClip]:
    asked = plan.options
    options = EngineOptions(asked.jobs, asked.timeout_s, asked.keep_frames)
    if asked.engine == "ray":
        from seehear.extraction.ray import Shared, run_ray

        shared = None
        if asked.parts:
            shared = Shared(plan.folder.absolute(), plan.asked, plan.stored_as())
        return run_ray(left, plan.front, plan.streams, options, times, shared)
    return run_local(left, plan.front, encoders, plan.streams, options, times)


def _made_before(folder: Path, asked: Mapping[str, Json]) -> PackedStore | None:
    """Return the finished store in the folder, if any; refuse a folder of anything else."""
    if _exists(folder / MANIFEST):
        store = PackedStore(folder)
        if store.manifest.get("joined"):
            raise FeatureError(
                "this folder was joined from others",
                where=folder,
                hint="extract into another folder and join again",
            )
        refuse_other({key: store.manifest.get(key) for key in asked}, asked, folder)
        return store
    if not is_free(folder) and not (folder / FOLDER).is_dir():
        raise FeatureError(
            "expected an empty or new folder, or one that an extraction made",
            where=folder,
            hint="choose another folder for the features",
        )
    return None


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # an impossible name: reported when the folder is made
        return False


def _nothing_to_do(store: PackedStore, clips: Collection, retry: Sequence[str]) -> bool:
    if store.names != tuple(job.name for job in clips.jobs):
        return False
    return not any(clip["state"] in retry for clip in store.clips)


def _resume(
    journal: Journal, store: PackedStore | None, clips: Collection, retry: Sequence[str]
) -> list[ClipJob]:
    """Return the clips left to do, after bringing those of a finished store into the journal."""
    made = store.names if store is not None else ()
    _refuse_others((*made, *journal.clips), clips, journal.folder.parent)
    if store is not None:
        _bring_in(store, journal, retry)
    again = [name for name, clip in journal.clips.items() if clip["state"] in retry]
    for name in again:
        journal.drop(name)
    return [job for job in clips.jobs if job.name not in journal.clips]


def _refuse_others(made: Sequence[str], clips: Collection, folder: Path) -> None:
    wanted = {job.name for job in clips.jobs}
    others = [name for name in made if name not in wanted]
    if others:
        raise FeatureError(
            f"this folder holds features of {amount(len(others), 'clip')}, none among the"
            f" {len(wanted)} asked for ({others[0]}, ...)",
            where=folder,
            hint="features are never thrown away: choose another folder",
        )


def _bring_in(store: PackedStore, journal: Journal, retry: Sequence[str]) -> None:
    """Record the clips of a finished store in the journal, except those to be extracted again."""
    for clip in store.clips:
        if clip["name"] in journal.clips or clip["state"] in retry:
            continue
        rows = {}
        if clip["segments"]:
            rows = {stream: store.raw(stream, clip["name"]) for stream in store.streams}
        journal.add(clip, rows)


def _write_store(plan: _Plan, journal: Journal) -> None:
    names = [job.name for job in plan.clips.jobs]
    streams = {}
    for stream, spec in plan.streams.items():
        if plan.options.parts:
            entry = join(plan.folder, stream, names, journal)
        else:
            total = sum(journal.count(name, stream) for name in names)
            rows = (journal.read(name, stream) for name in names)
            entry = write_stream(
                plan.folder, stream, rows, total=total, dim=spec.dim, dtype=plan.options.dtype
            )
        streams[stream] = {**entry, "encoder": spec.encoder}
    manifest = {
        **plan.asked,
        "fingerprint": plan.clips.fingerprint,
        "versions": versions(),
        "streams": streams,
        "clips": [journal.entry(name) for name in names],
    }
    write_manifest(plan.folder, manifest)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decode and encode."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found

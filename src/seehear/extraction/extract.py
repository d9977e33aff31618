"""Extract features of every clip into a store, and go on where an earlier run stopped.

Same inputs, same arrays: clips stand in dataset order whatever order they end in, each piece of a
clip is encoded by itself, and nothing of the machine, the clock or the number of processes goes
into the store.
"""

import platform
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from seehear.errors import ConfigError, FeatureError, MissingExtraError
from seehear.extraction.clips import Collection, collect
from seehear.extraction.journal import FOLDER, Journal, refuse_other
from seehear.features.packed import MANIFEST, PackedStore, write_manifest, write_stream
from seehear.streaming.decode import Job
from seehear.streaming.encode import Finished, Spec, keeps_frames
from seehear.streaming.local import Times, run_local
from seehear.streaming.sampling import PAPER_FPS, Sampling, frames_a_segment
from seehear.streaming.worker import Front
from seehear.time import TimeGrid

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
class Summary:
    """What an extraction did.

    Args:
        out: the features folder.
        states: how many clips ended `ok`, `degraded`, `failed`, over all runs.
        failures: (clip, reason) of each failed clip.
        problems: how many clips share a reason for not being `ok`.
        streams: stream -> (clips with rows, rows, dim).
        done: clips done by this run; the others were done before.
        times: where this run's time went.
    """

    out: Path
    states: dict[str, int]
    failures: tuple[tuple[str, str], ...]
    problems: dict[str, int]
    streams: dict[str, tuple[int, int, int]]
    done: int
    times: Times


def extract(
    inputs: Sequence[str | Path],
    *,
    visual: Sequence[str] = (),
    audio: Sequence[str] = (),
    out: Path | str,
    jobs: int = 1,
    engine: Engine = "local",
    sampling: Sampling = "grid",
    keep_frames: bool = False,
    dtype: Literal["float32", "float16"] = "float32",
    timeout_s: float = 60.0,
    media: str | None = None,
    retry: Sequence[str] = (),
    device: str | None = None,
    fps: int | None = None,
    load: Callable[[str], Any] | None = None,
    begun: Callable[[int, int], None] = lambda total, left: None,
    report: Callable[[Finished], None] = lambda finished: None,
) -> Summary:
    """Extract features of every clip into `out`; run again after an interruption, it does the rest.

    Args:
        inputs: a dataset folder, or media files, folders and fsspec URLs.
        visual, audio: encoder identifiers.
        out: the features folder.
        jobs: decoding processes.
        engine: `local`, or `ray` for a Ray cluster.
        sampling: which frames are looked at; see `sampling`.
        keep_frames: keep one row a frame beside one row a segment.
        dtype: of the stored rows.
        timeout_s: a decoder that gives no piece of its clip for so long is stopped; that clip
            fails.
        media: where a dataset's media lie, when not where it says.
        retry: do clips again that ended in these states (`failed`, `degraded`).
        device: where encoders run; None: their own choice.
        fps: frames a second that image encoders look at; None: each encoder's own (8, as published,
            for most).
        load: gives an encoder by identifier; must be importable by name.
        begun: told how many clips there are and how many are left to do.
        report: told of each clip when it is done.

    Raises:
        ConfigError: no encoder is asked for.
        FeatureError: `out` holds features of another kind.
        DataError, WeightsError, MissingExtraError: clips, weights or libraries are missing.
    """
    if not visual and not audio:
        raise ConfigError(
            "expected at least one encoder, got none", hint="say --visual ID, --audio ID or both"
        )
    if find_spec("av") is None:  # else every clip would fail with it
        raise MissingExtraError.of("PyAV", "media")
    folder = Path(out)
    load = load or partial(_load_encoder, device=device, fps=fps)
    clips = collect(inputs, media)
    front = Front(tuple(visual), tuple(audio), sampling, clips.step_s, load)
    encoders = {name: load(name) for name in dict.fromkeys((*visual, *audio))}
    streams = stream_specs(front, encoders, keep_frames=keep_frames)
    asked = {
        "dataset": clips.name,
        "encoders": {name: provenance(e) for name, e in encoders.items()},
        "rows": {name: spec.rows for name, spec in streams.items()},
        "sampling": sampling,
        "step_s": clips.step_s,
        "dtype": dtype,
    }
    store = _made_before(folder, asked)
    times = Times()
    if store is not None:
        store.verify()  # what is said to be done before must still be there
    if store is not None and _nothing_to_do(store, clips, retry):
        begun(len(clips.jobs), 0)
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        return summarise(store, 0, times)
    with Journal(
        folder, asked, {name: (spec.dim, dtype) for name, spec in streams.items()}
    ) as journal:
        left = _resume(journal, store, clips, retry)
        begun(len(clips.jobs), len(left))
        (folder / MANIFEST).unlink(missing_ok=True)  # from here on the journal is the truth
        for finished in _engine(
            engine, left, front, encoders, streams, jobs, timeout_s, keep_frames, times
        ):
            journal.add(finished.entry(), finished.rows)
            report(finished)
        _write_store(folder, journal, clips, asked, streams)
        journal.remove()
    return summarise(PackedStore(folder), len(left), times)


def stream_specs(
    front: Front, encoders: Mapping[str, Any], *, keep_frames: bool
) -> dict[str, Spec]:
    """Return every stream the encoders give."""
    specs = {}
    for name, encoder in encoders.items():
        outputs = encoder.card.outputs
        specs.update({f"{name}/{output}": Spec(name, dim) for output, dim in outputs.items()})
        if keep_frames and keeps_frames(encoder):
            fps = PAPER_FPS if front.sampling == "paper" else encoder.fps
            specs[f"{name}/frames"] = Spec(
                name, outputs["feature"], frames_a_segment(TimeGrid(1, front.step_s), fps)
            )
    return specs


def provenance(encoder: Any) -> dict[str, Any]:
    """Return what the manifest records of an encoder: weights digests, preprocessing, licence,
    paper.
    """
    from seehear.weights import digest

    card = encoder.card
    checkpoint = getattr(
        encoder, "checkpoint", None
    )  # an encoder that may have been given weights of the user's own
    weights = checkpoint.digests() if checkpoint else {name: digest(name) for name in card.weights}
    return {
        "track": card.track,
        "weights": weights,
        "preprocessing": encoder.preprocessing(),
        "licence": card.licence,
        "paper": card.paper,
    }


def _load_encoder(name: str, **options: Any) -> Any:
    """Return an encoder with those options it has: one that runs on the CPU only takes no device,
    sound has no fps.
    """
    from seehear.encoders import encoder_options, load_encoder

    known = encoder_options(name)
    return load_encoder(
        name, **{key: value for key, value in options.items() if value is not None and key in known}
    )


def _engine(
    engine: Engine,
    left: Sequence[Job],
    front: Front,
    encoders: Mapping[str, Any],
    streams: Mapping[str, Spec],
    jobs: int,
    timeout_s: float,
    keep_frames: bool,
    times: Times,
) -> Iterator[Finished]:
    if engine == "ray":
        from seehear.extraction.ray import run_ray

        return run_ray(
            left,
            front,
            streams,
            workers=jobs,
            timeout_s=timeout_s,
            keep_frames=keep_frames,
            times=times,
        )
    return run_local(
        left,
        front,
        encoders,
        streams,
        workers=jobs,
        timeout_s=timeout_s,
        keep_frames=keep_frames,
        times=times,
    )


def _made_before(folder: Path, asked: Mapping[str, Any]) -> PackedStore | None:
    """Return the finished store in the folder, if there is one; refuse a folder of anything
    else.
    """
    if (folder / MANIFEST).is_file():
        store = PackedStore(folder)
        if store.manifest.get("joined"):
            raise FeatureError(
                "this folder was joined from others with --import",
                where=folder,
                hint="extract into another --out and join again",
            )
        refuse_other({key: store.manifest.get(key) for key in asked}, asked, folder)
        return store
    if (
        folder.exists()
        and not (folder / FOLDER).is_dir()
        and (not folder.is_dir() or any(folder.iterdir()))
    ):
        raise FeatureError(
            "expected an empty or new folder, or one that seehear extract made",
            where=folder,
            hint="choose another --out",
        )
    return None


def _nothing_to_do(store: PackedStore, clips: Collection, retry: Sequence[str]) -> bool:
    return store.names == tuple(job.name for job in clips.jobs) and not any(
        clip["state"] in retry for clip in store.clips
    )


def _resume(
    journal: Journal, store: PackedStore | None, clips: Collection, retry: Sequence[str]
) -> list[Job]:
    """Return the clips left to do, after bringing those of a finished store into the journal."""
    wanted = {job.name for job in clips.jobs}
    others = [
        name for name in (*(store.names if store else ()), *journal.clips) if name not in wanted
    ]
    if others:
        raise FeatureError(
            f"this folder holds features of {len(others)} clips that are not among the"
            f" {len(wanted)} asked for ({others[0]}, ...)",
            where=journal.folder.parent,
            hint="features are never thrown away: choose another --out",
        )
    for clip in store.clips if store else ():
        if clip["name"] not in journal.clips and clip["state"] not in retry:
            rows = (
                {s: store.raw(s, clip["name"]) for s in store.streams}
                if store and clip["segments"]
                else {}
            )
            journal.add(clip, rows)
    for name in [name for name, clip in journal.clips.items() if clip["state"] in retry]:
        journal.drop(name)
    return [job for job in clips.jobs if job.name not in journal.clips]


def _write_store(
    folder: Path,
    journal: Journal,
    clips: Collection,
    asked: Mapping[str, Any],
    streams: Mapping[str, Spec],
) -> None:
    names = [job.name for job in clips.jobs]
    entries = {}
    for stream, spec in streams.items():
        total = sum(journal.clips[name]["segments"] * spec.rows for name in names)
        rows = (journal.read(name, stream) for name in names)
        entry = write_stream(folder, stream, rows, total=total, dim=spec.dim, dtype=asked["dtype"])
        entries[stream] = {**entry, "encoder": spec.encoder}
    kept = [
        {k: v for k, v in journal.clips[name].items() if k not in ("at", "crc")} for name in names
    ]
    write_manifest(
        folder,
        {
            **asked,
            "fingerprint": clips.fingerprint,
            "versions": versions(),
            "streams": entries,
            "clips": kept,
        },
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decode and encode."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def summarise(store: PackedStore, done: int, times: Times) -> Summary:
    """Return what a finished store holds."""
    failures = tuple(
        (clip["name"], clip.get("reason", "")) for clip in store.clips if clip["state"] == "failed"
    )
    with_rows = len(store.clips) - len(failures)
    streams = {
        name: (with_rows, entry["total"], entry["dim"])
        for name, entry in store.manifest["streams"].items()
    }
    return Summary(
        store.path,
        dict(Counter(clip["state"] for clip in store.clips)),
        failures,
        dict(Counter(clip["reason"] for clip in store.clips if "reason" in clip).most_common()),
        streams,
        done,
        times,
    )

"""What an extraction did, told from the finished store."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seehear.extraction.clips import Collection
from seehear.features.packed import PackedStore
from seehear.streaming.local import Times


@dataclass(frozen=True)
class Summary:
    """What an extraction did.

    Args:
        out: the features folder.
        states: how many clips ended `ok`, `degraded`, `failed`, over all runs.
        failures: (clip, reason) of each failed clip.
        problems: reason -> how many clips were `failed` or `degraded` for it.
        streams: stream -> (clips with rows, rows, length of a row).
        done: how many clips this run extracted; the others were done before.
        times: where this run's time went.
        skipped: files below the inputs that are not media.
        unread: a line for each folder below the inputs that cannot be looked into.
    """

    out: Path
    states: dict[str, int]
    failures: tuple[tuple[str, str], ...]
    problems: dict[str, int]
    streams: dict[str, tuple[int, int, int]]
    done: int
    times: Times
    skipped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def summarise(
    store: PackedStore, done: int, times: Times, clips: Collection | None = None
) -> Summary:
    """Return what an extraction did.

    Args:
        store: the finished one.
        done: how many clips this run extracted.
        times: where its time went.
        clips: what it was asked to extract; None: not known.
    """
    failed = [clip for clip in store.clips if clip["state"] == "failed"]
    with_rows = len(store.clips) - len(failed)
    reasons = Counter(clip["reason"] for clip in store.clips if "reason" in clip)
    streams = {}
    for name, entry in store.manifest["streams"].items():
        streams[name] = (with_rows, entry["total"], entry["dim"])
    states: Counter[str] = Counter(clip["state"] for clip in store.clips)
    told = ((), ()) if clips is None else (clips.skipped, clips.failed)
    return Summary(
        out=store.path,
        states=dict(states),
        failures=tuple((clip["name"], clip.get("reason", "")) for clip in failed),
        problems=dict(reasons.most_common()),
        streams=streams,
        done=done,
        times=times,
        skipped=told[0],
        unread=told[1],
    )

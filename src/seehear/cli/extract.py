"""`seehear extract`: compute the features of every clip of a dataset, or of a folder of media."""

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.cli.console import Progress, print_json, progress, table
from seehear.cli.inputs import add_audio_stream, check_audio_stream
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.extraction.summary import Summary
    from seehear.streaming.encode import FinishedClip


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="DATASET",
        help="a dataset folder, or media files and folders, also at addresses (s3://bucket/folder)",
    )
    parser.add_argument(
        "--visual",
        action="append",
        default=[],
        metavar="ID",
        help="visual encoder, one of seehear models ls (repeatable, or separated by commas)",
    )
    parser.add_argument(
        "--audio", action="append", default=[], metavar="ID", help="audio encoder, likewise"
    )
    parser.add_argument(
        "--out", required=True, metavar="FEATURES", help="features folder; run again to go on"
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where to run: this machine or a Ray cluster",
    )
    parser.add_argument(
        "--parts",
        action="store_true",
        help=(
            "on a cluster whose nodes share --out: each worker writes its own part, and the "
            "parts are joined without copying (for millions of clips)"
        ),
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=None,
        help="decoding processes (default: one per core, at most 8; on a cluster as many as it "
        "has)",
    )
    parser.add_argument(
        "--sampling",
        choices=("grid", "paper"),
        default="grid",
        help="which frames to look at: grid, at their true times (default); paper, by the "
        "published rule, which stretches short clips",
    )
    parser.add_argument(
        "--keep-frames",
        action="store_true",
        help="keep a row per frame besides the row per segment",
    )
    parser.add_argument(
        "--dtype",
        choices=("float32", "float16"),
        default="float32",
        help="type of the stored numbers",
    )
    parser.add_argument(
        "--fps",
        type=int,
        default=None,
        metavar="N",
        help="frames per second that image encoders look at (default: the encoder's own, mostly 8)",
    )
    add_audio_stream(parser)
    parser.add_argument(
        "--device",
        metavar="NAME",
        default=None,
        help="where encoders run: cpu, cuda, ... (default: each encoder's own choice)",
    )
    parser.add_argument(
        "--precision",
        choices=("full", "half"),
        default="full",
        help="half: compute with 16 bits on a CUDA device (default: full)",
    )
    parser.add_argument(
        "--media", metavar="FOLDER", help="where the dataset's media lie: a folder or an address"
    )
    parser.add_argument(
        "--all",
        dest="everything",
        action="store_true",
        help="in folders, also try files whose names do not end as those of media do",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="longest wait for ten segments of a clip before it is given up (default: 60)",
    )
    parser.add_argument(
        "--retry",
        choices=("failed", "degraded"),
        action="append",
        default=[],
        help="try clips again that failed, or also those that came out degraded",
    )
    parser.add_argument(
        "--import",
        dest="sources",
        action="append",
        default=[],
        metavar="FOLDER",
        help=(
            "instead of extracting: pack a published .npy folder, or join features folders "
            "(repeatable)"
        ),
    )
    parser.add_argument(
        "--export-npy",
        metavar="FOLDER",
        help="also write the features as one .npy file per clip and stream",
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.sources:
        if args.inputs or args.visual or args.audio:
            raise ConfigError(
                "--import takes features that exist already; leave out DATASET, --visual and "
                "--audio"
            )
        return _join(args)
    if not args.inputs and args.export_npy:
        return _export(args)
    _check(args)
    code = _extract(args)
    if args.export_npy:
        _export(args)
    return code


def _check(args: argparse.Namespace) -> None:
    if not args.inputs:
        raise ConfigError("expected DATASET, got none", hint="name a dataset folder or media files")
    least = min(number for number in (args.jobs, args.fps, 1) if number is not None)
    if args.timeout <= 0 or least < 1:
        raise ConfigError("--jobs, --fps and --timeout must be positive")
    check_audio_stream(args)


def _extract(args: argparse.Namespace) -> int:
    from seehear.extraction.extract import ExtractOptions, extract
    from seehear.media.files import told

    retry = [*args.retry, "failed"] if "degraded" in args.retry else args.retry
    options = ExtractOptions(
        jobs=args.jobs or (0 if args.engine == "ray" else min(8, os.cpu_count() or 1)),
        engine=args.engine,
        sampling=args.sampling,
        keep_frames=args.keep_frames,
        dtype=args.dtype,
        timeout_s=args.timeout,
        media=args.media,
        retry=retry,
        device=args.device,
        precision=args.precision,
        fps=args.fps,
        everything=args.everything,
        audio_stream=args.audio_stream,
        parts=args.parts,
    )
    show = _Progress()
    began = time.monotonic()
    try:
        summary = extract(
            args.inputs,
            visual=_ids(args.visual),
            audio=_ids(args.audio),
            out=args.out,
            options=options,
            begun=show.begun,
            report=show.report,
        )
    finally:
        show.close()
    if skipped := told(summary.skipped):
        print(f"seehear: note: {skipped}", file=sys.stderr)
    for line in summary.unread:
        print(f"seehear: {line}", file=sys.stderr)
    _show(summary, time.monotonic() - began, as_json=args.json)
    failed = summary.states.get("failed", 0)
    if not failed:
        return 1 if summary.unread else 0
    return 1 if failed < sum(summary.states.values()) else 2


class _Progress:
    """The bar, drawn when the number of clips is known; one line for each failed clip."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def begun(self, total: int, left: int) -> None:
        self._bar = Progress(left, "extract")
        if left < total:
            self._bar.note(f"{total - left} of {amount(total, 'clip')} done before")

    def report(self, finished: "FinishedClip") -> None:
        assert self._bar is not None
        entry = finished.entry()
        if entry["state"] == "failed":
            self._bar.note(
                f"seehear: {finished.job.source or finished.job.name}: {entry['reason']}"
            )
        self._bar.advance()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _ids(values: list[str]) -> list[str]:
    ids = ",".join(values).split(",")
    return list(dict.fromkeys(id_ for id_ in ids if id_ not in ("", "none")))


def _show(summary: "Summary", seconds: float, *, as_json: bool) -> None:
    times = summary.times
    if as_json:
        print_json(
            {
                "out": str(summary.out),
                "clips": summary.states,
                "done": summary.done,
                "seconds": round(seconds, 2),
                "encoding_s": round(times.encoding_s, 2),
                "waiting_for_decoders_s": round(times.waiting_s, 2),
                "streams": {
                    s: {"clips": n, "rows": rows, "dim": dim}
                    for s, (n, rows, dim) in summary.streams.items()
                },
                "reasons": summary.problems,
                "failed": dict(summary.failures),
                "skipped": list(summary.skipped),
                "unread": list(summary.unread),
            }
        )
        return
    table(
        f"Features in {summary.out}",
        ("stream", "clips", "rows", "dim"),
        [(name, *numbers) for name, numbers in summary.streams.items()],
    )
    by_number = sorted(summary.states, key=summary.states.__getitem__, reverse=True)
    table("Clips", ("state", "clips"), [(state, summary.states[state]) for state in by_number])
    if summary.problems:
        shown = list(summary.problems.items())[:10]
        notes = []
        if len(summary.problems) > len(shown):
            notes.append("every reason stands in manifest.json")
        if summary.failures:
            notes.append("failed clips that were mended are done again with --retry failed")
        table("Why not ok", ("reason", "clips"), shown, note="; ".join(notes) or None)
    if summary.done:
        print(
            f"{amount(summary.done, 'clip')} in {seconds:.1f} s"
            f" ({summary.done / seconds:.2f} clips/s): encoders busy {times.encoding_s:.1f} s,"
            f" waiting for decoders {times.waiting_s:.1f} s",
            file=sys.stderr,
        )


def _join(args: argparse.Namespace) -> int:
    from seehear.extraction.summary import summarise
    from seehear.features.pack import pack
    from seehear.streaming.local import Times

    with progress(None, "pack") as bar:
        store = pack(
            args.sources,
            args.out,
            dtype=args.dtype,
            report=lambda stream: bar.advance(detail=stream),
        )
    _show(summarise(store, 0, Times()), 0.0, as_json=args.json)
    return 0


def _export(args: argparse.Namespace) -> int:
    from seehear.features import open_features
    from seehear.features.pack import export_npy

    with progress(None, "export") as bar:
        files = export_npy(
            open_features(args.out),
            args.export_npy,
            report=lambda stream: bar.advance(detail=stream),
        )
    print(f"{amount(files, 'file')} in {args.export_npy}", file=sys.stderr)
    return 0

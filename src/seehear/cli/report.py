"""`seehear report`: figures of the paper and pages, from any run."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, warn
from seehear.errors import ConfigError, SeehearError
from seehear.files import check_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from seehear.data import Dataset, Split
    from seehear.report.denoised import DenoisedTrack
    from seehear.report.systems import System

_FORMATS = ("png", "svg", "pdf")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="run|clip|similarity|strips|lanes|curves"
    )
    add = {
        name: actions.add_parser(name, help=text, description=text)
        for name, text in {
            "run": (
                "one HTML page of a run: clips with player and lanes, figures, classes, learning,"
                " labels, settings"
            ),
            "clip": "one HTML page of a parsed clip",
            "similarity": (
                "similarity distributions with and without an event, the unreliable region shaded"
            ),
            "strips": "frames of a clip over prompt similarities and the labels before and after",
            "lanes": "parsing results of several systems against the truth, as bars per track",
            "curves": "learning curves of one or more runs",
        }.items()
    }
    for name in ("run", "similarity", "strips", "lanes"):
        labels = " or labels of seehear denoise" if name in ("similarity", "strips") else ""
        add[name].add_argument(
            "run",
            type=Path,
            metavar="RUN",
            help=f"run folder{labels}",
        )
        add[name].add_argument("dataset", metavar="DATASET", help="dataset folder")
        add[name].add_argument(
            "--features", required=True, metavar="FEATURES", help="its features folder"
        )
    add["curves"].add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run folders")
    add["curves"].add_argument(
        "--value",
        default="segment/type",
        metavar="NAME",
        help="loss/total, loss/visual, ... or a figure on val (default: segment/type)",
    )
    add["clip"].add_argument("timeline", type=Path, metavar="TIMELINE", help="a .timeline.json")
    add["clip"].add_argument(
        "--media", type=Path, metavar="FILE", help="its video (default: beside the timeline)"
    )
    for name in ("run", "lanes"):
        add[name].add_argument(
            "--split",
            metavar="NAME",
            help="split to show (default: test, else another that has truth)",
        )
        add[name].add_argument(
            "--against",
            type=Path,
            action="append",
            default=[],
            metavar="RUN",
            help="another run beside it (repeatable)",
        )
    add["strips"].add_argument(
        "--against",
        type=Path,
        action="append",
        default=[],
        metavar="RUN",
        help="a run of ma or jomold, to show the clip labels that it does not remove (repeatable)",
    )
    for name in ("similarity", "strips"):
        add[name].add_argument(
            "--split",
            metavar="NAME",
            default="train",
            help="split whose labels were denoised (default: train)",
        )
        add[name].add_argument(
            "--track",
            choices=("audio", "visual"),
            default="visual",
            help="track to show (default: visual)",
        )
    add["similarity"].add_argument(
        "--classes", metavar="WORDS", help="classes to draw (default: all that occur)"
    )
    for name in ("run", "strips", "lanes"):
        add[name].add_argument(
            "--clips", metavar="LIST", help="clips to show (default: chosen, from best to worst)"
        )
        add[name].add_argument(
            "--examples",
            type=int,
            default=6 if name == "run" else 3,
            metavar="N",
            help="how many clips to choose (default: %(default)s)",
        )
    add["run"].add_argument(
        "--no-labels", action="store_true", help="leave out label quality and strips"
    )
    add["run"].add_argument(
        "--embed-mb",
        type=float,
        default=16,
        metavar="MB",
        help=(
            "copy videos into the page up to this size in all, and link to the others (default: 16)"
        ),
    )
    pages = {"run": "RUN/report.html", "clip": "NAME.html beside the timeline"}
    for name, parser_ in add.items():
        if name in pages:
            parser_.add_argument(
                "--out", type=Path, metavar="FILE", help=f"the page (default: {pages[name]})"
            )
        else:
            parser_.add_argument(
                "--out", type=Path, metavar="FOLDER", required=True, help="folder of the pictures"
            )
            parser_.add_argument(
                "--format",
                default="png,svg",
                metavar="LIST",
                help="png, svg, pdf (default: png,svg)",
            )
        parser_.add_argument("--json", action="store_true", help="print the files written as JSON")
        parser_.add_argument(
            "--debug",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show the full traceback of an error",
        )


def run(args: argparse.Namespace) -> int:
    """Write what is asked for and print where it lies."""
    files, failed = _write(args)
    for line in failed:
        print(f"seehear: {line}", file=sys.stderr)
    if args.json:
        print_json({"files": [str(file) for file in files], "failed": failed})
    else:
        for file in files:
            print(file)
    return 1 if failed else 0


def _write(args: argparse.Namespace) -> tuple[list[Path], list[str]]:
    """Write the page or the pictures; return them, and a line for each run that cannot be read.

    Whether they can be written is checked before the work.
    """
    pages = {"run": _run, "clip": _clip}
    if args.action in pages:
        if args.out is not None:
            check_file(args.out)
        return pages[args.action](args), []
    from seehear.lock import owned

    warn(_interrupted(args))
    pictures = {"similarity": _similarity, "strips": _strips, "lanes": _lanes}
    with owned(args.out):
        if args.action == "curves":
            return _curves(args)
        return pictures[args.action](args), []


def _run(args: argparse.Namespace) -> list[Path]:
    from seehear.data import open_dataset
    from seehear.data.scored import choose_split
    from seehear.features import open_features
    from seehear.files import write_text
    from seehear.report import run_page
    from seehear.report.systems import examples, read_systems, rows_of

    dataset, store = open_dataset(args.dataset), open_features(args.features)
    chosen = choose_split(dataset, args.split, truth=False)
    split, args.split = chosen.split, chosen.name
    systems = read_systems([args.run, *args.against], store, dataset, args.split)
    names = _names(args.clips)
    rows = (
        rows_of(dataset, args.split, names)
        if names
        else examples(systems[0], dataset, args.split, args.examples)
    )
    notes = chosen.notes + _of_truth(split) + _changes(systems, dataset) + _interrupted(args)
    _say_alone(systems, dataset, args.split)
    denoised, strips = None, []
    if systems[0].about["recipe"]["labels"].get("segments") and not args.no_labels:
        from seehear.report.denoised import NothingComparedError, read_denoised

        try:
            denoised = read_denoised(args.run, store, dataset)
            strips = run_page.strip_examples(denoised, 3)
            notes += denoised.notes
            of_labels = denoised.built.labels.provenance.get("split", "train")
            if of_labels != args.split:
                notes += _of_truth(dataset.split(of_labels))  # label quality rests on it
        except NothingComparedError as reason:
            notes.append(f"the page has no part about labels: {reason.problem}")
    warn(notes)
    out = args.out or (args.run if args.run.is_dir() else args.run.parent) / "report.html"
    page = run_page.RunPage(
        systems,
        dataset,
        args.split,
        rows,
        out.parent,
        denoised=denoised,
        strips=strips,
        limit_bytes=round(args.embed_mb * 2**20),
        notes=notes,
    )
    write_text(out, run_page.render(page))
    return [out]


def _of_truth(split: "Split") -> list[str]:
    """Return what the truth of a split leaves out; nothing if the split has none."""
    return split.warnings() if split.has_truth else []


def _say_alone(systems: Sequence["System"], dataset: "Dataset", split: str) -> None:
    """Say of which runs the network is shown without the words that help it in parsing."""
    from seehear.report.systems import network_alone

    for system in systems:
        if (text := network_alone(system, dataset, split)) is not None:
            print(f"seehear: note: {text}", file=sys.stderr)


def _interrupted(args: argparse.Namespace) -> list[str]:
    """Return a line for each run named whose training was interrupted."""
    from seehear.runs.interrupted import interrupted

    paths = getattr(args, "runs", None) or [args.run, *getattr(args, "against", ())]
    return [text for path in paths if (text := interrupted(path)) is not None]


def _changes(systems: Sequence["System"], dataset: "Dataset") -> list[str]:
    """Return a line for each run whose dataset has changed since it was trained."""
    from seehear.runs.description import changed_since

    told = {system.name: changed_since(system.about, dataset) for system in systems}
    return [f"{name}: {text}" for name, text in told.items() if text is not None]


def _clip(args: argparse.Namespace) -> list[Path]:
    from seehear.export import write
    from seehear.library.videos import beside
    from seehear.time import SUFFIX, Timeline

    timeline = Timeline.from_json(args.timeline)
    media = args.media
    if media is None:
        media = beside(args.timeline, timeline.source, timeline.media)
    elif not media.is_file():
        raise ConfigError("no such file", where=media)
    name = args.timeline.name.removesuffix(SUFFIX).removesuffix(".json")
    return [
        write(timeline, "html", args.out or args.timeline.with_name(f"{name}.html"), media=media)
    ]


def _similarity(args: argparse.Namespace) -> list[Path]:
    from seehear.report import figures

    evidence = _evidence(args)
    dataset = evidence.dataset
    names = dataset.vocabulary.names
    asked = [dataset.vocabulary.index(name) for name in _names(args.classes)]
    files = []
    for column in asked or range(len(names)):
        positives, negatives = evidence.groups(column)
        if not len(positives) and not asked:
            continue  # nothing of this class was kept: there are no two groups to compare
        figure = figures.similarity(
            positives, negatives, name=evidence.class_texts[column], encoder=evidence.encoder
        )
        files += _save(figure, args, f"similarity-{args.track}-{names[column]}")
    return files


def _strips(args: argparse.Namespace) -> list[Path]:
    import numpy as np

    from seehear.report import figures
    from seehear.report.pictures import clip_frames
    from seehear.report.run_page import strip_examples, strip_rows
    from seehear.report.withdrawn import labels_left

    evidence = _evidence(args)
    dataset = evidence.dataset
    split = dataset.split(args.split)
    if names := _names(args.clips):
        from seehear.report.systems import rows_of

        rows = [evidence.row(split.clips[row].name) for row in rows_of(dataset, args.split, names)]
    else:
        rows = strip_examples(evidence, args.examples)
    left = {
        path: labels_left(path, evidence.store, dataset, split=args.split)[args.track]
        for path in args.against
    }
    files = []
    for row in rows:
        at = split.names.index(evidence.names[row])
        prompts, similarity = evidence.prompts(row)
        classes, shown = strip_rows(evidence, dataset, args.split, row)
        columns = [dataset.vocabulary.index(name) for name in classes]
        for path, kept in left.items():
            everywhere = np.repeat(
                kept[at][None, columns].astype(float), dataset.grid.count, axis=0
            )
            shown = {
                "weak label": shown["weak label"],
                f"{path.name} (clip level)": everywhere,
                **shown,
            }
        frames = clip_frames(dataset, split.clips[at])
        figure = figures.denoising_strip(
            frames, prompts, similarity, shown, classes, title=split.clips[at].id
        )
        files += _save(figure, args, f"strip-{args.track}-{split.clips[at].id}")
    return files


def _lanes(args: argparse.Namespace) -> list[Path]:
    from seehear.data import open_dataset
    from seehear.data.scored import choose_split
    from seehear.features import open_features
    from seehear.report import figures
    from seehear.report.systems import TRUTH, examples, read_systems, rows_of

    dataset, store = open_dataset(args.dataset), open_features(args.features)
    chosen = choose_split(dataset, args.split, truth=False)
    split, args.split = chosen.split, chosen.name
    warn(chosen.notes + _of_truth(split))
    systems = read_systems([args.run, *args.against], store, dataset, args.split)
    _say_alone(systems, dataset, args.split)
    names = _names(args.clips)
    rows = (
        rows_of(dataset, args.split, names)
        if names
        else examples(systems[0], dataset, args.split, args.examples)
    )
    files = []
    for row in rows:
        count = systems[0].length(row)
        shown = {s.name: (s.audio[row, :count], s.visual[row, :count]) for s in systems}
        if split.has_truth:
            real = split.truth()
            shown = {TRUTH: (real.audio[row, :count], real.visual[row, :count]), **shown}
        figure = figures.parsing(shown, dataset.vocabulary.names, title=split.clips[row].id)
        files += _save(figure, args, f"lanes-{split.clips[row].id}")
    return files


def _curves(args: argparse.Namespace) -> tuple[list[Path], list[str]]:
    from seehear.report import figures

    names = [path.name for path in args.runs]
    history = {}
    faults: list[SeehearError] = []
    for path in args.runs:
        # the seeds of several recipes have the same folder names
        name = path.name if names.count(path.name) == 1 else str(path)
        try:
            history[name] = _curve(path, args.value)
        except SeehearError as error:
            faults.append(error)
    if not history:
        raise faults[0]
    label = args.value if args.value.startswith("loss/") else f"{args.value}, percent"
    figure = figures.curves(history, ylabel=label)
    return _save(figure, args, f"curves-{args.value.replace('/', '-')}"), list(map(str, faults))


def _curve(path: Path, value: str) -> list[tuple[int, float]]:
    """Return a value of a run's log by epoch; figures in percent."""
    from seehear.train import RunFolder
    from seehear.train.folder import LOG

    lines = RunFolder(path).log()
    if not lines:
        raise ConfigError(f"expected a run folder with {LOG}", where=path)
    loss = value.startswith("loss/")
    points: dict[int, float] = {}
    for line in lines:
        if loss:
            point = line["loss"].get(value.removeprefix("loss/"))
        else:
            point = (line["val"] or {}).get(value)
        if point is not None:
            points[line["epoch"]] = point if loss else 100 * point
    if not points:
        known = [*(f"loss/{name}" for name in lines[0]["loss"]), *(lines[0]["val"] or {})]
        raise ConfigError(f"no epoch has {value}", where=path, hint=f"recorded: {', '.join(known)}")
    return list(points.items())


def _evidence(args: argparse.Namespace) -> "DenoisedTrack":
    from seehear.data import open_dataset
    from seehear.features import open_features
    from seehear.report.denoised import read_denoised

    dataset, store = open_dataset(args.dataset), open_features(args.features)
    evidence = read_denoised(args.run, store, dataset, split=args.split, track=args.track)
    warn(evidence.notes)
    return evidence


def _names(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _save(figure: "Figure", args: argparse.Namespace, name: str) -> list[Path]:
    from seehear.report.figures import save

    kinds: Sequence[str] = _names(args.format)
    unknown = [kind for kind in kinds if kind not in _FORMATS]
    if unknown or not kinds:
        raise ConfigError(f"expected {', '.join(_FORMATS)}, got {args.format!r}", where="--format")
    safe = re.sub(r"[^\w.-]", "_", name)
    return [save(figure, args.out / f"{safe}.{kind}") for kind in kinds]

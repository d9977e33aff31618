"""The whole path on a small world: extract, denoise, train, evaluate, parse an unseen clip, report.

Nothing here is a shortcut: every step runs what the command of its name runs, with the offline
encoders and unchanged recipes.  An unfinished folder of an earlier call is completed.

    OUT/world/      clips, tables, truth         OUT/runs/          trained parsers
    OUT/features/   of the offline encoders      OUT/unseen.*       a clip of no split, parsed
    OUT/labels/     of seehear denoise           OUT/report.html

With offline features, LSLD's recipe differs from HAN's in two things: its labels, and that it has
no attention to the other track.  All four combinations are trained, so that each of the two can be
compared alone.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.data.scored import caution
from seehear.demo.world import DURATION_S, SPLITS, Script, make_world, render, unseen
from seehear.features import FeatureStore
from seehear.files import write_text
from seehear.labels.store import SegmentLabels
from seehear.lock import owned
from seehear.time import SUFFIX, Event, TimeGrid, Timeline, Track

if TYPE_CHECKING:
    from seehear.report.systems import System

VISUAL, AUDIO = "conse", "yamnet"
# the recipe that gives the labels, and the share of attention to the other track; "apart": none
SYSTEMS = {
    "han": ("han", 1),
    "lsld": ("lsld", 1),
    "han apart": ("han", 0),
    "lsld apart": ("lsld", 0),
}
MAIN, RIVAL = "lsld apart", "han apart"  # as lsld stands on offline features, and its equal
COMPARED = (RIVAL, "lsld")  # with MAIN: each differs from it in one thing
NOTE = (
    "apart: without attention to the other track, in training and afterwards. Compare han with "
    "lsld, which differ in their labels, or one parser with and without that attention."
)
STEPS = ("world", "extract", "denoise", "train", "evaluate", "parse", "report")


@dataclass(frozen=True)
class Options:
    """How large the demo is, and where it reports; tests choose small sizes and short training.

    Args:
        seed: of the world and of training.
        jobs: processes that render and decode.
        splits: how many clips each split has.
        settings: replace those of both recipes.
        say: called with one line at a time.
        progress: opens a display for a number of items, with a label.
    """

    seed: int = 0
    jobs: int = 1
    splits: Mapping[str, int] = field(default_factory=lambda: dict(SPLITS))
    settings: Mapping[str, Any] = field(default_factory=dict)
    say: Callable[[str], None] = lambda line: None
    progress: Callable[[int | None, str], AbstractContextManager[Any]] = lambda total, label: (
        nullcontext(_Silent())
    )


@dataclass(frozen=True)
class DemoResult:
    """What the demo found.

    Args:
        figures: system -> the ten figures on the test split.
        quality: stage of denoising -> segment figures of the training labels.
        timeline: of the unseen clip, by the first system of the report.
        report: path of the page.
        note: the warning that so few clips and one seed prove nothing; None: there are enough.
    """

    figures: Mapping[str, Mapping[str, float]]
    quality: Mapping[str, Mapping[str, Any]]
    timeline: Timeline
    report: Path
    note: str | None = None


class _Silent:
    def advance(self, step: int = 1, detail: str = "") -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Do nothing."""


def run_demo(out: Path, options: Options | None = None) -> DemoResult:
    """Run everything in the folder `out`, or go on where an earlier call stopped.

    Raises:
        ConfigError: `out` holds something else or the demo of another seed, or another command
            writes into it.
        WeightsError, MissingExtraError: weights or libraries are missing.
    """
    options = options or Options()
    _check_ready()
    with owned(out):
        return _run(out, options)


def _run(out: Path, options: Options) -> DemoResult:
    from seehear.data import open_dataset
    from seehear.features import open_features

    _step(
        options,
        "world",
        f"{amount(sum(options.splits.values()), 'clip')} of drawn pictures and synthesised sounds",
    )
    with options.progress(sum(options.splits.values()), "render") as bar:
        make_world(
            out / "world",
            seed=options.seed,
            splits=options.splits,
            jobs=options.jobs,
            on_clip=lambda name: bar.advance(),
        )
    _step(options, "extract", f"features by the offline encoders ({VISUAL}, {AUDIO})")
    _extract(out, options)
    dataset, store = open_dataset(out / "world"), open_features(out / "features")
    _step(
        options,
        "denoise",
        "which of a clip's labels hold in each second, by comparison with sentences",
    )
    labels, quality = _denoise(dataset, store, out / "labels")
    _step(
        options,
        "train",
        "HAN on the clips' labels, LSLD on the denoised ones; each with and without attention to"
        " the other track",
    )
    given = {"han": None, "lsld": labels}
    runs = {
        name: _train(name, dataset, store, out, given[recipe], options)
        for name, (recipe, _) in SYSTEMS.items()
    }
    _step(options, "evaluate", "all four against the known truth of the test split")
    from seehear.report.systems import read_systems

    order = (MAIN, RIVAL, *(name for name in SYSTEMS if name not in (MAIN, RIVAL)))
    found = read_systems([runs[name] for name in order], store, dataset, "test")
    systems = [replace(system, name=name) for name, system in zip(order, found, strict=True)]
    figures = {s.name: s.report.figures() for s in systems if s.report is not None}
    _step(options, "parse", "a clip that no parser was trained on, from its video file")
    timelines = _parse(out, runs, options.seed)
    _step(options, "report", "one page with all of it")
    report = _report(out, dataset, store, systems, timelines)
    shown = {name: figures[name] for name in SYSTEMS}
    note = caution(clips=len(dataset.split("test")), seeds=1)
    return DemoResult(shown, quality, timelines[MAIN], report, note)


def _check_ready() -> None:
    """Check for weights first: the error should not come after a minute of rendering."""
    from seehear.encoders import card
    from seehear.weights import require

    require(dict.fromkeys(w for encoder in (AUDIO, VISUAL) for w in card(encoder).weights))


def _step(options: Options, name: str, does: str) -> None:
    options.say(f"[{STEPS.index(name) + 1}/{len(STEPS)}] {name}: {does}")


def _extract(out: Path, options: Options) -> None:
    from seehear.extraction.extract import ExtractOptions, extract

    with options.progress(sum(options.splits.values()), "extract") as bar:
        extract(
            [out / "world"],
            visual=[VISUAL],
            audio=[AUDIO],
            out=out / "features",
            options=ExtractOptions(jobs=options.jobs),
            begun=lambda total, left: bar.advance(total - left),
            report=lambda finished: bar.advance(),
        )


def _denoise(
    dataset: Dataset, store: FeatureStore, folder: Path
) -> tuple[SegmentLabels, dict[str, Any]]:
    from seehear.labels.lsld.build import build_labels
    from seehear.labels.lsld.options import Denoising
    from seehear.labels.store import save
    from seehear.recipes import resolve

    options = resolve("lsld", "offline").labels.segments
    assert isinstance(options, Denoising)
    built = build_labels(dataset, store, options)
    save(built.labels, folder)
    return built.labels, built.quality(dataset.split("train").truth())


def _train(
    name: str,
    dataset: Dataset,
    store: FeatureStore,
    out: Path,
    labels: SegmentLabels | None,
    options: Options,
) -> Path:
    from seehear import train
    from seehear.parser.language import stored_logits

    recipe, attention = SYSTEMS[name]
    how = train.RunOptions(device="cpu", say=options.say, progress=options.progress)
    settings = {**options.settings, "network.forward.cross_attention": attention}
    prepared = train.prepare(
        dataset,
        store,
        recipe,
        features="offline",
        settings=settings,
        options=how,
        language=stored_logits,
    )
    folder = out / "runs" / name.replace(" ", "-")
    return train.run(prepared, folder, seed=options.seed, labels=labels, options=how)


def _parse(out: Path, runs: Mapping[str, Path], seed: int) -> dict[str, Timeline]:
    """Return timelines of the unseen clip, with its truth among them; the first is also written."""
    from seehear.parser import Parser

    path = out / "unseen.mp4"
    if not path.exists():
        render(unseen(), path, np.random.default_rng([seed, len(SPLITS)]))
    found = {name: Parser.load(runs[name])(path) for name in (MAIN, RIVAL)}
    write_text(out / f"unseen{SUFFIX}", found[MAIN].to_json())
    truth = true_timeline(unseen(), found[MAIN].vocabulary)
    return {MAIN: found[MAIN], "truth": truth, RIVAL: found[RIVAL]}


def true_timeline(script: Script, vocabulary: tuple[str, ...]) -> Timeline:
    """Return what a script says, as a timeline."""
    events = [
        Event(float(start), float(end), track, kind)
        for track, spans in ((Track.AUDIO, script.audio), (Track.VISUAL, script.visual))
        for start, end, kind in spans
    ]
    silent = Timeline(
        f"{script.name}.mp4", float(DURATION_S), TimeGrid(DURATION_S), vocabulary, tuple(events)
    )
    whole = Timeline.from_arrays(
        *silent.to_arrays(), grid=silent.grid, vocabulary=vocabulary, source=silent.source
    )
    return replace(whole, parser={"truth": "as rendered"})


def _report(
    out: Path,
    dataset: Dataset,
    store: FeatureStore,
    systems: Sequence["System"],
    timelines: Mapping[str, Timeline],
) -> Path:
    from seehear.report import run_page
    from seehear.report.denoised import read_denoised
    from seehear.report.systems import examples

    denoised = read_denoised(out / "labels", store, dataset)
    rows = examples(systems[0], dataset, "test", 5)
    unseen_clip = run_page.Extra(
        "an unseen clip, parsed from its video", out / "unseen.mp4", timelines
    )
    page = run_page.RunPage(
        systems,
        dataset,
        "test",
        rows,
        out,
        denoised=denoised,
        strips=run_page.strip_examples(denoised, 3),
        extra=[unseen_clip],
        note=NOTE,
        compared=COMPARED,
    )
    write_text(out / "report.html", run_page.render(page))
    return out / "report.html"

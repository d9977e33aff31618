"""How much do corrections bring? A reviewer is simulated: the truth of some clips is revealed.

    python benchmarks/teach_curve.py DATASET=LIBRARY[+LIBRARY] ... [--pool train] [--test test]
        [--features FOLDER ...] [--without CLASS,CLASS] [--ways train] [--seeds 0] [--json FILE]

LIBRARY: timelines with scores of the clips of both splits, as `seehear parse VIDEOS --vocabulary
WORDS` leaves them.  After 10, 20, 40 and 80 clips of the pool, drawn in three random orders or
taken in the order of doubt (of three draws of two thirds of the pool), `seehear teach` learns from
what was revealed: every second of the clips (`calibrate`), or only which classes they hold
(`calibrate, weak`).  With a folder of features for each dataset (`seehear extract`, encoders yamnet
and conse) `refit` learns, too, and so does `train`, which takes minutes for each number of clips:
`--ways`, `--orders`, `--after` and `--seeds` choose what is measured.  What is kept decides the
clips of the test split; the gain is in points of segment Type over the parser as it was.
`--without` leaves classes out, to see that none is favoured.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from common import machine

from seehear.data import Dataset, open_dataset
from seehear.encoders.base import unit
from seehear.features import FeatureStore, open_features
from seehear.library.corrections import corrected
from seehear.library.corrections.queue import clip_doubt
from seehear.metrics import evaluate
from seehear.parser.adjusted import Adjustment
from seehear.teach.calibrate import calibrate
from seehear.teach.evidence import ClipEvidence, ParsedAs, evidence, parsed_as
from seehear.teach.learnt import Learnt
from seehear.teach.lesson import Known, decided, learn
from seehear.teach.refit import refit
from seehear.teach.rows import Reduced, Rows, reduced_by, streams_of
from seehear.time import SUFFIX, TRACKS, Timeline, runs

WAYS = "refit; calibrate; calibrate, weak; train"
SEEDS = (0, 1, 2)
Said = Callable[[int, Timeline], tuple[Timeline, list[str] | None]]


@dataclass(frozen=True)
class Told:
    """A row of the truth, as a reviewer would write it."""

    track: str
    label: str
    start_s: float
    end_s: float
    where: str = "truth"


@dataclass(frozen=True)
class Split:
    """A split as the parser left it, and as it is.

    Args:
        lines: its timelines.
        truth: (N, 2, T, C).
        weak: (N, C).
        names: of its clips.
    """

    lines: list[Timeline]
    truth: np.ndarray
    weak: np.ndarray
    names: tuple[str, ...]


def read(dataset: Dataset, name: str, libraries: Sequence[Path], without: set[str]) -> Split:
    """Return a split; classes of `without` are forgotten everywhere."""
    split = dataset.split(name)
    truth = split.truth()
    keep = [i for i, label in enumerate(dataset.vocabulary.names) if label not in without]
    lines = []
    for clip in split.clips:
        found = [
            path for path in (lib / f"{clip.id}{SUFFIX}" for lib in libraries) if path.exists()
        ]
        lines.append(forgotten(Timeline.from_json(found[0]), without))
    both = np.stack([truth.audio, truth.visual], 1)[..., keep]
    return Split(lines, both, np.asarray(split.weak, bool)[:, keep], split.names)


def forgotten(line: Timeline, without: set[str]) -> Timeline:
    """Return a timeline as if some classes had not been looked for."""
    names = tuple(name for name in line.vocabulary if name not in without)
    columns = [line.vocabulary.index(name) for name in names]
    assert line.kept is not None
    kept = replace(line.kept, segments=line.kept.segments[:, columns])
    events = tuple(event for event in line.events if event.label in names)
    return replace(line, vocabulary=names, events=events, kept=kept)


def reviewed(line: Timeline, truth: np.ndarray) -> Timeline:
    """Return a timeline that was gone through by somebody who knows the truth, (2, T, C)."""
    rows = []
    for track, name in enumerate(TRACKS):
        for column, label in enumerate(line.vocabulary):
            for first, last in runs(truth[track, :, column]):
                rows.append(Told(name, label, float(first), float(last)))
    return corrected(line, rows, complete=True).timeline


def orders(split: Split) -> Iterator[tuple[str, int, list[int]]]:
    """Yield (how, seed, places) of the pool in the orders of its reviewers."""
    doubt = [clip_doubt(str(i), line) for i, line in enumerate(split.lines)]
    value = np.array([0.0 if one is None else one.doubt for one in doubt])
    for seed in SEEDS:
        drawn = np.random.default_rng(seed).permutation(len(split.lines))
        yield "random", seed, drawn.tolist()
        some = np.sort(drawn[: 2 * len(drawn) // 3])
        yield "queue", seed, some[np.argsort(-value[some], kind="stable")].tolist()


def figure(split: Split, clips: Sequence[ClipEvidence], moved: Learnt, parsed: ParsedAs) -> float:
    """Return segment Type, in percent."""
    on = np.stack([decided(clip, moved, parsed) for clip in clips])
    truth = split.truth
    report = evaluate(on[:, :, 0], on[:, :, 1], truth[:, 0], truth[:, 1])
    return 100 * report.figures()["segment/type"]


def rows_of(store: FeatureStore, split: Split, streams: Sequence[str]) -> list[Rows]:
    """Return the rows of every clip of a split, of each track."""
    tracks = [store.array(stream, split.names) for stream in streams]
    return [tuple(unit(np.asarray(part[i])) for part in tracks) for i in range(len(split.names))]


class Measured:
    """One dataset, and what is learnt from its pool.

    Args:
        pool, test: its splits.
        store: of features of both; None: only thresholds are learnt.
    """

    def __init__(self, pool: Split, test: Split, store: FeatureStore | None) -> None:
        self.pool, self.test, self.store = pool, test, store
        self.parsed = parsed_as(pool.lines[0])
        names = np.asarray(self.parsed.names)
        self.judged = self._evidence(test, lambda i, line: (line, None))
        self.plain = self._evidence(pool, lambda i, line: (line, None))
        self.named = self._evidence(pool, lambda i, line: (line, names[pool.weak[i]].tolist()))
        self.known = self._evidence(pool, lambda i, line: (reviewed(line, pool.truth[i]), None))
        self.before = self._figure(self.judged, Adjustment.none(len(names)))
        if store is not None:
            streams = streams_of(self.parsed.parser)
            self.rows, self.far = (rows_of(store, split, streams) for split in (pool, test))

    def _evidence(self, split: Split, said: Said) -> list[ClipEvidence]:
        clips = []
        for place, line in enumerate(split.lines):
            now, weak = said(place, line)
            clips.append(evidence(str(place), now, self.parsed, weak))
        return clips

    def _figure(self, clips: Sequence[ClipEvidence], moved: Learnt) -> float:
        return figure(self.test, clips, moved, self.parsed)

    def gain(self, way: str, places: Sequence[int], count: int) -> float:
        """Return what a way brings after some clips of an order, in points."""
        clips = self.named if way == "calibrate, weak" else self.known
        others = [self.plain[i] for i in places[count : count + 100]]
        told = Known(self.parsed, [clips[i] for i in places[:count]], others=others)
        if way == "refit":
            after = self._refit(told)
        elif way == "train":
            after = self._train(told)
        else:
            lesson = learn(told, calibrate)
            after = self._figure(self.judged, lesson.learnt) if lesson.better else self.before
        return round(after - self.before, 2)

    def _reduced(self, told: Known) -> Reduced:
        streams = streams_of(self.parsed.parser)
        return reduced_by(lambda clip: self.rows[int(clip.name)], told, streams, Path())

    def _far(self, reduced: Reduced) -> list[ClipEvidence]:
        """Return the clips of the test split with rows."""
        clips = []
        for clip, both in zip(self.judged, self.far, strict=True):
            pairs = zip(reduced.directions, both, strict=True)
            clips.append(replace(clip, rows=np.stack([one.reduced(x) for one, x in pairs])))
        return clips

    def _refit(self, told: Known) -> float:
        reduced = self._reduced(told)
        lesson = refit(reduced)
        return self._figure(self._far(reduced), lesson.learnt) if lesson.better else self.before

    def _train(self, told: Known) -> float:
        from seehear.parser.joined import weighed
        from seehear.teach.training import HowTrained, features_of, train

        assert self.store is not None
        features = features_of(self.parsed.parser)
        pool, far = (_inputs(self.store, split, features) for split in (self.pool, self.test))
        reduced = self._reduced(told)
        lesson, beside = train(reduced, lambda clip: pool[int(clip.name)], HowTrained())
        if not lesson.better:
            return self.before
        clips = self._far(reduced)
        if beside is not None:
            pairs = zip(clips, beside.network.margins(far), strict=True)
            clips = [replace(c, margins=weighed(c.margins, m, beside.weight)) for c, m in pairs]
        return self._figure(clips, lesson.learnt)


def _inputs(store: FeatureStore, split: Split, features: Any) -> list[tuple[Any, Any]]:
    """Return the rows that a network reads of every clip of a split."""
    both = []
    for streams in (features.audio, features.visual):
        parts = [np.asarray(store.array(name, split.names), np.float32) for name in streams]
        both.append(np.concatenate(parts, axis=2))
    return list(zip(*both, strict=True))


def measure(found: Measured, args: argparse.Namespace) -> dict[str, Any]:
    """Return the gains of every way, order and number of clips that is asked for."""
    gains: dict[str, dict[str, dict[int, list[float]]]] = {}
    for way in args.ways.split("; "):
        if found.store is None and way in ("refit", "train"):
            continue
        for order, seed, places in orders(found.pool):
            if order not in args.orders.split(",") or str(seed) not in args.seeds.split(","):
                continue
            for count in map(int, args.after.split(",")):
                gain = found.gain(way, places, count)
                of_order = gains.setdefault(way, {}).setdefault(order, {})
                of_order.setdefault(count, []).append(gain)
                print(way, order, count, gain, file=sys.stderr, flush=True)
    return {"before": round(found.before, 2), "gain": gains}


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each way and order."""
    for how, of_order in found["gain"].items():
        for order, of_count in of_order.items():
            cells = [f"{n}: {np.mean(v):+.1f} (least {min(v):+.1f})" for n, v in of_count.items()]
            yield f"{how}, {order}: {'; '.join(cells)}"


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", nargs="+", metavar="DATASET=LIBRARY[+LIBRARY]")
    parser.add_argument("--pool", default="train")
    parser.add_argument("--test", default="test")
    parser.add_argument("--features", nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--without", default="")
    parser.add_argument("--ways", default=WAYS)
    parser.add_argument("--orders", default="random,queue")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--after", default="10,20,40,80")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    without = set(filter(None, args.without.split(",")))
    out: dict[str, Any] = {"machine": machine(), "datasets": {}}
    for number, pair in enumerate(args.pairs):
        folder, _, libraries = pair.partition("=")
        dataset = open_dataset(folder)
        paths = list(map(Path, libraries.split("+")))
        pool, test = (read(dataset, name, paths, without) for name in (args.pool, args.test))
        store = open_features(args.features[number]) if args.features else None
        found = {"without": sorted(without), **measure(Measured(pool, test, store), args)}
        out["datasets"][dataset.name] = found
        print(f"{dataset.name}: {found['before']:.1f} before")
        print("\n".join(summary(found)), flush=True)
    if args.json:
        args.json.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()

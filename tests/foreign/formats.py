"""Every format that is read from disk: a small valid file of it, how to damage it, who reads it."""

import dataclasses
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import mutants
from llp_like import write_llp
from seehear.captions import Caption, read_subtitles
from seehear.captions.subtitles import empty
from seehear.cli.report import _curve
from seehear.data import find_anomalies, open_dataset, read_predictions, read_scores
from seehear.data.fetch_llp import RECORD as FETCHED
from seehear.data.fetch_llp import read_record
from seehear.data.vocabulary import Vocabulary
from seehear.demo.world import make_world
from seehear.export import FORMATS as EXPORTS
from seehear.export import render
from seehear.extraction.journal import Journal
from seehear.features import open_features
from seehear.features.kept import KeptAbout, KeptWriter, opened_kept
from seehear.features.pack import agreed_encoders
from seehear.features.reader import read_segments
from seehear.labels.lsld.options import Denoising
from seehear.labels.store import SegmentLabels, load, save
from seehear.lock import owned
from seehear.report import run_page
from seehear.report.denoised import read_options
from seehear.report.systems import read_systems
from seehear.reproduce.task import read as read_result
from seehear.runs.graph import load_graph_run
from seehear.runs.model_file import read_description
from seehear.share.bundle import bundle, find_graph, read_manifest
from seehear.streaming.encode import PieceRows
from seehear.streaming.messages import ClipOutcome
from seehear.time import Event, MediaFile, TimeGrid, Timeline, Track
from seehear.train import RunFolder, prepare, run
from seehear.train.files import read_arrays, write_arrays, write_json, write_tensors
from seehear.train.folder import StageRecorder
from seehear.train.loop import Learner, fit
from seehear.weights.cache import _record
from small_world import TINY, write_world


@dataclass(frozen=True)
class Format:
    """One format.

    Args:
        name: of it.
        file: a valid one.
        read: reads it, and does with it what commands do.
        damages: how to damage it; bytes are changed as well.
        beside: files that reading may change, put back each time.
        slow: whether reading takes long.
    """

    name: str
    file: Path
    read: Callable[[], object]
    damages: tuple[mutants.Damage, ...] = ()
    beside: tuple[Path, ...] = ()
    slow: bool = False

    def mutant(self, original: bytes, seed: int) -> bytes:
        """Return the damaged file of a seed."""
        rng = random.Random(f"{self.name} {seed}")
        meant = self.damages and rng.random() < 0.7
        damage = rng.choice(self.damages) if meant else mutants.bytes_of
        return damage(original, rng)


def formats(root: Path) -> list[Format]:
    """Write a valid file of each format below a folder and return them all."""
    dataset, store = write_world(root, sizes=(6, 3, 3))
    feats = store.path
    runs = _trained(dataset, store, root / "run")
    found = [
        *_timelines(root / "timelines"),
        *_subtitles(root / "subtitles"),
        *_features(feats, dataset),
        _kept(root / "kept.features.npz"),
        *_labels(root / "labels"),
        *_tables(dataset.root, root),
        *_predictions(root / "predictions", dataset),
        *_records(root / "records"),
        *_runs(root / "run", dataset, store, runs),
    ]
    return found


def _timelines(folder: Path) -> list[Format]:
    folder.mkdir()
    path = folder / "a.timeline.json"
    timeline = Timeline(
        "a.mp4",
        4.0,
        TimeGrid(4),
        ("Dog", "Speech"),
        (Event(0, 2, Track.AUDIO, "Dog", 0.5), Event(1, 2, Track.VISUAL, "Speech")),
        parser={"preset": "offline", "thresholds": {"audio": 0.5}, "encoders": {"conse": {}}},
        warnings=("audio track is silent",),
    )
    path.write_text(timeline.to_json())
    return [Format("timeline", path, partial(_use_timeline, path), (mutants.json_of,))]


def _use_timeline(path: Path) -> None:
    timeline = Timeline.from_json(path)
    timeline.to_arrays()
    again = Timeline.from_json(timeline.to_json())
    assert len(again) == len(timeline)
    for name in EXPORTS:
        if name != "html":
            render(timeline, name).encode()


def _subtitles(folder: Path) -> list[Format]:
    folder.mkdir()
    caption = Caption(2.0, 3.0, ("[dog barking]",), beside=True)
    found = []
    for form in ("srt", "vtt", "ass"):
        path = folder / f"film.{form}"
        two = (Caption(1.0, 2.0, ("a",)), Caption(3.0, 4.0, ("b", "c")))
        path.write_bytes(empty(form).taking(two))
        found.append(Format(f"subtitles {form}", path, partial(_use_subtitles, path, caption)))
    return found


def _use_subtitles(path: Path, caption: Caption) -> None:
    subtitles = read_subtitles(path)
    assert subtitles.taking([]) == path.read_bytes()
    assert len(subtitles.taking([caption])) > path.stat().st_size


def _features(folder: Path, dataset: Any) -> list[Format]:
    names = dataset.split("train").names

    def use() -> None:
        store = open_features(folder)
        agreed_encoders([store])
        for name in names:
            store.status(name)
        for stream in store.streams:
            read_segments(store, stream, names, 4)

    official = folder.parent / "official" / "vggish"
    official.mkdir(parents=True)
    rows = np.random.default_rng(0).random((10, 128), np.float32)
    np.save(official / "a.npy", rows)

    def use_official() -> None:
        open_features(official.parent).array("vggish/feature", ["a"])

    manifest = folder / "manifest.json"
    stream, offsets = folder / "conse/feature.npy", folder / "conse/feature.offsets.npy"
    return [
        Format("features manifest", manifest, use, (mutants.json_of,)),
        Format("features stream", stream, use, (mutants.npy_of,)),
        Format("features offsets", offsets, use, (mutants.npy_of,)),
        Format("published features", official / "a.npy", use_official, (mutants.npy_of,)),
    ]


def _kept(path: Path) -> Format:
    media = MediaFile("a.mp4", 5, "sha256:1", 4.0)
    outcome = ClipOutcome(4, 4.0, {"audio": "present"}, ["no visual track"])
    ear = {"track": "audio", "weights": {"ear": "1"}, "preprocessing": {"hz": 8}, "fps": None}
    writer = KeptWriter(path)
    for first in (0, 2):
        rows = {"ear/feature": np.full((2, 3), 0.5, np.float32)}
        writer.add("ear", PieceRows(rows, {"ear/feature": np.arange(first, first + 2)}))
    writer.finish(KeptAbout({"ear": ear}, 1.0, None, None, False, media, outcome, "1", {}))

    def use() -> None:
        with opened_kept(path) as clip:
            for _, piece in clip.pieces({"ear/feature"}):
                assert piece.values["ear/feature"].shape[:1] == piece.places["ear/feature"].shape

    return Format("kept features", path, use, (mutants.npz_of, _about_of))


def _about_of(data: bytes, rng: random.Random) -> bytes:
    """Change what kept features say of themselves."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    about = np.load(io.BytesIO(members["about.npy"]))
    out, changed = io.BytesIO(), io.BytesIO()
    np.save(changed, np.frombuffer(mutants.json_of(about.tobytes(), rng), np.uint8))
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (members | {"about.npy": changed.getvalue()}).items():
            archive.writestr(name, content)
    return out.getvalue()


def _labels(folder: Path) -> list[Format]:
    made = {"rule": "lsld", "split": "train", "options": dataclasses.asdict(Denoising())}
    rows = np.full((2, 4, 3), 0.5, np.float32)
    save(SegmentLabels(rows, rows, ("a", "b"), ("Dog", "Cat", "Car"), made), folder)

    def use() -> None:
        labels = load(folder)
        labels.select(["a"])
        read_options(folder, None)

    return [
        Format("labels", folder / "labels.json", use, (mutants.json_of,)),
        Format("labels array", folder / "audio.npy", use, (mutants.npy_of,)),
    ]


def _tables(folder: Path, root: Path) -> list[Format]:
    def use(path: Path) -> None:
        dataset = open_dataset(path)
        for split in dataset.splits.values():
            split.weak.sum()
            if split.has_truth:
                split.truth().audio.sum()
                split.warnings()
        find_anomalies(dataset)

    llp = write_llp(root / "llp")
    words = root / "words.txt"
    words.write_text("Dog = a barking dog\nCat\n# none\nSpeech = someone speaking\n")
    tables = ("train.csv", "test.csv", "test_audio.csv")
    table = (mutants.table_of,)
    return [
        Format("dataset.toml", folder / "dataset.toml", partial(use, folder), (mutants.toml_of,)),
        *(Format(f"table {n}", folder / n, partial(use, folder), table) for n in tables),
        Format("table of LLP", llp / "AVVP_eval_audio.csv", partial(use, llp), table),
        Format("clips of LLP", llp / "AVVP_test_pd.csv", partial(use, llp), table),
        Format("words", words, partial(Vocabulary.parse, words), (mutants.toml_of,)),
    ]


def _predictions(folder: Path, dataset: Any) -> list[Format]:
    folder.mkdir()
    split, vocabulary, grid = dataset.split("test"), dataset.vocabulary, dataset.grid
    n, t, c = len(split.names), grid.count, len(vocabulary)
    table = folder / "p.tsv"
    rows = [f"{name}\taudio\t0\t2\tDog\n" for name in split.names]
    table.write_text("filename\ttrack\tonset\toffset\tevent_label\n" + "".join(rows))
    names = np.array(split.names)
    decided, probable = folder / "d.npz", folder / "s.npz"
    both = np.ones((n, t, c), np.uint8)
    np.savez_compressed(decided, names=names, audio=both, visual=both)
    half = np.float32(0.5)
    np.savez(
        probable,
        names=names,
        segment_prob=np.full((n, t, 2, c), half),
        track_prob=np.full((n, 2, c), half),
        clip_prob=np.full((n, c), half),
    )
    read = partial(read_predictions, split=split, vocabulary=vocabulary, grid=grid)
    scores = partial(read_scores, probable, split, vocabulary, grid)
    return [
        Format("predictions table", table, partial(read, table), (mutants.table_of,)),
        Format("predictions arrays", decided, partial(read, decided), (mutants.npz_of,)),
        Format("scores arrays", probable, scores, (mutants.npz_of,)),
    ]


def _records(root: Path) -> list[Format]:
    fetched = root / "llp" / FETCHED
    write_json(fetched, {"valor": {"repository": "v", "revision": "ab12"},
                         "archives": {"CLIP": {"sha256": "a" * 64, "size": 9,
                                               "files": {"features": 3}}}})  # fmt: skip
    world = root / "demo"
    splits = {"train": 0}
    make_world(world, splits=splits)
    journal, asked = root / "journal", {"dataset": "d", "encoders": {}, "step_s": 1.0}
    streams = {"eye/feature": (3, "float32")}
    with Journal(journal, asked, streams) as lines:
        for name in ("a", "b"):
            clip = {"name": name, "id": name, "segments": 2, "state": "ok"}
            lines.add(clip, {"eye/feature": np.ones((2, 3), np.float32)})
    path = journal / ".progress/journal.jsonl"
    rows = journal / ".progress/eye+feature.rows"

    def use_journal() -> None:
        with Journal(journal, asked, streams) as lines:
            for name in list(lines.clips):
                lines.entry(name)
                lines.read(name, "eye/feature")

    result = root / "seed-1" / "result.json"
    figures = {"segment/audio": 0.5, "event/visual": 0.25}
    write_json(result, {"seed": 1, "epoch": 2, "epochs": 3, "val": figures, "seconds": 1.5,
                        "splits": {"test": figures}, "peak_mb": 100})  # fmt: skip
    weights = root / "cache" / "weights" / "yamnet" / "weights.json"
    write_json(weights, {"id": "yamnet", "files": {"a": "b" * 64}})

    def use_weights() -> None:
        with mock.patch("seehear.weights.cache._folder", return_value=weights.parent):
            _record("yamnet")

    return [
        Format(
            "record of a fetch", fetched, partial(read_record, fetched.parent), (mutants.json_of,)
        ),
        Format(
            "demo world",
            world / "world.json",
            partial(make_world, world, splits=splits),
            (mutants.json_of,),
        ),
        Format("journal", path, use_journal, (mutants.lines_of,), (rows,)),
        Format("result of a row", result, partial(read_result, result.parent), (mutants.json_of,)),
        Format("record of weights", weights, use_weights, (mutants.json_of,)),
    ]


def _trained(dataset: Any, store: Any, folder: Path) -> dict[str, Any]:
    """Train one epoch and leave what a stopped run leaves; return what going on needs."""
    prepared = prepare(dataset, store, "han", settings={**TINY, "training.epochs": 1})
    seen: dict[str, Any] = {}

    def taken(task: Any, recorder: Any, options: Any = None) -> None:
        seen.update(task=task, recorder=recorder)
        fit(task, recorder, options)

    with mock.patch("seehear.train.graph_file.as_graph", return_value=None):
        with mock.patch("seehear.train.run.fit", taken):
            run(prepared, folder, seed=1)
    learner = Learner(seen["task"])
    list(learner.steps())
    learner.end_epoch()
    write_tensors(folder / "state.safetensors", *learner.state())
    seen["learner"] = learner
    seen["asked"] = json.loads((folder / "recipe.json").read_text())
    return seen


def _runs(folder: Path, dataset: Any, store: Any, seen: dict[str, Any]) -> list[Format]:
    write_json(
        folder / "figures-test.json", json.loads((folder / "run.json").read_text())["figures"]
    )
    arrays = folder / "stages" / "ratios.npz"
    write_arrays(arrays, {"audio": np.ones(3), "visual": np.ones(3)})
    model = folder / "best.safetensors"
    shared = folder.parent / "shared-model.json"
    shared.write_bytes(bundle(folder).manifest)

    def use_model() -> None:
        read_description(model)
        bundle(model)
        (system,) = read_systems([model], store, dataset, "test")
        page = run_page.RunPage([system], dataset, "test", [0], folder)
        run_page.render(page)

    def use_run() -> None:
        record = RunFolder(folder).record()
        assert isinstance(record["epoch"], int)
        find_graph(folder)
        load_graph_run(folder)

    def use_log() -> None:
        _curve(folder, "loss/total")
        _curve(folder, "segment/type")
        seen["recorder"].begin(seen["learner"])
        systems = read_systems([folder], store, dataset, "test")
        run_page.render(run_page.RunPage(systems, dataset, "test", [0], folder))

    def use_recipe() -> None:
        with owned(folder):
            RunFolder(folder).claim(seen["asked"])

    recorder: StageRecorder = seen["recorder"]
    log, state = folder / "log.jsonl", folder / "state.safetensors"
    json_ = (mutants.json_of,)
    tensors = (mutants.safetensors_of,)

    def go_on() -> None:
        recorder.begin(seen["learner"])

    def manifest() -> None:
        read_manifest(shared.read_bytes(), shared)

    return [
        Format("run", folder / "run.json", use_run, json_),
        Format("recipe of a run", folder / "recipe.json", use_recipe, json_),
        Format("log", log, use_log, (mutants.lines_of,), slow=True),
        Format("model", model, use_model, tensors, slow=True),
        Format("state", state, go_on, tensors, (log,), slow=True),
        Format("arrays of a stage", arrays, partial(read_arrays, arrays), (mutants.npz_of,)),
        Format("figures", folder / "figures-test.json", partial(bundle, folder), json_),
        Format("shared model", shared, manifest, json_),
    ]

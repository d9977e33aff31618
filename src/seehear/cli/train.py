"""`seehear train`: a published system on a dataset, resumable, for one seed or several."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.amounts import amount
from seehear.cli.console import print_json, progress, table, warn
from seehear.cli.figures import percent
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.data import Dataset
    from seehear.features import FeatureStore
    from seehear.labels.store import SegmentLabels
    from seehear.train import RunOptions
    from seehear.train.team import Team


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "dataset", metavar="DATASET", help="dataset folder (dataset.toml, or LLP's official tables)"
    )
    parser.add_argument(
        "--features", required=True, metavar="FEATURES", help="folder made by seehear extract"
    )
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help="recipe to train, one of seehear recipes ls (default: the one recommended there)",
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="RUN",
        type=Path,
        help="run folder to write; after an interruption the same command goes on where it stopped",
    )
    parser.add_argument(
        "--labels",
        metavar="LABELS",
        type=Path,
        help=(
            "segment labels of seehear denoise, or an .npz of LSLD's repository; without it the"
            " recipe makes its own"
        ),
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help=(
            "change one setting, such as training.epochs=3, network.layers=2, losses.audio=3, "
            "features=clip (repeatable)"
        ),
    )
    parser.add_argument(
        "--window",
        type=int,
        metavar="SEGMENTS",
        help="where clips differ in length: length of the training windows (default: 60 segments)",
    )
    parser.add_argument(
        "--track-labels",
        action="store_true",
        help="learn each track from its own weak labels, where the dataset has them (LFAV)",
    )
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, metavar="N", help="seed (default: the recipe's)")
    seeds.add_argument(
        "--seeds",
        metavar="LIST",
        help="train once per seed, such as 1,2,3, into RUN/seed-N; print mean and spread",
    )
    parser.add_argument(
        "--evaluate", metavar="SPLIT", help="at the end, score the best epoch on this split"
    )
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="cpu, cuda, mps or auto (default)"
    )
    parser.add_argument(
        "--save-every",
        type=int,
        default=0,
        metavar="STEPS",
        help="save every so many steps, too, for very long epochs (default: after each epoch)",
    )
    parser.add_argument(
        "--stream",
        action=argparse.BooleanOptionalAction,
        help=(
            "read features batch by batch instead of all into memory; the losses are the same "
            "(default: only where they do not fit)"
        ),
    )
    parser.add_argument(
        "--skip-missing",
        action="store_true",
        help="leave out clips without features instead of refusing",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="also write TensorBoard event files"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def parse_settings(pairs: list[str]) -> tuple[str | None, dict[str, str]]:
    """Return the feature set asked for, if any, and the other settings.

    Raises:
        ConfigError: not NAME=VALUE, or the same name twice.
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigError(
                f"expected NAME=VALUE, got {pair!r}",
                where="--set",
                hint="such as training.epochs=3",
            )
        if name.strip() in settings:
            raise ConfigError(f"{name.strip()} is set twice", where="--set")
        settings[name.strip()] = value.strip()
    return settings.pop("features", None), settings


def run(args: argparse.Namespace) -> int:
    """Train, print the figures, return the exit code."""
    from seehear.train.team import LeaderStopped, joined

    with joined(args.device) as (team, device):
        try:
            return _train(args, team, device)
        except LeaderStopped:
            return 2  # the first process has said why


@dataclass(frozen=True)
class _Asked:
    """What is to be trained, on what."""

    recipe: str
    features: str | None
    settings: dict[str, str]
    seeds: list[int] | None
    dataset: "Dataset"
    store: "FeatureStore"
    labels: "SegmentLabels | None"
    warnings: list[str]


def _asked(args: argparse.Namespace) -> _Asked:
    """Return what the options name, opened and checked."""
    from seehear.data import open_dataset
    from seehear.features import open_features
    from seehear.recipes import RECOMMENDED, apply, get
    from seehear.train import load_labels

    features, settings = parse_settings(args.settings)
    seeds = _seeds(args.seeds)
    recipe = args.recipe or RECOMMENDED
    apply(get(recipe), settings)  # a wrong name should not wait for the features to be read
    dataset, store = open_dataset(args.dataset), open_features(args.features)
    if args.evaluate is not None and args.evaluate not in dataset.splits:
        raise ConfigError(
            f"expected one of {', '.join(dataset.splits)}, got {args.evaluate}", where="--evaluate"
        )
    if args.evaluate is not None:
        dataset.scored(args.evaluate)  # an error comes before the training, not after it
    warnings = _warnings(dataset, args.evaluate)
    labels = None if args.labels is None else load_labels(args.labels, dataset)
    return _Asked(recipe, features, settings, seeds, dataset, store, labels, warnings)


def _options(args: argparse.Namespace, team: "Team", device: str) -> "RunOptions":
    """Return how to run; of several processes the first one shows how far they are."""
    import sys

    from seehear.features.windowed import window_length
    from seehear.train import RunOptions

    options = RunOptions(
        device=device,
        save_every=args.save_every,
        tensorboard=args.tensorboard,
        stream=args.stream,
        skip_missing=args.skip_missing,
        window=window_length(args.window),
        track_labels=args.track_labels,
        team=team,
    )
    if not team.leads:
        return options
    return replace(
        options, say=lambda line: print(line, file=sys.stderr, flush=True), progress=progress
    )


def _train(args: argparse.Namespace, team: "Team", device: str) -> int:
    """Train, alone or together with the other processes of a team; its first one prints."""
    from seehear.lock import owned
    from seehear.parser.language import stored_logits
    from seehear.train import RunFolder, prepare, run, run_seeds

    asked = team.together(lambda: _asked(args))
    options = _options(args, team, device)
    if team.leads:
        _warn(asked, options)
    with ExitStack() as stack:
        # before features are read, which may take long
        team.lead(lambda: stack.enter_context(owned(args.out)))
        prepared = team.together(
            lambda: prepare(
                asked.dataset,
                asked.store,
                asked.recipe,
                features=asked.features,
                settings=asked.settings,
                options=options,
                language=stored_logits,
            )
        )
        options.say(
            f"recipe {asked.recipe}, feature set {prepared.features.name}"
            f" ({prepared.features.summary}),"
            f" {amount(len(prepared.train), 'training clip')}{_of(team)}"
        )
        labels = asked.labels
        if asked.seeds is None:
            folders = [run(prepared, args.out, seed=args.seed, labels=labels, options=options)]
        else:
            folders = run_seeds(prepared, args.out, asked.seeds, labels=labels, options=options)
        if not team.leads:
            return 0
        results = [_result(folder, asked.store, asked.dataset, args.evaluate) for folder in folders]
    for result, folder in zip(results, folders, strict=True):
        result["warnings"] = [*asked.warnings, *RunFolder(folder).label_warnings()]
    note = _note(asked.dataset, results, args.evaluate)
    alone = _network_alone(args, results, folders)
    note = "\n".join(filter(None, (note, alone))) or None
    results = [_told(result, joint=asked.dataset.joint) for result in results]
    if args.json:
        shown = results[0] if asked.seeds is None else {"runs": results, **_spread(results)}
        print_json({**shown, "note": note})
    else:
        _show(args.out, results, args.evaluate, note)
    return 0


def _warn(asked: "_Asked", options: "RunOptions") -> None:
    """Tell what the truth leaves out, and clips that nobody labelled."""
    from seehear.data.dataset import without_labels

    warn(asked.warnings)
    train = asked.dataset.splits.get("train")
    note = None if train is None else without_labels(train)
    if note is not None:
        options.say(note)


def _of(team: "Team") -> str:
    """Return in words how many train together; nothing for one."""
    return "" if team.size == 1 else f", {amount(team.size, 'process')}"


def _told(result: dict[str, Any], *, joint: bool) -> dict[str, Any]:
    """Return a result, None in place of figures that the truth says nothing of."""
    from seehear.metrics.told import told

    out = dict(result)
    for key, value in result.items():
        if key not in _NO_FIGURES and value is not None:
            out[key] = told(value, joint=joint)
    return out


def _note(dataset: "Dataset", results: list[dict[str, Any]], evaluated: str | None) -> str | None:
    """Return a caution about few seeds, or few clips in the smallest split that has figures."""
    from seehear.data.scored import caution

    scored = {name for name in ("val", evaluated) if name and results[0].get(name)}
    if not scored:
        return None
    clips, smallest = min((len(dataset.split(name)), name) for name in scored)
    return caution(clips=clips, seeds=len(results), split=smallest)


def _network_alone(
    args: argparse.Namespace, results: list[dict[str, Any]], folders: list[Path]
) -> str | None:
    """Return the line that the figures on val are not what parsing finds; None where they are."""
    from seehear.train import RunFolder

    network = RunFolder(folders[0]).record()["recipe"]["network"]
    if network.get("prior", "none") == "none" or not results[0]["val"] or args.evaluate == "val":
        return None
    return (
        "val: the network alone. As it parses, with words beside it: seehear evaluate"
        f" {args.dataset} --split val --model {folders[0]} --features {args.features}"
    )


def _warnings(dataset: "Dataset", evaluated: str | None) -> list[str]:
    """Return what the truth leaves out that chooses the epoch, or that is evaluated against.

    Raises:
        DataError: most of its rows name no clip.
    """
    found: list[str] = []
    for name in dict.fromkeys(("val", evaluated)):
        split = dataset.splits.get(name or "")
        if split is not None and split.has_truth:
            split.truth()  # an error comes before the training, not after it
            found += split.warnings()
    return found


def _seeds(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ConfigError(
            f"expected whole numbers with commas, got {text!r}", where="--seeds"
        ) from None


def _result(folder: Path, store: Any, dataset: Any, split: str | None) -> dict[str, Any]:
    from seehear.parser.stored import evaluate_beside
    from seehear.train import RunFolder

    about = RunFolder(folder).record()
    result = {
        "run": str(folder),
        "recipe": about["recipe"]["name"],
        "features": about["features"]["name"],
        "seed": about["seed"],
        "epoch": about["epoch"],
        "val": about["figures"],
    }
    if split is not None:
        result[split] = evaluate_beside(folder, store, dataset, split)
        RunFolder(folder).write_figures(split, result[split])
    return result


_NO_FIGURES = ("run", "recipe", "features", "seed", "epoch", "warnings")


def _spread(results: list[dict[str, Any]]) -> dict[str, Any]:
    from seehear.train import summarise

    spread = {}
    for split in results[0]:
        figures = [result[split] for result in results]
        if split not in _NO_FIGURES and all(figures):
            spread[split] = summarise(figures)
    return spread


def _rows(results: list[dict[str, Any]], split: str) -> list[list[object]]:
    """Return a row of figures for every run, then rows of their mean and spread."""
    from seehear.recipes import FIGURES

    rows: list[list[object]] = []
    for result in results:
        figures = result[split]
        if figures is not None:
            label = split if len(results) == 1 else f"{split} seed {result['seed']}"
            rows.append([label, result["epoch"], *(percent(figures[key]) for key in FIGURES)])
    spread = _spread(results).get(split)
    if len(results) > 1 and spread:
        for sign, part in (("mean", "mean"), ("±", "spread")):
            cells = (percent(spread.get(key, {}).get(part)) for key in FIGURES)
            rows.append([f"{split} {sign}", "", *cells])
    return rows


def _show(out: Path, results: list[dict[str, Any]], split: str | None, note: str | None) -> None:
    from seehear.recipes import FIGURES

    short = {"audio": "A", "visual": "V", "audio_visual": "AV", "type": "Type", "event": "Event"}
    header = ["", "epoch", *(short[key.split("/")[1]] for key in FIGURES)]
    rows = _rows(results, "val")
    if split is not None and split != "val":
        rows += _rows(results, split)
    if rows:
        table(
            f"{results[0]['recipe']} · {results[0]['features']}: percent, five at segment level,"
            " five at event level",
            header,
            rows,
            note=note,
        )
    print(f"{out}")

"""Put what the ablation of our own parser trains and judges on into one file that travels.

    python benchmarks/own_parser_pack.py --folds FOLDS --features FEATURES --out PACK.npz
        [--wild FEATURES]

FOLDS holds `fold0`, `fold1`, ... (datasets whose `test` splits share no source), FEATURES what
`seehear extract --visual conse --audio yamnet --fps 2` makes of all their clips, --wild the same of
the real clips.  In the file: network inputs, labels of clips and truth; what words say of each
class, fitted without the class and the fold; how unlike each fold's training clips every clip is;
labels of segments of `lsld-plus` and `lsld`, and by prompts alone.  So training needs neither the
media nor the weights of any encoder.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import fit_zero_shot as words
import numpy as np

from seehear.data import Dataset, open_dataset
from seehear.features import FeatureStore, open_features
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import Denoising
from seehear.parser.zero_shot.offline import COUPLING, picture_evidence, sound_evidence
from seehear.recipes import FEATURES, resolve
from seehear.runs.inputs import read_inputs
from seehear.runs.likeness import fit_likeness

SEGMENTS = 10
WIDTHS = {"audio": 1545, "visual": 1280}


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--wild", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    np.savez_compressed(args.out, **pack(args.folds, args.features, args.wild))


def pack(folds: Path, features: Path, wild: Path | None = None) -> dict[str, np.ndarray]:
    """Return every array by name."""
    datasets = [open_dataset(folder) for folder in sorted(folds.glob("fold*"))]
    store = open_features(features)
    out = {**_clips(datasets, store), **(_wild(wild, datasets[0]) if wild else {})}
    row = {name: i for i, name in enumerate(out["names"].tolist())}
    for fold, dataset in enumerate(datasets):
        for split in ("train", "val", "test"):
            chosen = [row[name] for name in dataset.split(split).names]
            out[f"{split}-{fold}"] = np.array(chosen)
        out |= _unlike(out, fold)
        out |= _labels(dataset, store, fold)
        print(f"fold {fold}: packed", flush=True)
    return out


def _clips(datasets: list[Dataset], store: FeatureStore) -> dict[str, np.ndarray]:
    """Return inputs, labels and truth of the clips of all folds, and what words say of them."""
    tests = [dataset.split("test") for dataset in datasets]
    names = tuple(name for split in tests for name in split.names)
    truths = [split.truth() for split in tests]
    audio = np.concatenate([truth.audio for truth in truths])
    visual = np.concatenate([truth.visual for truth in truths])
    inputs = read_inputs(store, FEATURES["offline"], names, SEGMENTS)
    return {
        "names": np.array(names),
        "classes": np.array(datasets[0].vocabulary.names),
        "weak": np.concatenate([split.weak for split in tests]).astype(np.float32),
        "true_audio": audio,
        "true_visual": visual,
        **inputs,
        "words": _words(datasets, store, (audio, visual)),
    }


def _words(
    datasets: list[Dataset], store: FeatureStore, truth: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return probabilities (N, T, 2, C) by words, fitted without the class and the fold."""
    parts = [words.evidence(dataset, store)[:2] for dataset in datasets]
    fold = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    alone = []
    for x, y in zip(map(np.concatenate, zip(*parts, strict=True)), truth, strict=True):
        logits = words.left_out(x, y, fold)
        alone.append(logits - words.threshold(logits, y))
    prob = 1 / (1 + np.exp(-np.stack(alone, axis=2)))
    return np.stack([COUPLING.prob(clip.astype(np.float32), (True, True)) for clip in prob])


def _wild(features: Path, dataset: Dataset) -> dict[str, np.ndarray]:
    """Return inputs of the real clips, filled up to a clip's length, and what words say of them."""
    store = open_features(features)
    names = sorted(store.names)
    evidence = (sound_evidence(dataset.vocabulary)[0], picture_evidence(dataset.vocabulary)[0])
    rows = {role: np.zeros((len(names), SEGMENTS, WIDTHS[role]), np.float32) for role in WIDTHS}
    said = np.zeros((len(names), SEGMENTS, 2, len(dataset.vocabulary)), np.float32)
    counts = []
    for clip, name in enumerate(names):
        found = {stream: np.asarray(store.array(stream, [name]))[0] for stream in store.streams}
        sound = np.concatenate([found["yamnet/feature"], found["yamnet/logits"]], axis=1)
        count = min(SEGMENTS, len(sound))
        rows["audio"][clip, :count] = sound[:count]
        rows["visual"][clip, :count] = found["conse/feature"][:count]
        prob = np.stack([track.prob(track.of(found)) for track in evidence], axis=1)
        said[clip, :count] = COUPLING.prob(prob, (True, True))[:count]
        counts.append(count)
    return {
        "wild_names": np.array(names),
        "wild_counts": np.array(counts),
        "wild_audio": rows["audio"],
        "wild_visual": rows["visual"],
        "wild_words": said,
    }


def _unlike(out: dict[str, np.ndarray], fold: int) -> dict[str, np.ndarray]:
    """Return how far clips are beyond what is like a fold's training clips."""
    held = []
    for split in ("train", "val"):
        chosen = out[f"{split}-{fold}"]
        held.append({role: out[role][chosen] for role in WIDTHS})
    likeness = fit_likeness(*held)
    assert likeness is not None  # a fold has hundreds of clips
    found = {f"unlike-{fold}": likeness.unlike({role: out[role] for role in WIDTHS})}
    if "wild_audio" in out:
        real = {role: out[f"wild_{role}"] for role in WIDTHS}
        found[f"wild_unlike-{fold}"] = likeness.unlike(real)
    return found


def _labels(dataset: Dataset, store: FeatureStore, fold: int) -> dict[str, np.ndarray]:
    """Return the labels of a fold's training clips of two recipes, and by prompts alone."""
    plus = resolve("lsld-plus", "offline").labels.segments
    lsld = resolve("lsld", "offline").labels.segments
    assert isinstance(plus, Denoising)
    assert isinstance(lsld, Denoising)
    rules = {
        "plus": plus,
        "lsld": lsld,
        "prompts": replace(plus, visual_evidence="language", audio_evidence="language"),
    }
    found = {}
    for name, rule in rules.items():
        labels = build_labels(dataset, store, rule).labels
        for track, array in (("audio", labels.audio), ("visual", labels.visual)):
            if array is not None:
                found[f"labels-{fold}-{name}-{track}"] = array
    return found


if __name__ == "__main__":
    main()

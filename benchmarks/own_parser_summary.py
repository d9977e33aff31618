"""Sum up an ablation of our own parser: figures over all folds, paired with the recipe as it is.

    python benchmarks/own_parser_summary.py UNITS.jsonl... --pack FOLDER --out FILE.json
        [--wild TRUTH.json]

UNITS are what `own_parser_ablation.py` wrote with the pack in FOLDER; --wild is what is seen and
heard in the real clips.  A seed of a variant counts where all of its folds are there.  Per row: the
figures, mean of its seeds; and the difference to `base` with the same selection and decoding on the
seeds that both have, with the interval that holds it in 95 % of resampled clips.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from own_parser_ablation import FOLDS, SEGMENTS, VARIANTS, unpacked, unpacked_probs

from seehear.metrics import FIGURE_KEYS
from seehear.parser.prior import ELSEWHERE, PRIORS, mixed
from seehear.recipes import resolve
from seehear.time import Scores, TimeGrid, decide

# what each variant is, and where its ingredient comes from
_SECOND = "labels of a second round, by two of prompts, contrast with neighbours and parsers"
SAID = {
    "base": ("`lsld-robust` as it is", "ours"),
    "lsld": ("`lsld`, trained as it is", "LSLD, NeurIPS 2023"),
    "balance": ("class balance, W = 0.5", "UWAV, CVPR 2025"),
    "mix": ("segment mix-up, Beta(1.7, 1.7)", "mixup, ICLR 2018; of segments: UWAV, CVPR 2025"),
    "recombined": ("track recombination, no attention to the other track", "MUG, ICCV 2025"),
    "limited": ("0.2 of the attention to the other track", "CMPAE, CVPR 2023"),
    "limited+recombined": ("the same with track recombination", "MUG; CMPAE"),
    "full": ("all of the attention to the other track", "HAN, ECCV 2020"),
    "full+recombined": ("the same with track recombination", "MUG; HAN"),
    "language": ("the zero-shot parser's logits inside the network", "ours"),
    "context": ("contrast looks at the seconds around", "idea: UWAV, CVPR 2025"),
    "balance+mix": ("class balance and mix-up", "UWAV, CVPR 2025"),
    "second": (_SECOND, "ours; idea: UWAV, CVPR 2025"),
    "second+mix": ("second round and mix-up", "ours; UWAV"),
    "second+balance+mix": ("second round, balance and mix-up", "ours; UWAV"),
    "second+mix+language": ("second round, mix-up and language inside", "ours; UWAV"),
    "noise": ("Gaussian noise on the features, half a deviation of each dimension", "ours"),
    "all": (
        "second round, balance, mix-up, recombination, 0.2 attention",
        "ours; UWAV; MUG; CMPAE",
    ),
}
RESAMPLES = 2000
KEPT = ("best/robust", "best/alone")  # of every variant
OF_BASE = (  # the other weights and decodings that the page shows
    *("mean3/robust", "track/robust", "track-mean3/robust"),
    *("best/robust-fitted", "best/robust-fitted-beside", "best/alone-events", "best/alone-fitted"),
)
BASE = "base"

Run = dict[str, np.ndarray]  # by row, (clips, 10)


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("units", nargs="+", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--wild", type=Path)
    args = parser.parse_args()
    lines = [json.loads(text) for path in args.units for text in path.open(encoding="utf-8")]
    whole = _whole([line for line in lines if "figures" in line])
    real = _Real(args.pack, args.wild) if args.wild else None
    rows = []
    for variant in VARIANTS:
        if variant in whole:
            rows += _rows(variant, whole, real)
    summary = {
        "clips": len(next(iter(_runs(whole[BASE]).values()))["best/alone"]),
        "devices": sorted({line["device"] for line in lines}),
        "units": len(lines),
        "failed": sum("error" in line for line in lines),
        "rows": rows,
        "unmeasured": [said for variant, said in SAID.items() if variant not in whole],
    }
    args.out.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


Lines = dict[int, list[dict[str, Any]]]  # by seed, one line a fold


def _whole(lines: list[dict[str, Any]]) -> dict[str, Lines]:
    """Return by variant and seed the lines of all folds, where all are there."""
    found: dict[str, dict[int, dict[int, dict[str, Any]]]] = {}
    for line in lines:
        of_seed = found.setdefault(line["variant"], {}).setdefault(line["seed"], {})
        of_seed[line["fold"]] = line
    whole: dict[str, Lines] = {}
    for variant, seeds in found.items():
        for seed, folds in sorted(seeds.items()):
            if len(folds) == FOLDS:
                in_order = [folds[fold] for fold in range(FOLDS)]
                whole.setdefault(variant, {})[seed] = in_order
    return whole


def _runs(lines: Lines) -> dict[int, Run]:
    """Return by seed what every clip adds to each figure, by row."""
    runs = {}
    for seed, folds in lines.items():
        clips = np.concatenate([unpacked(line) for line in folds], axis=1)
        runs[seed] = dict(zip(folds[0]["rows"], clips, strict=True))
    return runs


def _rows(variant: str, whole: Mapping[str, Lines], real: "_Real | None") -> list[dict[str, Any]]:
    """Return the rows of a variant."""
    runs, base = _runs(whole[variant]), _runs(whole[BASE])
    common = sorted(set(runs) & set(base))
    out = []
    for row in next(iter(runs.values())):
        if row not in KEPT and not (variant == BASE and row in OF_BASE):
            continue
        mean = np.mean([run[row].mean(axis=0) for run in runs.values()], axis=0)
        title, source = SAID[variant]
        entry: dict[str, Any] = {
            "variant": variant,
            "title": title,
            "source": source,
            "row": row,
            "seeds": len(runs),
            "runs": len(runs) * FOLDS,
            "figures": dict(zip(FIGURE_KEYS, (100 * mean).round(2).tolist(), strict=True)),
        }
        if variant == BASE:
            entry["paired"] = _paired(runs, row, runs, "best/robust")
        elif common:
            entry["paired"] = _paired({s: runs[s] for s in common}, row, base, row)
            entry["paired with the recipe"] = _paired(
                {s: runs[s] for s in common}, row, base, "best/robust"
            )
        if real is not None and (measured := real.measure(whole[variant], row)):
            entry["real"] = measured
        out.append(entry)
    return out


def _paired(
    runs: Mapping[int, Run], row: str, base: Mapping[int, Run], other: str
) -> dict[str, list[float]]:
    """Return difference, low and high by figure, over clips resampled whole."""
    each = np.mean([runs[seed][row] - base[seed][other] for seed in runs], axis=0)
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(each), (RESAMPLES, len(each)))
    spread = np.quantile(each[chosen].mean(axis=1), [0.025, 0.975], axis=0)
    table = 100 * np.stack([each.mean(axis=0), *spread])
    return dict(zip(FIGURE_KEYS, table.T.round(2).tolist(), strict=True))


class _Real:
    """Scores what a network says of the real clips, as `lsld-robust` parses them.

    Args:
        pack: folder of the pack.
        truth: what is seen and heard.
    """

    def __init__(self, pack: Path, truth: Path) -> None:
        with np.load(pack / "pack.npz") as arrays:
            self._pack = {
                name: arrays[name]
                for name in arrays.files
                if name.startswith("wild") or name == "classes"
            }
        self._truth = json.loads(truth.read_text(encoding="utf-8"))
        self._classes = tuple(self._pack["classes"].tolist())

    def measure(self, lines: Lines, row: str) -> dict[str, float] | None:
        """Return F of seconds seen and of clips heard, mean of all runs; None: not stored."""
        selection, _, way = row.partition("/")
        if way not in ("alone", "robust") or selection not in ("best", "track-mean3"):
            return None
        found = []
        for folds in lines.values():
            for line in folds:
                if f"{selection}/wild" in line["probs"]:
                    found.append(self._one(line, selection, way))
        if not found:
            return None
        seen, heard = np.mean(found, axis=0)
        return {"seen": round(float(seen), 4), "heard": round(float(heard), 4)}

    def words(self) -> dict[str, float]:
        """Return the same of words alone."""
        from seehear.parser.preset import OFFLINE_DECODING

        counts = np.zeros((2, 3))
        for clip, count in enumerate(self._pack["wild_counts"]):
            on = decide(self._pack["wild_words"][clip][:count], decoding=OFFLINE_DECODING)
            counts += self._counts(clip, on)
        seen, heard = _f(counts)
        return {"seen": round(seen, 4), "heard": round(heard, 4)}

    def _one(self, line: Mapping[str, Any], selection: str, way: str) -> tuple[float, float]:
        segment, track = unpacked_probs(line["probs"][f"{selection}/wild"], len(self._classes))
        name = "lsld-robust" if way == "robust" else "lsld-plus"
        decoding = resolve(name, "offline").decoding
        counts = np.zeros((2, 3))
        for clip, count in enumerate(self._pack["wild_counts"]):
            scores = Scores(
                segment[clip][:count],
                TimeGrid(int(count)),
                self._classes,
                track[clip],
                track[clip].max(axis=0),
            )
            if way == "robust":
                scores = self._guided(scores, clip, line["fold"])
            on = decide(scores.segment_prob, *scores.pooled(), decoding=decoding)
            counts += self._counts(clip, on)
        return _f(counts)

    def _guided(self, scores: Scores, clip: int, fold: int) -> Scores:
        near, far = PRIORS["likeness"], ELSEWHERE["likeness"]
        assert near is not None
        words = self._pack["wild_words"][clip][: scores.grid.count]
        beyond = self._pack[f"wild_unlike-{fold}"][clip]
        both = near.guided(scores, words)
        each = np.full(scores.grid.count, beyond)
        return mixed(both, far.guided(scores, words), each)

    def _counts(self, clip: int, on: np.ndarray) -> np.ndarray:
        """Return hit, false and missed: seconds seen, clips heard, (2, 3)."""
        truth = self._truth[str(self._pack["wild_names"][clip]) + ".mp4"]
        seconds = min(SEGMENTS, round(truth["duration"]))
        counts = np.zeros((2, 3))
        for place, name in enumerate(self._classes):
            true = np.zeros(seconds, bool)
            for start, end in truth["seen"].get(name, []):
                true[int(start) : int(end)] = True
            seen = np.zeros(seconds, bool)
            seen[: len(on)] = on[:seconds, 1, place]
            counts[0] += [(true & seen).sum(), (seen & ~true).sum(), (true & ~seen).sum()]
            there = truth["heard"].get(name)
            heard = bool(on[:, 0, place].any())
            if there is None:
                counts[1, 1] += heard
            elif there.get("confidence") != "unknown":
                counts[1] += [heard, 0, not heard]
        return counts


def _f(counts: np.ndarray) -> tuple[float, float]:
    """Return F of what is seen and of what is heard."""
    hit, false, missed = counts.T
    seen, heard = 2 * hit / np.maximum(1, 2 * hit + false + missed)
    return float(seen), float(heard)


if __name__ == "__main__":
    main()

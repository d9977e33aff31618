"""How well does the store find words that nobody parsed for, beside the nearest sentences?

    python benchmarks/open_words.py --folder SCRATCH --restaged shared/restaged --wild shared/wild

Parses clips with features kept (those that lie in SCRATCH already are taken as they are), then, for
each word that the truth names, ranks every second of a set: by the score of the word on the store,
as `seehear search` has it, and in the plain way, by the cosine between the second's vector in the
space shared with language and the vector of the word (the encoders' own text side, MiniLM).  The
figure is the average precision of the seconds in which the word is true, by sound and by picture;
seconds that score alike stand in an order drawn once.  `chance` is the share of such seconds.

Of the real clips, seconds in which nobody knows whether a word is heard are left out, and their
truth names what is there, not all there is.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from common import print_result
from numpy.typing import NDArray

from seehear import Parser
from seehear.data import open_dataset
from seehear.encoders import load_text
from seehear.encoders.base import unit
from seehear.features.kept import KeptWriter, opened_kept
from seehear.media.files import find_media
from seehear.metrics.ranked import average_precision
from seehear.parser.kept import parse_kept
from seehear.time import TRACKS

LEAST = 3  # seconds in which a word must be true
SPACES = {"audio": "yamnet/space", "visual": "conse/space"}
Spans = Sequence[Sequence[float]]


@dataclass
class Clip:
    """A clip: what is true of it by track and word, and what nobody knows, as spans in seconds."""

    name: str
    true: dict[str, dict[str, Spans]] = field(default_factory=lambda: {t: {} for t in TRACKS})
    unknown: dict[str, dict[str, Spans]] = field(default_factory=lambda: {t: {} for t in TRACKS})


def main() -> None:
    """Keep, rank, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch")
    parser.add_argument("--restaged", type=Path, required=True)
    parser.add_argument("--wild", type=Path, required=True)
    parser.add_argument("--most", type=int, default=100, help="clips of restaged")
    args = parser.parse_args()
    figures = {}
    for name, clips, videos in (
        ("restaged", list(restaged(args.restaged)), args.restaged / "videos"),
        ("wild", list(wild(args.wild)), args.wild / "videos"),
    ):
        files = {file.stem: file for file in find_media([videos])}
        chosen = list(files)[:: max(1, len(files) // args.most)][: args.most]
        kept = kept_rows(args.folder / name, [files[stem] for stem in chosen])
        there = [clip for clip in clips if clip.name in kept]
        figures[name] = {"clips": len(there), "words": by_word(there, kept)}
    print_result(figures)


def restaged(root: Path) -> Iterator[Clip]:
    """Yield the clips of a dataset that have truth."""
    data = open_dataset(root)
    for split in data.splits.values():
        if not split.has_truth:
            continue
        truth = split.truth()
        for row, named in enumerate(split.clips):
            clip = Clip(named.id)
            for track in TRACKS:
                for column, word in enumerate(data.vocabulary.names):
                    seconds = np.flatnonzero(getattr(truth, track)[row, :, column]).tolist()
                    clip.true[track][plain(word)] = [(second, second + 1) for second in seconds]
            yield clip


def wild(root: Path) -> Iterator[Clip]:
    """Yield the real clips."""
    truth = json.loads((root / "truth.json").read_text(encoding="utf-8"))
    for name, said in truth.items():
        clip = Clip(Path(name).stem)
        for word, spans in said.get("seen", {}).items():
            clip.true["visual"][plain(word)] = spans
        for word, about in said.get("heard", {}).items():
            known = clip.unknown if about["confidence"] == "unknown" else clip.true
            known["audio"][plain(word)] = about["spans"] or [(0, said["duration"])]
        yield clip


def plain(word: str) -> str:
    """Return a class as people write it.

    Examples:
        >>> plain("Baby_cry_infant_cry"), plain("Drum(cajon)")
        ('baby cry infant cry', 'drum')
    """
    return re.sub(r"\(.*?\)", "", word).replace("_", " ").split("/")[0].strip().lower()


def kept_rows(folder: Path, files: Sequence[Path]) -> dict[str, Path]:
    """Return the kept rows of clips, by name; those that lie there are as they are."""
    parser = Parser.from_preset("offline")
    found = {}
    for file in files:
        path = folder / f"{file.stem}.features.npz"
        found[file.stem] = path
        if not path.is_file():
            parser.keep = lambda _, path=path: KeptWriter(path)
            parser(file)
    return found


def by_word(clips: Sequence[Clip], kept: Mapping[str, Path]) -> dict[str, dict[str, object]]:
    """Return the average precisions of each word and track."""
    words: dict[str, None] = {}
    for clip in clips:
        for track in TRACKS:
            words.update(dict.fromkeys(word for word, spans in clip.true[track].items() if spans))
    vectors = dict(zip(words, unit(load_text("minilm").encode(list(words))), strict=True))
    spaces = {clip.name: space(kept[clip.name]) for clip in clips}
    result: dict[str, dict[str, object]] = defaultdict(dict)
    for word in words:
        parser = Parser.from_preset("offline", [word])
        lines = {clip.name: parse_kept(parser, kept[clip.name]) for clip in clips}
        for track in TRACKS:
            right, scores, cosines = [], [], []
            for clip in clips:
                line, rows = lines[clip.name], spaces[clip.name][track]
                prob = line.scores(track)
                if prob is None or rows is None:
                    continue
                count = min(len(prob), len(rows))
                use = ~seconds_of(clip.unknown[track].get(word, ()), count)
                right.append(seconds_of(clip.true[track].get(word, ()), count)[use])
                scores.append(prob[:count, 0][use])
                cosines.append((rows[:count] @ vectors[word])[use])
            true = np.concatenate(right)
            if true.sum() >= LEAST:
                result[word][track] = {
                    "seconds": int(true.sum()),
                    "chance": round(float(true.mean()), 3),
                    "search": precision(true, np.concatenate(scores)),
                    "sentences": precision(true, np.concatenate(cosines)),
                }
    return dict(result)


def space(path: Path) -> dict[str, NDArray[np.float32] | None]:
    """Return the unit vectors (T, D) of each track in the space shared with language."""
    found: dict[str, NDArray[np.float32] | None] = {}
    with opened_kept(path) as rows:
        for track, stream in SPACES.items():
            parts = [piece.values[stream] for _, piece in rows.pieces([stream])]
            found[track] = unit(np.concatenate(parts)) if parts else None
    return found


def seconds_of(spans: Spans, count: int) -> NDArray[np.bool_]:
    """Return the seconds that are at least half in some span, (count,)."""
    on = np.zeros(count, bool)
    for start, end in spans:
        middles = np.arange(count) + 0.5
        on |= (middles >= start) & (middles < end)
    return on


def precision(right: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the average precision of a ranking; ties stand in an order drawn once."""
    order = np.random.default_rng(0).permutation(len(scores))
    ranked = order[np.argsort(-scores[order], kind="stable")]
    return round(average_precision(right[ranked], int(right.sum())), 3)


if __name__ == "__main__":
    main()

"""How much quicker than parsing again is asking what was kept, and what does rounding change?

    python benchmarks/kept_features.py --clips shared/restaged/videos [--most 16]

Parses clips once with their features kept, then asks the store for 25 other words, one after the
other and in processor seconds of this process (its own encoders, one thread), beside parsing the
clips again with the same words.  Every timeline from the store must be the one of the media.  What
the words decide is then counted from rounded rows: a decision is whether a class is heard, or seen,
in a second.  At last whole commands, their start included, are run on the library and on some of
the clips.
"""

import argparse
import dataclasses
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from common import print_result
from numpy.typing import NDArray

from seehear import Parser
from seehear.features.kept import KeptWriter, Precision
from seehear.library.written import signed
from seehear.media.files import find_media
from seehear.parser.kept import parse_kept
from seehear.time import TRACKS, Timeline, rasterise

WORDS = (
    "Siren,Rain,Applause,Laughter,Guitar,Piano,Drum,Church bell,Thunder,Train,Airplane,Boat,Horse,"
    "Bird,Crying,Water,Fire,Gunshot,Telephone,Clock,Door,Keyboard,Engine,Crowd,Whistle"
)
PRECISIONS: tuple[Precision, ...] = ("exact", "half")
COMMANDED = 5  # clips that a whole command parses from media


def main() -> None:
    """Keep, ask, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=Path, required=True, help="folder of clips")
    parser.add_argument("--most", type=int, default=16)
    args = parser.parse_args()
    files = find_media([args.clips])
    chosen = files[:: max(1, len(files) // args.most)][: args.most]
    with tempfile.TemporaryDirectory() as scratch:
        print_result(measured(chosen, Path(scratch)))


def measured(files: Sequence[Path], scratch: Path) -> dict[str, object]:
    """Return what was measured."""
    first, other = Parser.from_preset("offline"), Parser.from_preset("offline", WORDS)
    other(files[0])  # reads the weights
    seconds = 0.0
    for precision in PRECISIONS:
        first.keep = Keeping(scratch, precision)
        for file in files:
            line = first(file)
            seconds += line.duration_s / len(PRECISIONS)
            beside = kept(scratch, file, precision).with_name(f"{file.stem}.timeline.json")
            beside.write_text(signed(line).to_json(), encoding="utf-8")
    first.keep = None
    parsing, parsed = timed(lambda: [other(file) for file in files])
    asking, asked = timed(lambda: [parse_kept(other, kept(scratch, f, "exact")) for f in files])
    for one, again in zip(parsed, asked, strict=True):
        assert signed(one).to_json() == signed(without_origin(again)).to_json(), one.source
    figures: dict[str, object] = {
        "clips": len(files),
        "seconds_of_video": round(seconds, 1),
        "parsing_ms_a_clip": round(1000 * parsing / len(files), 2),
        "from_the_store_ms_a_clip": round(1000 * asking / len(files), 2),
        "times_quicker": round(parsing / asking, 1),
    }
    for precision in PRECISIONS:
        size = sum(kept(scratch, file, precision).stat().st_size for file in files)
        figures[f"{precision}_mb_an_hour"] = round(size / seconds * 3600 / 1e6, 1)
    return figures | changes([first, other], files, scratch) | commands(files, scratch)


def commands(files: Sequence[Path], scratch: Path) -> dict[str, object]:
    """Return processor seconds of whole commands: all clips from the store, some from media."""
    some = files[:COMMANDED]
    asked = [str(scratch / "exact"), "--from", "library"]
    store = command([*asked, "--out", str(scratch / "asked")])
    media = command([*map(str, some), "--jobs", "1", "--out", str(scratch / "parsed")])
    return {
        "command_from_the_store_s": round(store, 2),
        "command_from_the_store_ms_a_clip": round(1000 * store / len(files), 2),
        f"command_from_media_s_for_{len(some)}": round(media, 2),
        "command_from_media_ms_a_clip": round(1000 * media / len(some), 2),
    }


def command(arguments: Sequence[str]) -> float:
    """Run `seehear parse`; return the processor seconds of it and its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = [sys.executable, "-m", "seehear.cli.main", "parse", *arguments, "--events", WORDS]
    subprocess.run(whole, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def changes(parsers: Sequence[Parser], files: Sequence[Path], scratch: Path) -> dict[str, object]:
    """Return how many decisions rounding changes."""
    all_, changed, positive = 0, 0, 0
    for parser in parsers:
        for file in files:
            exact = decisions(parse_kept(parser, kept(scratch, file, "exact")))
            half = decisions(parse_kept(parser, kept(scratch, file, "half")))
            all_, changed = all_ + exact.size, changed + int((exact != half).sum())
            positive += int(exact.sum())
    return {
        "decisions": all_,
        "decisions_for_a_class": positive,
        "decisions_changed_by_half": changed,
    }


def decisions(line: Timeline) -> NDArray[np.bool_]:
    """Return what is heard and seen in each second, (2, C, T)."""
    rows = []
    for track in TRACKS:
        for label in line.vocabulary:
            spans = [(event.start_s, event.end_s) for event in line.on(track, label)]
            rows.append(rasterise(spans, line.grid))
    return np.stack(rows)


class Keeping:
    """Gives what keeps the rows of a clip."""

    def __init__(self, folder: Path, precision: Precision) -> None:
        self.folder, self.precision = folder, precision

    def __call__(self, path: Path) -> KeptWriter:
        """Return it."""
        return KeptWriter(kept(self.folder, path, self.precision), self.precision)


def kept(folder: Path, file: Path, precision: Precision) -> Path:
    """Return where the rows of a clip are kept."""
    return folder / precision / f"{file.stem}.features.npz"


def without_origin(line: Timeline) -> Timeline:
    """Return a timeline without the line that says where it came from."""
    made = {key: value for key, value in line.parser.items() if key != "kept"}
    return dataclasses.replace(line, parser=made)


def timed(work: Callable[[], list[Timeline]]) -> tuple[float, list[Timeline]]:
    """Return the processor seconds of some work, and what it gives."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


if __name__ == "__main__":
    main()

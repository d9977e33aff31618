"""The rooms that a reader passes through on the two journeys: `python tests/house/journeys.py`.

A journey is run on a tiny world, and each function of the package is noted when it is first called,
in order.  A stay is a stretch of functions in one room (a folder, or a file beside the folders); a
return is a stay in a room that was left before.  A doorway is a pair of rooms with a call from one
into the other; a crossing is a pair of functions that makes such a call.  Going in and out again
costs a reader most, so fewer are better.  Needs PyAV and torch; takes some seconds.

    python tests/house/journeys.py [training | parsing] [--functions] [--crossings]
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import FrameType

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS), str(TESTS / "parser"), str(TESTS / "reproduce")]


@dataclass
class Walk:
    """What a journey called.

    Attributes:
        functions: `room/module:function`, in the order of their first call.
        calls: (caller, called), in the order of their first call.
    """

    functions: dict[str, None] = field(default_factory=dict)
    calls: dict[tuple[str, str], None] = field(default_factory=dict)

    @property
    def stays(self) -> list[str]:
        """The rooms in the order in which they are entered."""
        return [room for room, _ in groupby(map(room_of, self.functions))]

    @property
    def crossings(self) -> list[tuple[str, str]]:
        """The calls that lead from one room into another."""
        return [(a, b) for a, b in self.calls if room_of(a) != room_of(b)]


def room_of(function: str) -> str:
    """Return the folder of a function, or its file where that stands beside the folders."""
    return function.partition(":")[0].partition("/")[0].removesuffix(".py")


@contextmanager
def noted() -> Iterator[Walk]:
    """Yield what is called inside, as it is called."""
    import seehear

    package = Path(seehear.__file__).parent
    walk = Walk()

    def name(frame: FrameType | None) -> str | None:
        if frame is None or frame.f_code.co_name.startswith("<"):
            return None
        path = Path(frame.f_code.co_filename)
        if not path.is_relative_to(package):
            return None
        return f"{path.relative_to(package).as_posix()}:{frame.f_code.co_qualname}"

    def note(frame: FrameType, event: str, _: object) -> None:
        called = name(frame)
        if event != "call" or called is None:
            return
        walk.functions.setdefault(called)
        before = frame.f_back
        while before is not None and name(before) is None:
            before = before.f_back
        caller = name(before)
        if caller is not None:
            walk.calls.setdefault((caller, called))

    sys.setprofile(note)
    try:
        yield walk
    finally:
        sys.setprofile(None)


def training(folder: Path) -> Callable[[], object]:
    """Features -> labels -> batch -> loss: LSLD, one epoch, with a fake text tower."""
    import pytest

    import fake_words
    from seehear.train import prepare, run
    from small_world import TINY, write_world

    dataset, store = write_world(folder)
    settings = {**TINY, "training.epochs": 1}

    def journey() -> None:
        with pytest.MonkeyPatch.context() as patch:
            fake_words.install(patch)
            run(prepare(dataset, store, "lsld", settings=settings), folder / "run")

    return journey


def parsing(folder: Path) -> Callable[[], object]:
    """File -> timeline: a clip of three seconds, with fake encoders."""
    import fake_scorer

    path = fake_scorer.fake.make_clip(folder / "clip.mp4", 3)
    parser = fake_scorer.parser()
    return lambda: parser(path)


JOURNEYS = {"training": training, "parsing": parsing}


def walk(name: str) -> Walk:
    """Return what a journey calls."""
    with tempfile.TemporaryDirectory() as folder:
        journey = JOURNEYS[name](Path(folder))
        with noted() as found:
            journey()
    return found


def main() -> None:
    asked = [name for name in sys.argv[1:] if name in JOURNEYS] or list(JOURNEYS)
    for name in asked:
        found = walk(name)
        rooms, crossings = found.stays, found.crossings
        back = len(rooms) - len(set(rooms))
        doors = {(room_of(a), room_of(b)) for a, b in crossings}
        print(f"{name}: {len(rooms)} stays in {len(set(rooms))} rooms, {back} returns;")
        print(f"  {len(crossings)} crossings by {len(doors)} doorways")
        print("  " + " > ".join(rooms))
        if "--functions" in sys.argv:
            print(*(f"    {function}" for function in found.functions), sep="\n")
        if "--crossings" in sys.argv:
            print(*(f"    {caller} -> {called}" for caller, called in crossings), sep="\n")


if __name__ == "__main__":
    main()

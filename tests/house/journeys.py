"""The rooms that a reader passes through on the two journeys: `python tests/house/journeys.py`.

A journey is run on a tiny world, and each function of the package is noted when it is first called,
in order.  A stay is a stretch of functions in one room (a folder, or a file beside the folders); a
return is a stay in a room that was left before.  Going in and out again of one room costs a reader
most, so fewer returns are better.  Needs PyAV and torch; takes some seconds.

    python tests/house/journeys.py [training | parsing] [--functions]
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS), str(TESTS / "parser"), str(TESTS / "reproduce")]


@contextmanager
def noted() -> Iterator[list[str]]:
    """Yield a list that fills with `room/module:function` in the order of first calls."""
    import seehear

    package = Path(seehear.__file__).parent
    seen: dict[str, None] = {}
    order: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(package) and not frame.f_code.co_name.startswith("<"):
            name = f"{path.relative_to(package).as_posix()}:{frame.f_code.co_qualname}"
            if name not in seen:
                seen[name] = None
                order.append(name)

    sys.setprofile(note)
    try:
        yield order
    finally:
        sys.setprofile(None)


def stays(functions: list[str]) -> list[str]:
    """Return the rooms in the order in which they are entered."""
    rooms = [name.partition(":")[0].partition("/")[0].removesuffix(".py") for name in functions]
    return [room for room, _ in groupby(rooms)]


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


def walk(name: str) -> list[str]:
    """Return the functions of a journey in the order of their first call."""
    with tempfile.TemporaryDirectory() as folder:
        journey = JOURNEYS[name](Path(folder))
        with noted() as functions:
            journey()
    return functions


def main() -> None:
    asked = [name for name in sys.argv[1:] if name in JOURNEYS] or list(JOURNEYS)
    for name in asked:
        functions = walk(name)
        rooms = stays(functions)
        back = len(rooms) - len(set(rooms))
        print(f"{name}: {len(rooms)} stays in {len(set(rooms))} rooms, {back} returns")
        print("  " + " > ".join(rooms))
        if "--functions" in sys.argv:
            print(*(f"    {function}" for function in functions), sep="\n")


if __name__ == "__main__":
    main()

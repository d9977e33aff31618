"""A worker of the server that parses without weights.

A file of its own: every upload of a test starts it anew, and what a server imports takes a second.
"""

import os
from pathlib import Path

from seehear.media import probe
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.web import worker


def fake_parser(options: dict) -> worker.Parsing:
    """Return a parser: every class is seen in one second, the first is heard throughout."""
    names = tuple((options.get("events") or "Dog,Speech").split(","))

    def parse(path: Path, *, progress: worker.Progress) -> Timeline:
        if options.get("preset") == "endless":
            os.read(os.pipe()[0], 1)
        if options.get("preset") == "crash":
            os._exit(3)
        if options.get("preset") == "gate":  # goes on when the test writes a byte
            with Path(options["model"] + ".log").open("a") as log:
                print("start", file=log, flush=True)
                os.read(os.open(options["model"], os.O_RDONLY), 1)
                print("end", file=log)
        count = round(probe(path).duration_s)
        events: list[Event] = []
        steps = os.open(options["model"], os.O_RDONLY) if options.get("preset") == "steps" else None
        for second in range(count):
            if steps is not None:  # each second is parsed when the test writes a byte
                os.read(steps, 1)
            events.append(Event(second, second + 1, Track.VISUAL, names[second % len(names)], 0.5))
            whole = (*events, Event(0, second + 1, Track.AUDIO, names[0], 0.75))
            about = ("Rain: taken for the sound class Water",) if "Rain" in names else ()
            timeline = Timeline(
                str(path),
                float(count),
                TimeGrid(count),
                names,
                whole,
                warnings=about,
                parser=options,
            )
            progress((second + 1) / count, timeline)
        return timeline

    return parse


if __name__ == "__main__":
    worker.main(fake_parser)

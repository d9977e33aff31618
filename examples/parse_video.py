"""Parse a video for classes of your own, without training, and write subtitles.

Needs: seehear[offline], and its weights.

    seehear models fetch --preset offline
    python examples/parse_video.py clip.mp4 "Dog,Speech,Car engine"
"""

import sys
from pathlib import Path

from seehear import Parser, export

path, classes = Path(sys.argv[1]), sys.argv[2]
timeline = Parser.from_preset("offline", vocabulary=classes)(path)

for event in timeline:
    print(
        f"{event.start_s:6.1f} to {event.end_s:6.1f} s  {event.track:12}  {event.label} "
        f" ({event.score:.2f})"
    )
for warning in timeline.warnings:
    print("note:", warning)
heard_only = {event.label for event in timeline.on("audio")} - {
    event.label for event in timeline.on("visual")
}
print("heard but never seen:", ", ".join(sorted(heard_only)) or "nothing")
print(export.write(timeline, "vtt", path.with_suffix(".vtt")))

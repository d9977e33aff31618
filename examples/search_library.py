"""Find moments over many parsed videos: what is heard but not seen.  Needs: seehear[library].

    python examples/search_library.py FOLDER "audio:Dog -visual:Dog"

FOLDER holds timelines (seehear parse videos/ --out FOLDER); without one, two are made up here.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from seehear import Timeline
from seehear.library import search, update
from seehear.time import TimeGrid

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
query = sys.argv[2] if len(sys.argv) > 2 else "audio:Dog -visual:Dog"
if len(sys.argv) == 1:
    for name, heard, seen in (
        ("garden", "..####..", "....####"),
        ("street", "########", "########"),
    ):
        audio, visual = (np.array([[c == "#"] for c in row]) for row in (heard, seen))
        timeline = Timeline.from_arrays(
            audio, visual, grid=TimeGrid(8), vocabulary=["Dog"], source=f"{name}.mp4"
        )
        (folder / f"{name}.timeline.json").write_text(timeline.to_json())

update(folder)  # the index: made once, then only what changed
found = search(folder, query)
print(f"{len(found)} moments in {found.clips} clips, {found.total_s:g} s in all, for {query}")
for hit in found.hits(20):
    print(f"{hit.source}: {hit.start_s:g} to {hit.end_s:g} s")

"""Take the pictures of the product that README and site show: from clips of the demo, in a browser.

    python tools/screenshots.py [--keep FOLDER]

Draws a handful of clips, parses them with the offline preset, serves them, and photographs the
pages into docs/pictures.  A list of what they were made from (`made-from.json`) lies beside them;
a test compares it with the page of today, so old pictures are noticed and not shown for long.
Needs the extras offline, web and test, the offline models and Chromium.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SEEHEAR = [sys.executable, "-m", "seehear.cli.main"]
PICTURES = ROOT / "docs" / "pictures"
MADE_FROM = PICTURES / "made-from.json"
SOURCES = (  # what changes how the pages look
    "src/seehear/web/static/*",
    "src/seehear/export/static/*",
    "src/seehear/demo/pictures.py",
    "tools/screenshots.py",
)
# (start, end, class) of what is heard and what is seen in each clip, by the words it is asked for
CLIPS = {
    "Guitar,Telephone,Traffic light,Rain,Clock": {
        "crossing": ([(0, 10, "Rain")], [(0, 10, "Traffic_light")]),
        "kitchen": ([(0, 4, "Rain"), (4, 10, "Clock")], [(0, 10, "Clock")]),
        "rehearsal": ([(0, 7, "Guitar")], [(0, 10, "Guitar")]),
        "first": None,  # the clip of the README
    },
    "Guitar,Telephone,Candle,Balloon,Rain": {
        "birthday": ([(2, 8, "Guitar")], [(0, 4, "Balloon"), (4, 10, "Candle")]),
        "evening": (
            [(0, 6, "Rain"), (6, 10, "Telephone")],
            [(0, 6, "Candle"), (6, 10, "Telephone")],
        ),
    },
}
DESK, PHONE = {"width": 1160, "height": 640}, {"width": 390, "height": 640}
COLOURS = 256  # of each picture: a page has few, and a repository keeps every version


def digests() -> dict[str, str]:
    """Return the sha256 of each file that the pictures depend on, by its path."""
    paths = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file())
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def outdated() -> list[str]:
    """Return the files that have changed, come or gone since the pictures were taken."""
    then, now = json.loads(MADE_FROM.read_text(encoding="utf-8")), digests()
    return sorted(path for path in then.keys() | now.keys() if then.get(path) != now.get(path))


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, help="make clips and timelines here, and leave them")
    args = parser.parse_args()
    chromium()  # asked for now, not after the clips are made
    with tempfile.TemporaryDirectory(prefix="seehear-pictures-") as scratch:
        library = make_library(args.keep or Path(scratch))
        before = digests()
        with served(library) as address:
            photograph(address)
    MADE_FROM.write_text(json.dumps(before, indent=1) + "\n", encoding="utf-8")
    names = ", ".join(path.name for path in sorted(PICTURES.glob("*.png")))
    print(f"{PICTURES.relative_to(ROOT)}: {names}")
    return 0


def make_library(folder: Path) -> Path:
    """Return a folder of clips with their timelines."""
    import numpy as np

    from seehear.demo.world import Script, make_clip, render

    for words, clips in CLIPS.items():
        for name, script in clips.items():
            path = folder / f"{name}.mp4"
            if path.exists():
                continue
            if script is None:
                make_clip(path)
            else:
                render(Script(name, *script), path, np.random.default_rng(0))
        files = [str(folder / f"{name}.mp4") for name in clips]
        command = [*SEEHEAR, "parse", *files, "--events", words, "--out", str(folder)]
        subprocess.run(command, check=True)
    return folder


@contextlib.contextmanager
def served(library: Path) -> Iterator[str]:
    """Serve a library as the command does; give the address."""
    command = [*SEEHEAR, "serve", str(library), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def chromium() -> str:
    """Return the path of the browser; the program ends where there is none."""
    names = (os.environ.get("SEEHEAR_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in filter(None, names):
        if found := shutil.which(name):
            return found
    sys.exit(
        "Chromium not found (Debian: apt-get install chromium; elsewhere set SEEHEAR_CHROMIUM)"
    )


def photograph(address: str) -> None:
    """Take every picture of the page at an address."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=DESK)
        page.goto(address)
        page.wait_for_selector(".clip")
        shoot(page, "library", of=".clip >> nth=0")
        page.click("text=first.mp4")
        page.wait_for_selector(".lane-event")
        page.wait_for_selector(".lanes-loud")
        page.request.get(page.url.split("#")[0] + strip_of(page))  # it is kept from then on
        page.evaluate("document.getElementById('player').currentTime = 4.2")
        shoot(page, "clip", of=".lane >> nth=-1")
        page.click("text=✎ Correct")
        page.locator(".lane-event").first.click()
        page.mouse.move(5, 5)
        page.evaluate("document.getElementById('lanes').scrollIntoView()")
        shoot(page, "correct")
        page.close()
        dark = browser.new_page(viewport=PHONE, color_scheme="dark")
        dark.goto(address)
        dark.wait_for_selector(".clip")
        dark.fill("#query", "telephone heard but not seen")
        dark.press("#query", "Enter")
        dark.wait_for_selector(".chip.time")
        shoot(dark, "search", of=".clip >> nth=-1")
        browser.close()


def strip_of(page: Any) -> str:
    """Return where the small pictures of the clip that is shown come from."""
    return f"api/clips/{page.url.rpartition('#/clip/')[2].partition('?')[0]}/strip"


def shoot(page: Any, name: str, of: str | None = None) -> None:
    """Write what a page shows, with few colours, so that the file stays small.

    Args:
        page: of the browser.
        name: of the picture.
        of: the last thing in it; what lies below is left out.
    """
    from io import BytesIO

    from PIL import Image

    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # pictures fade in, the player shows the frame it was sent to
    PICTURES.mkdir(parents=True, exist_ok=True)
    image = Image.open(BytesIO(page.screenshot(full_page=of is not None))).convert("RGB")
    if of is not None:
        box = page.locator(of).bounding_box()
        bottom = min(image.height, round(box["y"] + box["height"]) + 8)
        image = image.crop((0, 0, image.width, bottom))
    # without the rounds of k-means a dot of orange on a page of blue and grey comes out brown
    few = image.quantize(COLOURS, kmeans=3)
    few.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())

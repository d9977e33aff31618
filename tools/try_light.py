"""Does the light installation do its work, without PyTorch?

    python tools/try_light.py RUN FOLDER [CLIP]

Parses a clip (without CLIP, one that it makes) with words and with RUN, a parser that was trained
elsewhere; searches, exports, decides again, and serves: the page parses an upload with RUN.  Run it
with the interpreter of an environment that has the extras offline, library and web, and no PyTorch;
the weights of the preset `offline` must be in the cache.  Ends with an error at the first thing
that does not work.
"""

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from seehear.cli.main import main

NOT_HERE = ("torch", "torchvision", "transformers", "jaxtyping", "onnx", "nvidia", "triton")
WORDS = "Guitar,Telephone,Traffic light"
_WAIT_S = 120


def command(*words: object) -> str:
    """Run a command of seehear, which must end well, and return what it printed."""
    line = [str(word) for word in words]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(line)
    if code:
        raise SystemExit(f"seehear {' '.join(line)}: ended with {code}")
    print("ok     seehear", *line, flush=True)
    return printed.getvalue()


@contextlib.contextmanager
def served(library: Path, run: Path) -> Iterator[str]:
    """Serve a library, and give the address."""
    line = ["serve", str(library), "--model", str(run), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "seehear.cli.main", *line], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def answer(address: str, sent: bytes | None = None) -> bytes:
    """Return what the server answers."""
    asked = urllib.request.Request(address, sent, {"x-seehear": "1"})
    with urllib.request.urlopen(asked, timeout=_WAIT_S) as response:
        return bytes(response.read())


def upload(address: str, clip: Path) -> str:
    """Let the page parse a clip, and return in what state that ended."""
    state = json.loads(answer(f"{address}api/uploads?name={clip.name}", clip.read_bytes()))
    begun = time.monotonic()
    while state["state"] not in ("done", "failed") and time.monotonic() - begun < _WAIT_S:
        time.sleep(0.1)
        state = json.loads(answer(f"{address}api/uploads/{state['id']}"))
    return str(state["state"])


def use(run: Path, folder: Path, clip: Path) -> None:
    """Do everything once."""
    library, other = folder / "library", folder / "trained"
    if not clip.exists():
        command("demo", "--clip", clip)
    command("parse", clip, "--events", "Guitar,Telephone", "--threshold", "0.05", "--out", library)
    command("decode", library, "--threshold", "0")
    found = json.loads(command("search", library, "audio:Guitar", "--json"))
    assert found["hits"], found
    command("export", library, "--to", "csv", "--out", folder / "table.csv")
    assert "Guitar" in (folder / "table.csv").read_text(encoding="utf-8")
    command("parse", clip, "--model", run, "--out", other)
    told = json.loads((other / f"{clip.stem}.timeline.json").read_text(encoding="utf-8"))
    assert told["parser"]["weights"], told["parser"]
    with served(library, run) as address:
        assert b"<html" in answer(address)
        state = upload(address, clip)
        assert state == "done", state
    print("ok     seehear serve, and an upload to it", flush=True)


def lacking() -> None:
    """Fail where something is here that should not be."""
    here = [name for name in NOT_HERE if importlib.util.find_spec(name) is not None]
    loaded = sorted(set(NOT_HERE) & sys.modules.keys())
    if here or loaded:
        raise SystemExit(f"expected an environment without {', '.join(here or loaded)}")


if __name__ == "__main__":
    lacking()
    run, folder, *clips = map(Path, sys.argv[1:])
    use(run, folder, *clips or [folder / "first.mp4"])
    lacking()

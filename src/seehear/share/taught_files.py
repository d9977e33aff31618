"""What is shared of a taught parser: its folder, but for what parsing does not need.

    taught.json, README.md, linear.npz     what was learnt, and its card
    network/...                            the network that stands beside the parser
    base/run/...                           the parser that was corrected, a run or a taught one

A preset that was corrected is named, not held: whoever loads it has it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seehear.errors import WeightsError
from seehear.foreign.forms import anything as any_value
from seehear.foreign.forms import record, table, text
from seehear.foreign.texts import read_json

TAUGHT, CARD, LINEAR = "taught.json", "README.md", "linear.npz"
NETWORK, BASE = "network", "base"
_RUN = ("best.safetensors", "model.onnx", "run.json")
_DEEPEST = 20
# below a taught parser: its network, or the parser it was taught from, which may be taught itself
BELOW = re.compile(
    r"(?:base/run/)*(?:taught\.json|linear\.npz|base/run\.safetensors"
    r"|(?:network/|base/run/)(?:best\.safetensors|model\.onnx|run\.json|README\.md))"
)
_FORM = record({"schema": text, "base": table(any_value), "card": table(any_value)})


def is_shared_taught(folder: Path) -> bool:
    """Return whether a folder holds a taught parser."""
    return (folder / TAUGHT).is_file()


def taught_files(folder: Path, *, licence: str = "") -> dict[str, bytes | Path]:
    """Return the files of a taught parser by name; its card gets the front matter that hubs read.

    Args:
        folder: of it.
        licence: of the parser, an SPDX name, for the card; empty: none is stated.

    Raises:
        WeightsError: it is damaged.
    """
    files: dict[str, bytes | Path] = dict(_files(folder, "", 0))
    files[CARD] = _card(folder, licence).encode()
    return files


def _files(folder: Path, below: str, deep: int) -> Iterator[tuple[str, Path]]:
    about = _about(folder)
    yield below + TAUGHT, folder / TAUGHT
    if (folder / LINEAR).is_file():
        yield below + LINEAR, folder / LINEAR
    if (folder / NETWORK).is_dir():
        yield from _run(folder / NETWORK, f"{below}{NETWORK}/")
    name = about["base"].get("model")
    if name is None:
        return
    inner = folder / BASE / str(name)
    if inner.is_file():
        yield f"{below}{BASE}/{name}", inner
    elif is_shared_taught(inner) and deep < _DEEPEST:
        yield from _files(inner, f"{below}{BASE}/{name}/", deep + 1)
    else:
        yield from _run(inner, f"{below}{BASE}/{name}/")


def _run(folder: Path, below: str) -> Iterator[tuple[str, Path]]:
    if not (folder / _RUN[0]).is_file():
        raise WeightsError(f"expected {_RUN[0]}", where=folder, hint="teach it again")
    for name in _RUN:
        if (folder / name).is_file():
            yield below + name, folder / name


def _about(folder: Path) -> dict[str, Any]:
    return read_json(folder / TAUGHT, _FORM, kind=WeightsError, hint="teach it again")


def _card(folder: Path, licence: str) -> str:
    """Return the card: how many seconds of which classes were reviewed, and what it brought."""
    try:
        told = (folder / CARD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise WeightsError("its card cannot be read", where=folder / CARD) from None
    front = [
        "---",
        "library_name: seehear",
        "pipeline_tag: video-classification",
        "tags: [audio-visual, video-parsing, corrected]",
    ]
    if licence:
        front.append(f"license: {licence.lower()}")
    end = "" if licence else "\nNo licence was stated by whoever shared it.\n"
    return "\n".join([*front, "---", "", told]) + end

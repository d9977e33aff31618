"""`--out` that cannot be: one line, exit code 2, nothing made, whatever the command."""

from pathlib import Path

import pytest

from own_dataset import write
from seehear.cli.main import main
from seehear.time import TimeGrid, Timeline
from small_features import make_store

PLACES = {
    "a name too long": lambda root: root / ("n" * 300),
    "below a name too long": lambda root: root / ("n" * 300) / "out",
    "below a file": lambda root: root / "file" / "out",
    "a loop of links": lambda root: root / "loop" / "out",
    "a zero byte": lambda root: root / "a\0b",
    "no folder of the system": lambda root: Path("/proc/nowhere/out"),
}
COMMANDS = {
    "extract": "extract {data} --visual conse --audio yamnet --out {out}",
    "extract --import": "extract --import {feats} --out {out}",
    "extract --export-npy": "extract --out {feats} --export-npy {out}",
    "denoise": "denoise {data} --features {feats} --out {out}",
    "train": "train {data} --features {feats} --recipe han --out {out}",
    "reproduce": "reproduce table1 {data} --features {feats} --jobs 0 --out {out}",
    "convert": "convert han {root}/none.pt --out {out}.safetensors",
    "evaluate": "evaluate {data} --predictions {root}/p.tsv --per-clip {out}",
    "export": "export {timeline} --to csv --out {out}",
    "report clip": "report clip {timeline} --out {out}",
    "report curves": "report curves {root} --out {out}",
    "demo": "demo --out {out}",
    "fetch": "fetch llp --only tables --out {out}",
    "parse": "parse {root}/clip.mp4 --out {out}",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("world")
    (root / "data").mkdir()
    (root / "file").write_text("here")
    (root / "loop").symlink_to(root / "loop")
    (root / "clip.mp4").write_bytes(b"not a video")
    make_store(root / "feats", [4, 4])
    timeline = root / "a.timeline.json"
    timeline.write_text(Timeline("a.mp4", 2.0, TimeGrid(2), ("Dog",)).to_json())
    write(root / "data")
    return {"root": root, "data": root / "data", "feats": root / "feats", "timeline": timeline}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_place_that_takes_no_files_is_one_line(world, command, capsys) -> None:
    before = sorted(world["root"].rglob("*"))
    for kind, place in PLACES.items():
        out = place(world["root"])
        words = COMMANDS[command].split()
        assert main([word.format(out=out, **world) for word in words]) == 2, kind
        told = capsys.readouterr().err.splitlines()
        assert told[-1].startswith("seehear: "), kind
        assert len(told[-1]) < 700, kind
    assert sorted(world["root"].rglob("*")) == before

"""Does what we ship install and run outside the checkout?

    python tools/check_wheel.py [--extras media,library] [--keep FOLDER]
    python tools/check_wheel.py --light [--keep FOLDER]

Builds sdist and, from it, the wheel; looks into both; installs the wheel alone into a new
environment and runs the commands and Python that the base install promises, far away from the
checkout; asks there for everything that needs an extra, which must answer with one line that names
it.  With --extras, each is installed in an environment of its own and must do its work.  With
--light, nothing but the light installation is checked: what the extras offline, library and web
bring together, how large that is, and that it does everything in `tools/try_light.py` without
PyTorch, with a parser that this interpreter trains.  Packages come from the user's package index,
pinned by constraints.txt.  Ends with 1 if anything failed, having said what.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIGHT = "offline,library,web"
MOST_MB = 500  # of the light installation on disk, weights apart
HEAVY = ("torch", "nvidia", "cuda", "triton", "pyarrow")  # begin the names of what it may not bring

WANTED = (
    "seehear/py.typed",
    "seehear/export/timeline.schema.json",
    "seehear/encoders/data/imagenet_classes.txt",
    "seehear/parser/zero_shot/data/audioset_tree.txt",
    "seehear/web/static/index.html",
    "/licenses/LICENSE",
    "/licenses/NOTICE",
    "/licenses/LICENSES/CC-BY-SA-4.0.txt",
    "/licenses/LICENSES/WordNet-3.0.txt",
    "/entry_points.txt",
)
WANTED_SOURCE = (
    "/pyproject.toml",
    "/constraints.txt",
    "/Makefile",
    "/tests/conftest.py",
    "/CHANGELOG.md",
    "/CITATION.cff",
    "/LICENSES/WordNet-3.0.txt",
    "/tools/check_wheel.py",
)

ABOUT = ("METADATA", "RECORD", "WHEEL", "entry_points.txt")
NOT_IN_SOURCE = (".ci/", ".git-blame-ignore-revs", ".github/")  # for those who have the history

METRICS = """
import numpy as np
from seehear.metrics import evaluate
from seehear.data import LLP_VOCABULARY
from seehear import Timeline
one = np.ones((2, 10, 3))
assert evaluate(one, one, one, one).figures()["segment/type"] == 1.0
assert len(LLP_VOCABULARY) == 25
import importlib.resources as r
assert r.files("seehear").joinpath("py.typed").is_file()
import sys
assert not {"torch", "av"} & sys.modules.keys()
"""

DATASET = {
    "dataset.toml": (
        'media = "."\n[grid]\ncount = 2\n[vocabulary]\nDog = "Dog"\n'
        '[splits.train]\nclips = "t.csv"\n'
        '[splits.test]\nclips = "t.csv"\naudio = "a.csv"\nvisual = "v.csv"\n'
    ),
    "t.csv": "filename\tevent_labels\nclip\tDog\n",
    "a.csv": "filename\tonset\toffset\tevent_labels\nclip\t0\t1\tDog\n",
    "v.csv": "filename\tonset\toffset\tevent_labels\n",
    "p.tsv": "filename\ttrack\tonset\toffset\tevent_label\nclip\taudio\t0\t1\tDog\n",
    "clip.timeline.json": (
        '{"schema": "seehear.timeline/1", "source": "clip.mp4", "duration_s": 2.0,'
        '"vocabulary": ["Dog"], "grid": {"start_s": 0.0, "step_s": 1.0, "count": 2},'
        '"tracks": {"audio": "parsed", "visual": "parsed"}, "parser": {}, "warnings": [],'
        '"events": [{"track": "audio", "label": "Dog", "start_s": 0.0, "end_s": 1.0}]}'
    ),
    "clip.mp4": "not a video",
}
WORKS = [  # with nothing but the base install
    "--help",
    "--version",
    "doctor",
    "doctor . --no-media --json",
    "evaluate . --predictions p.tsv --json",
    "models ls",
    "export clip.timeline.json --to html",
    "train --help",
    "parse --help",
    "recipes --help",
]
LACKS = {  # command -> the extra its answer must name
    "parse clip.mp4 --events Dog": "offline",
    "demo --out d": "offline,train,library",
    "extract . --visual conse --audio yamnet --out f": "media",
    "doctor .": "media",
    "recipes ls": "train",
    "search . audio:Dog": "library",
    "serve .": "web",
    "share clip.mp4 --to file:///tmp/x": "share",
    "evaluate . --model m --features f": "train",
    "train . --features f --recipe han --out r": "train",
    "convert han x.pt --out x.safetensors": "train",
}
USES = {  # extra -> Python that does its work
    "media": "from seehear.media import probe\nimport av, PIL",
    "library": (
        "from pathlib import Path\nfrom seehear.library import search, update\nupdate(Path('.'))\n"
        "assert len(search(Path('.'), 'audio:Dog')) == 1"
    ),
    "share": "from seehear.share import push, pull\nimport fsspec, huggingface_hub, safetensors",
    "plot": "import matplotlib",
    "train": (
        "from seehear.nn import build\n"
        "build('han', audio_dim=4, visual_dim=4, motion_dim=None, classes=2, width=8, hidden=8)"
    ),
    "web": "from seehear.web import app",
    "offline": (
        "from seehear.encoders import load_encoder\nload_encoder('conse'), load_encoder('yamnet')\n"
        "import onnxruntime, tokenizers"
    ),
    "clip": (
        "from seehear.encoders import load_encoder\nload_encoder('clip-vit-b16')\n"
        "import transformers, torch"
    ),
    "vision": (
        "from seehear.encoders import load_encoder\nload_encoder('resnet152')\nimport torchvision"
    ),
    "ray": "import seehear.extraction.ray, seehear.parser.cluster\nimport ray.data",
    "s3": "import s3fs",
    "tensorboard": "import tensorboard",
    "hdf5": "import h5py",
    "lance": "import lance",
    "nearest": "import faiss",
}


class Check:
    """Runs things and remembers what went wrong."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def that(self, right: bool, what: str, detail: str = "") -> None:
        """Note and print one finding."""
        more = "" if right else f"\n       {detail.strip()[-600:]}"
        print(f"{'ok    ' if right else 'FAILED'} {what}{more}", flush=True)
        if not right:
            self.failed.append(what)


def main() -> int:
    """Build, look, install, run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--extras", default="", help="install these too, each in its own environment (commas)"
    )
    parser.add_argument(
        "--light", action="store_true", help="check the light installation, and nothing else"
    )
    parser.add_argument("--keep", type=Path, help="build and install here, and leave it")
    args = parser.parse_args()
    check = Check()
    with tempfile.TemporaryDirectory(prefix="seehear-wheel-") as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        wheel = build(folder / "dist", check)
        if wheel is not None and args.light:
            light(wheel, folder, check)
        elif wheel is not None:
            base(wheel, folder, check)
            for extra in filter(None, args.extras.split(",")):
                with_extra(wheel, extra, folder, check)
    print(f"{len(check.failed)} failed" if check.failed else "all well")
    return 1 if check.failed else 0


def build(folder: Path, check: Check) -> Path | None:
    """Build both and look into them; return the wheel."""
    both = built(folder, check)
    if both is None:
        return None
    look(*both, check)
    return both[0]


def built(folder: Path, check: Check) -> tuple[Path, Path] | None:
    """Build wheel and sdist."""
    done = run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    )
    check.that(done.returncode == 0, "sdist and wheel are built", done.stderr + done.stdout)
    if done.returncode:
        return None
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def look(wheel: Path, source: Path, check: Check) -> None:
    """Check that both hold what they must, and of this checkout's files every one that is due."""
    names = zipfile.ZipFile(wheel).namelist()
    missing = [name for name in WANTED if not any(n.endswith(name) for n in names)]
    check.that(
        not missing, "the wheel holds types, data, pages and licence texts", ", ".join(missing)
    )
    with tarfile.open(source) as archive:
        carried = {name.partition("/")[2] for name in archive.getnames()}
    missing = [name for name in WANTED_SOURCE if not any(f"/{n}".endswith(name) for n in carried)]
    check.that(not missing, "the sdist holds what a maintainer needs", ", ".join(missing))
    files = tracked()
    if files is None:
        print("skipped: no git here to compare the lists of files with")
        return
    package = {name.removeprefix("src/") for name in files if name.startswith("src/")}
    same(
        {name for name in names if ".dist-info/" not in name},
        package,
        "the wheel holds the package, and nothing else",
        check,
    )
    about = {name.partition(".dist-info/")[2] for name in names if ".dist-info/" in name}
    texts = {name for name in files if name.startswith(("LICENSE", "NOTICE"))}
    same(
        about,
        {*ABOUT, *(f"licenses/{name}" for name in texts)},
        "beside it what describes it, and licence texts",
        check,
    )
    same(
        carried,
        {name for name in files if not name.startswith(NOT_IN_SOURCE)} | {"PKG-INFO"},
        "the sdist holds what git holds, and nothing else",
        check,
    )


def same(found: set[str], wanted: set[str], what: str, check: Check) -> None:
    """Check that two lists of files are one."""
    more, less = sorted(found - wanted), sorted(wanted - found)
    check.that(found == wanted, what, f"not in git: {more[:20]}; missing: {less[:20]}")


def tracked() -> set[str] | None:
    """Return the files that git knows; None where this is no checkout."""
    try:
        done = run(["git", "ls-files", "-z"], ROOT)
    except FileNotFoundError:
        return None
    names = {name for name in done.stdout.split("\0") if name and (ROOT / name).exists()}
    return None if done.returncode else names


def base(wheel: Path, folder: Path, check: Check) -> None:
    """Check the base install: what works, and how it asks for what is not there."""
    python = environment(folder / "base", str(wheel), check)
    place = dataset(folder / "elsewhere")
    done = run([python, "-c", METRICS], place)
    check.that(
        done.returncode == 0, "metrics run on numpy alone, outside the checkout", done.stderr
    )
    for command in WORKS:
        done = run([python, "-m", "seehear.cli.main", *command.split()], place)
        check.that(done.returncode == 0, f"seehear {command}", done.stderr)
    done = run([str(Path(python).parent / "seehear"), "--version"], place)
    check.that(
        done.returncode == 0 and done.stdout.startswith("seehear "),
        "the command is installed",
        done.stderr,
    )
    for command, extra in LACKS.items():
        done = run([python, "-m", "seehear.cli.main", *command.split()], place)
        said = done.stderr.strip()
        right = done.returncode == 2 and f"seehear[{extra}]" in said and "\n" not in said
        check.that(
            right, f"seehear {command}: names extra {extra}", f"exit {done.returncode}: {said}"
        )


def with_extra(wheel: Path, extra: str, folder: Path, check: Check) -> None:
    """Install the wheel with one extra, and use it."""
    python = environment(folder / extra, f"{wheel}[{extra}]", check)
    done = run([python, "-c", USES.get(extra, "import seehear")], dataset(folder / "elsewhere"))
    check.that(done.returncode == 0, f"extra {extra} does its work", done.stderr)


def light(wheel: Path, folder: Path, check: Check) -> None:
    """Install what parsing, searching and serving need, and do all of that there."""
    python = environment(folder / "light", f"{wheel}[{LIGHT}]", check)
    listed = run([python, "-m", "pip", "list", "--format=freeze"]).stdout.lower()
    heavy = [line for line in listed.splitlines() if line.startswith(HEAVY)]
    check.that(not heavy, "the light installation brings no PyTorch and no CUDA", ", ".join(heavy))
    size = on_disk(folder / "light") / 1e6
    check.that(size < MOST_MB, f"it takes {size:.0f} MB, of {MOST_MB} that it may", "")
    model = train(folder / "elsewhere", check)
    cache = fresh_cache(folder / "cache")
    done = run(
        [python, str(ROOT / "tools" / "try_light.py"), str(model), str(folder)],
        variables={"SEEHEAR_CACHE": str(cache)},
    )
    print(done.stdout, end="")
    check.that(done.returncode == 0, "it parses, searches, exports and serves", done.stderr)


def train(folder: Path, check: Check) -> Path:
    """Train a parser with this interpreter, which has PyTorch, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in (
        "demo --dataset world --clips 8",
        "extract world --visual conse --audio yamnet --out features",
        "train world --features features --recipe han --out run --set training.epochs=1",
    ):
        done = run([sys.executable, "-m", "seehear.cli.main", *command.split()], folder)
        check.that(done.returncode == 0, f"elsewhere: seehear {command}", done.stderr)
    return folder / "run"


def fresh_cache(folder: Path) -> Path:
    """Return a cache that holds the fetched weights, and nothing that is made of them yet."""
    from seehear.weights import cache_dir

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "weights").exists():
        (folder / "weights").symlink_to(cache_dir() / "weights")
    return folder


def on_disk(folder: Path) -> int:
    """Return the bytes that a folder takes."""
    paths = (path for path in folder.rglob("*") if not path.is_symlink())
    return sum(path.stat().st_blocks * 512 for path in paths)


def environment(folder: Path, what: str, check: Check) -> str:
    """Return the interpreter of a new environment with `what` installed."""
    venv.create(folder, with_pip=True, clear=True)
    python = str(folder / "bin" / "python")
    done = run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-c",
            str(ROOT / "constraints.txt"),
            what,
        ]
    )
    check.that(done.returncode == 0, f"pip install {Path(what).name}", done.stderr)
    return python


def dataset(folder: Path) -> Path:
    """Write a dataset of one clip."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DATASET.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(
    command: list[str],
    folder: Path | None = None,
    *,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command without what the checkout would add to the path."""
    clean = dict(variables or {})
    for key, value in os.environ.items():
        if not key.startswith(("PYTHON", "VIRTUAL_ENV")):
            clean.setdefault(key, value)
    return subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())

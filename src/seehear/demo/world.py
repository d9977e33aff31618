"""The demo's dataset: what is heard and seen when, rendered to real video files with exact truth.

Some classes are only ever heard, some only ever seen, and the others appear on either track or
both, at different seconds.  The weak label of a clip names its classes, but neither track nor
second: that is what LSLD has to find out.
"""

import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.data.dialect import write_rows
from seehear.demo.pictures import PICTURES, SIZE, nothing
from seehear.demo.sounds import RATE_HZ, SOUNDS, room
from seehear.errors import ConfigError
from seehear.files import atomic_path, write_text
from seehear.foreign.forms import anything, table
from seehear.foreign.texts import read_json
from seehear.media.container import require_av
from seehear.processes import end_with_parent

DURATION_S = 10
FPS = 8


@dataclass(frozen=True)
class Kind:
    """One class of the world.

    Args:
        description: the words that prompts use.
        picture: key of `PICTURES`; None: it is never seen.
        sound: key of `SOUNDS`; None: it is never heard.
    """

    description: str
    picture: str | None
    sound: str | None


KINDS: dict[str, Kind] = {
    "Clock": Kind("Clock", "clock", "clock_tick"),
    "Telephone": Kind("Telephone", "telephone", "telephone_ring"),
    "Guitar": Kind("playing the Guitar", "guitar", "plucked_strings"),
    "Traffic_light": Kind("Traffic light", "traffic_light", None),
    "Balloon": Kind("Balloon", "balloon", None),
    "Candle": Kind("Candle", "candle", None),
    "Smoke_alarm": Kind("Smoke alarm", None, "smoke_alarm"),
    "Rain": Kind("Rain", None, "rain"),
}
SPLITS = {"train": 96, "val": 24, "test": 36}


@dataclass
class Script:
    """What happens in one clip.

    Args:
        name: of the clip.
        audio: (start, end, class) of what is heard, in whole seconds; the end is not included.
        visual: the same of what is seen.
    """

    name: str
    audio: list[tuple[int, int, str]] = field(default_factory=list)
    visual: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """The weak label: every class that happens on either track."""
        present = {kind for _, _, kind in self.audio + self.visual}
        return [kind for kind in KINDS if kind in present]

    def told(self) -> str:
        """Return what happens, in words."""
        tracks = (("heard", self.audio), ("seen", self.visual))
        return "; ".join(f"{word} {', '.join(map(_told, track))}" for word, track in tracks)


def _told(span: tuple[int, int, str]) -> str:
    start, end, kind = span
    return f"{kind.replace('_', ' ')} {start} to {end} s"


def write_script(name: str, rng: np.random.Generator) -> Script:
    """Return a random script of one to three classes; sounds may overlap in time, pictures not."""
    script = Script(name)
    count = int(rng.choice([1, 2, 3], p=[0.2, 0.6, 0.2]))
    kinds = rng.choice(list(KINDS), size=count, replace=False)
    seen = []
    for kind in kinds:
        see, hear = KINDS[kind].picture is not None, KINDS[kind].sound is not None
        if see and hear:
            tracks = [(True, True), (True, False), (False, True)]
            see, hear = tracks[int(rng.choice(3, p=[0.5, 0.25, 0.25]))]
        if hear:
            script.audio += [(*span, str(kind)) for span in _spans(rng, 0, DURATION_S)]
        if see:
            seen.append(str(kind))
    cuts: list[int] = []
    if seen:
        inner = rng.choice(np.arange(2, DURATION_S - 1), len(seen) - 1, replace=False)
        cuts = [0, *sorted(inner.tolist()), DURATION_S]
    for kind, first, last in zip(seen, cuts, cuts[1:], strict=False):
        script.visual += [(*span, kind) for span in _spans(rng, first, last)]
    return script


def _spans(rng: np.random.Generator, first: int, last: int) -> list[tuple[int, int]]:
    """Return one interval inside [first, last), sometimes all of it."""
    if last - first <= 2 or rng.random() < 0.3:
        return [(first, last)]
    start, end = sorted(rng.choice(np.arange(first, last + 1), 2, replace=False).tolist())
    return [(start, end)] if end - start >= 2 else [(max(first, end - 2), max(first, end - 2) + 2)]


def render(script: Script, path: Path, rng: np.random.Generator) -> None:
    """Write the clip of `script` as an MP4 file (H.264 at 8 fps, AAC at 16 kHz).

    Raises:
        MissingExtraError: PyAV is not installed.
        SeehearError: the system refuses to write.
    """
    require_av()
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as partial, av.open(str(partial), "w", format="mp4") as out:
        visual = out.add_stream("libx264", rate=FPS, options={"crf": "23", "preset": "veryfast"})
        visual.width = visual.height = SIZE
        visual.pix_fmt = "yuv420p"
        visual.thread_count = 1  # the same bytes whatever the number of cores
        audio = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        for frame in _frames(script, rng):
            out.mux(visual.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(visual.encode(None))
        wave = av.AudioFrame.from_ndarray(_sound(script, rng)[None], format="flt", layout="mono")
        wave.sample_rate = RATE_HZ
        out.mux(audio.encode(wave))
        out.mux(audio.encode(None))


def _frames(script: Script, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    shown: list[str | None] = [None] * DURATION_S
    for start, end, kind in script.visual:
        shown[start:end] = [kind] * (end - start)
    stills = {kind: _still(kind, rng) for kind in dict.fromkeys(shown)}
    drift = rng.uniform(-1.2, 1.2, 2)
    frames = []
    for index in range(DURATION_S * FPS):
        still = stills[shown[index // FPS]]
        # a slow pan, as real video moves
        shift = np.round(drift * (index % (4 * FPS) - 2 * FPS) / 3).astype(int)
        framed = np.pad(still, ((12, 12), (12, 12), (0, 0)), mode="edge")
        moved = np.roll(framed, tuple(shift), (0, 1))[12:-12, 12:-12]
        grain = 2.5 * rng.standard_normal((SIZE, SIZE, 1), dtype=np.float32)
        frames.append((moved + grain).clip(0, 255).astype(np.uint8))
    return frames


def _still(kind: str | None, rng: np.random.Generator) -> NDArray[np.uint8]:
    if kind is None:
        return nothing(rng)
    return PICTURES[KINDS[kind].picture or ""](rng)


def _sound(script: Script, rng: np.random.Generator) -> NDArray[np.float32]:
    wave = room(rng, DURATION_S)
    for start, end, kind in script.audio:
        piece = SOUNDS[KINDS[kind].sound or ""](rng, end - start)
        ramp = np.minimum(
            1, np.minimum(np.arange(len(piece)), np.arange(len(piece))[::-1]) / (0.01 * RATE_HZ)
        )
        wave[start * RATE_HZ : end * RATE_HZ] += piece * ramp.astype(np.float32)
    return np.clip(wave, -1, 1)


def make_world(
    folder: Path,
    *,
    seed: int = 0,
    splits: Mapping[str, int] = SPLITS,
    jobs: int = 1,
    on_clip: Callable[[str], None] = lambda name: None,
) -> Path:
    """Write the whole dataset below `folder`, keeping clips that exist, and return its path.

    Args:
        folder: where `dataset.toml`, the tables and `videos/` go.
        seed: the same seed writes the same files.
        splits: number of clips per split.
        jobs: processes that render.
        on_clip: called with each finished clip's name (progress).

    Raises:
        ConfigError: the folder holds the world of another seed or size.
    """
    about = {"seed": seed, "splits": dict(splits), "kinds": list(KINDS)}
    _claim(folder / "world.json", about)
    tasks = []
    for number, (split, count) in enumerate(splits.items()):
        scripts = []
        for index in range(count):
            rng = np.random.default_rng([seed, number, index])
            scripts.append(write_script(f"{split}{index:04d}_0_{DURATION_S}", rng))
            tasks.append((scripts[-1], folder / "videos" / f"{split}{index:04d}.mp4", rng))
        _write_tables(folder, split, scripts)
    words = "".join(f'{name} = "{kind.description}"\n' for name, kind in KINDS.items())
    tables = "".join(
        f'\n[splits.{s}]\nclips = "{s}.csv"\naudio = "{s}_audio.csv"\nvisual = "{s}_visual.csv"\n'
        for s in splits
    )
    write_text(
        folder / "dataset.toml", f'name = "demo"\nmedia = "videos"\n\n[vocabulary]\n{words}{tables}'
    )
    for path in _render_all([task for task in tasks if not task[1].exists()], jobs):
        on_clip(path.stem)
    return folder


def unseen() -> Script:
    """Return the script of a clip of no split, with something only heard, only seen, and both."""
    return Script(
        "unseen",
        audio=[(2, 8, "Telephone"), (6, 10, "Smoke_alarm")],
        visual=[(0, 5, "Balloon"), (5, 10, "Telephone")],
    )


def first() -> Script:
    """Return the script of the clip that the first command of the README parses.

    Examples:
        >>> first().told()
        'heard Guitar 0 to 6 s, Telephone 6 to 10 s; seen Guitar 3 to 6 s, Traffic light 6 to 10 s'
    """
    return Script(
        "first",
        audio=[(0, 6, "Guitar"), (6, 10, "Telephone")],
        visual=[(3, 6, "Guitar"), (6, 10, "Traffic_light")],
    )


def make_clip(path: Path) -> Script:
    """Write the clip of `first` and return its script.

    Raises:
        ConfigError: there is a file of that name, or the name does not end in .mp4.
        MissingExtraError: PyAV is not installed.
    """
    if path.suffix.lower() != ".mp4":
        raise ConfigError("expected a name that ends in .mp4", where=path)
    if path.exists():
        raise ConfigError("there is a file of that name", where=path, hint="choose another name")
    script = first()
    render(script, path, np.random.default_rng(0))
    return script


def shares(clips: int) -> dict[str, int]:
    """Return how many of the clips each split gets; each gets at least one.

    Raises:
        ConfigError: there are fewer clips than splits.

    Examples:
        >>> shares(156) == SPLITS
        True
        >>> shares(10)
        {'train': 7, 'val': 1, 'test': 2}
    """
    if clips < len(SPLITS):
        raise ConfigError(
            f"expected at least {len(SPLITS)}, got {clips}",
            hint="one for each of train, val and test",
            parameter="clips",
        )
    whole = sum(SPLITS.values())
    val, test = (max(1, clips * SPLITS[name] // whole) for name in ("val", "test"))
    return {"train": clips - val - test, "val": val, "test": test}


_ANOTHER = "choose another folder, or remove this one"


def _claim(path: Path, about: dict[str, Any]) -> None:
    if path.exists():
        before = read_json(path, table(anything), kind=ConfigError, hint=_ANOTHER)
        key = next((key for key in about if before.get(key) != about[key]), None)
        if key is not None:
            raise ConfigError(
                f"this folder holds a demo world with {key} {before.get(key)}, not {about[key]}",
                where=path.parent,
                hint=_ANOTHER,
            )
    elif path.parent.exists() and (not path.parent.is_dir() or any(path.parent.iterdir())):
        raise ConfigError(
            "expected a new or empty folder, or one that seehear demo made",
            where=path.parent,
            hint="choose another folder",
        )
    write_text(path, json.dumps(about, indent=1) + "\n")


def _render_all(
    tasks: Sequence[tuple[Script, Path, np.random.Generator]], jobs: int
) -> Iterator[Path]:
    """Render clips, `jobs` at a time, and yield each file when it is whole."""
    if jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            render(*task)
            yield task[1]
        return
    # spawn: fork is unsafe beside the threads that encoders start
    with ProcessPoolExecutor(
        min(jobs, len(tasks)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=end_with_parent,
    ) as pool:
        running = {pool.submit(render, *task): task[1] for task in tasks}
        for done in as_completed(running):
            done.result()
            yield running[done]


def _write_tables(folder: Path, split: str, scripts: list[Script]) -> None:
    weak = [[s.name, ",".join(s.labels)] for s in scripts]
    write_text(folder / f"{split}.csv", write_rows([("filename", "event_labels"), *weak]))
    for track in ("audio", "visual"):
        rows = [
            [s.name, str(start), str(end), kind]
            for s in scripts
            for start, end, kind in getattr(s, track)
        ]
        columns = ("filename", "onset", "offset", "event_labels")
        write_text(folder / f"{split}_{track}.csv", write_rows([columns, *rows]))

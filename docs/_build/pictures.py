"""The pictures of the pages, drawn by the product's own figure functions."""

import json
from pathlib import Path

import measured
import numpy as np

from seehear.export import palette
from seehear.report import figures
from seehear.reproduce.picture import draw as draw_table
from seehear.time import Decoding, TimeGrid, Timeline, decide

CLASSES = ("Speech", "Dog")
OPEN_WORDS = measured.BENCHMARKS / "results" / "2026-11-28-open-words.json"
HEARD_NOT_SEEN = measured.BENCHMARKS / "results" / "2026-11-27-heard-not-seen.json"


def row(picture: str) -> np.ndarray:
    return np.array([c == "#" for c in picture])


def matrix(speech: str, dog: str) -> np.ndarray:
    return np.stack([row(speech), row(dog)], 1)


AUDIO = matrix("####......", "......###.")
VISUAL = matrix("..........", "########..")


def draw(folder: Path) -> list[Path]:
    """Write every picture below `folder` and return the paths."""
    paths = [figures.save(figure(), folder / f"{name}.svg") for name, figure in PICTURES.items()]
    return [*paths, draw_table(measured.tables()[0], folder / "table1.svg")]


def tracks():
    return _lanes({"heard": AUDIO, "seen": VISUAL, "both": AUDIO & VISUAL})


def grid():
    line = Timeline.from_arrays(AUDIO, VISUAL, grid=TimeGrid(10), vocabulary=CLASSES)
    figure = _lanes({"segments heard": AUDIO})
    axes = figure.axes[0]
    for event in line.on("audio"):
        y = CLASSES.index(event.label)
        middle = (event.start_s + event.end_s) / 2
        axes.text(
            middle,
            y,
            f"event {event.start_s:.0f}–{event.end_s:.0f} s",
            ha="center",
            va="center",
            color="white",
        )
    for edge in range(11):
        axes.axvline(edge, color=palette.GREY, lw=0.6, zorder=0)
    return figure


def weak():
    everywhere = np.ones((10, 2), bool)
    return figures.parsing(
        {"weak label": (everywhere, everywhere), "truth": (AUDIO, VISUAL)}, CLASSES
    )


def denoising():
    from seehear.demo.pictures import PICTURES as DRAWN
    from seehear.demo.pictures import nothing

    rng = np.random.default_rng(3)
    guitar, light, wall = DRAWN["guitar"](rng), DRAWN["traffic_light"](rng), nothing(rng)
    # similarities of these very pictures under the offline encoder (conse), measured once and
    # rounded
    measured = {
        "playing the Guitar and Traffic light": (0.42, 0.74, 0.15),
        "playing the Guitar": (0.75, 0.14, 0.31),
        "Traffic light": (0.05, 1.00, 0.20),
        "other": (0.10, 0.17, 0.41),
    }
    similarity = np.array([[a] * 4 + [b] * 4 + [c] * 2 for a, b, c in measured.values()])
    before, after = np.ones((10, 2)), np.zeros((10, 2))
    after[:4, 0], after[4:8, 1] = 1, 1
    return figures.denoising_strip(
        [guitar] * 4 + [light] * 4 + [wall] * 2,
        list(measured),
        similarity,
        {"weak label": before, "denoised": after},
        ["Guitar", "Traffic_light"],
    )


def gates():
    rng = np.random.default_rng(1)
    segment = np.stack([np.where(AUDIO, 0.8, 0.3), np.where(VISUAL, 0.8, 0.3)], 1) + rng.normal(
        0, 0.02, (10, 2, 2)
    )
    segment[3:6, 1, 0] = 0.6  # the network thinks for a moment that somebody is seen speaking
    track = np.array([[0.9, 0.8], [0.2, 0.9]])
    joint = np.array([0.8, 0.9])
    systems = {}
    for gate in ("joint", "own"):
        on = decide(segment, track, joint, decoding=Decoding(gate=gate))
        systems[f"gate {gate}"] = (on[:, 0], on[:, 1])
    return figures.parsing(systems, CLASSES)


def heard_not_seen():
    measured_on = json.loads(HEARD_NOT_SEEN.read_text("utf-8"))["libraries"]["folds"]
    figure, axes = figures._new(6, 4)
    colour = palette.SERIES[0]
    for kind, line, name in (
        ("moving absent", "-", "the bound of absence moves"),
        ("moving sure", "--", "the bound of the whole moves"),
    ):
        points = [(point["recall"], point["precision"]) for point in measured_on[kind]]
        axes.plot(*zip(*points, strict=True), line, color=colour, label=name)
    for kind, size, name in (("default", 60, "defaults"), ("by events", 20, "events alone")):
        point = measured_on[kind]
        axes.scatter(point["recall"], point["precision"], size, color=colour, label=name, zorder=3)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 0.6), ylim=(0.5, 1))
    axes.legend(frameon=False)
    figures._clean(axes)
    return figure


def open_words():
    measured_on = json.loads(OPEN_WORDS.read_text("utf-8"))
    figure, axes = figures._new(6, 5)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    for kind, marker in (("restaged", "o"), ("wild", "x")):
        for track, colour, name in (
            ("audio", palette.HEARD, "heard"),
            ("visual", palette.SEEN, "seen"),
        ):
            words = measured_on[kind]["words"].values()
            found = [word[track] for word in words if track in word]
            points = [(one["sentences"], one["search"]) for one in found]
            axes.scatter(
                *zip(*points, strict=True), 30, color=colour, marker=marker, label=f"{kind}, {name}"
            )
    axes.set(xlabel="average precision, nearest sentences", ylabel="average precision, search")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend(frameon=False, loc="lower right")
    figures._clean(axes)
    return figure


def teach_curve():
    found = json.loads(measured.TEACHING.read_text("utf-8"))["datasets"]["restaged"]
    figure, axes = figures._new(9, 4)
    ways = list(found["gain"])
    for how, order, of_count in measured.gains(found):
        told = "at random" if order == "random" else "most doubtful first"
        line = "-" if order == "random" else "--"
        colour = palette.SERIES[ways.index(how)]
        counts = [int(count) for count in of_count]
        means = [sum(values) / len(values) for values in of_count.values()]
        axes.plot(counts, means, line, color=colour, marker="o", label=f"{how}, {told}")
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set(xlabel="clips revealed", ylabel="points of segment Type over zero-shot")
    axes.set(xticks=(10, 20, 40, 80))
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    figures._clean(axes)
    return figure


def _lanes(lanes: dict[str, np.ndarray]):
    figure, axes = figures._new(
        8, 0.75 * len(lanes) + 0.6, nrows=len(lanes), sharex=True, squeeze=False
    )
    colours = {"heard": palette.HEARD, "seen": palette.SEEN, "both": palette.BOTH}
    for axis, (name, on) in zip(axes[:, 0], lanes.items(), strict=True):
        for c in range(on.shape[1]):
            for start, end in figures.runs(on[:, c]):
                colour = colours.get(name, palette.HEARD)
                axis.barh(c, end - start, left=start, height=0.8, color=colour, edgecolor="white")
        axis.set_yticks(range(len(CLASSES)), CLASSES)
        axis.set_ylabel(name, rotation=0, ha="right", va="center", fontweight="bold")
        axis.set_ylim(1.6, -0.6)
        axis.yaxis.tick_right()
        figures._clean(axis)
    axes[-1, 0].set(xlim=(0, 10), xticks=range(11), xlabel="seconds")
    return figure


PICTURES = {
    "tracks": tracks,
    "grid": grid,
    "weak": weak,
    "denoising": denoising,
    "gates": gates,
    "heard-not-seen": heard_not_seen,
    "teach-curve": teach_curve,
    "open-words": open_words,
}

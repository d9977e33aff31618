"""The figures: what is drawn, and that equal input gives equal bytes."""

from pathlib import Path

import numpy as np
import pytest

from seehear.report import charts, figures

pytest.importorskip("matplotlib")


def test_the_unreliable_region_spans_smallest_positive_to_largest_negative() -> None:
    figure = figures.similarity(
        np.array([0.3, 0.5, 0.7]), np.array([0.1, 0.2, 0.4, 0.0]), name="Dog"
    )
    texts = [t.get_text() for t in figure.axes[0].get_legend().get_texts()]
    assert "unreliable region: 33 % of with, 25 % of without" in texts
    apart = figures.similarity(np.array([0.6, 0.7]), np.array([0.1, 0.2]), name="Dog")
    assert not any("unreliable" in t.get_text() for t in apart.axes[0].get_legend().get_texts())


def test_the_winning_prompt_of_each_segment_is_framed() -> None:
    frames = [np.zeros((4, 4, 3), np.uint8)] * 3
    similarity = np.array([[0.1, 0.9, 0.2], [0.8, 0.1, 0.3]])
    figure = figures.denoising_strip(
        frames, ["A", "other"], similarity, {"weak": np.ones((3, 1))}, ["A"]
    )
    framed = sorted((round(p.get_x()), round(p.get_y())) for p in figure.axes[1].patches)
    assert framed == [(0, 1), (1, 0), (2, 1)]


def test_similarities_that_tie_at_two_decimals_are_told_apart() -> None:
    frames = [np.zeros((4, 4, 3), np.uint8)]
    similarity, labels = np.array([[0.2513], [0.2486]]), {"re-weighted": np.array([[0.1004]])}
    figure = figures.denoising_strip(frames, ["A", "other"], similarity, labels, ["A"])
    drawn = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert {"0.251", "0.249", "0.100"} <= set(drawn)
    svg = charts.strip(["x.jpg"], ["A", "other"], similarity, labels, ["A"], label="a clip")
    assert ">0.251<" in svg
    assert ">0.249<" in svg
    assert "0: 0.100</title>" in svg


def test_parsing_bars_stand_where_the_runs_are() -> None:
    audio = np.array([[1], [1], [0], [1]], bool)
    figure = figures.parsing({"truth": (audio, ~audio)}, ["Dog"])
    heard, seen = ([(p.get_x(), p.get_width()) for p in axes.patches] for axes in figure.axes)
    assert heard == [(0, 2), (3, 1)]
    assert seen == [(2, 1)]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_equal_figures_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    data = {"HAN": [(1, 0.4), (2, 0.6)], "LSLD": []}
    first, second = (
        figures.save(figures.curves(data, ylabel="Type"), tmp_path / f"{i}.{suffix}")
        for i in range(2)
    )
    assert first.read_bytes() == second.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"0.{suffix}", f"1.{suffix}"]

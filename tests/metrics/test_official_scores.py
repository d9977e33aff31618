"""Every clip and figure of the official evaluation, and the worked examples of its definition."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from seehear.metrics import CLIP_KEYS, FIGURE_KEYS, evaluate
from seehear.metrics import reference as oracle

# names of the official functions' outputs, in the order of our keys
OFFICIAL_CLIP = [
    f"{level}_f1_{stream}" for level in ("seg", "evt") for stream in ("a", "v", "av", "event")
]


@pytest.fixture(scope="module")
def official() -> dict[str, NDArray[np.generic]]:
    """Predictions, truth and official scores of 300 clips (copied from the development data, bits
    packed).
    """
    with np.load(Path(__file__).parent / "official_scores.npz") as file:
        arrays = {key: file[key] for key in file.files}
    shape = tuple(arrays["shape"])
    for key in ("pred_a", "pred_v", "gt_a", "gt_v"):
        arrays[key] = np.unpackbits(arrays[key], count=np.prod(shape)).reshape(shape)
    return arrays


@pytest.fixture(params=["fast", "oracle"])
def scored(request: pytest.FixtureRequest, official: dict[str, NDArray[np.generic]]):
    """(figures, per_clip) of both evaluators on the official inputs."""
    inputs = [official[key] for key in ("pred_a", "pred_v", "gt_a", "gt_v")]
    if request.param == "oracle":
        return oracle.evaluate(*inputs)
    report = evaluate(*inputs)
    return report.figures(), report.per_clip()


def test_every_clip_is_within_1e_9(scored, official) -> None:
    _, per_clip = scored
    assert list(per_clip) == list(CLIP_KEYS)
    for key, name in zip(CLIP_KEYS, OFFICIAL_CLIP, strict=True):
        np.testing.assert_allclose(per_clip[key], official[name], atol=1e-9, rtol=0, err_msg=key)


def test_the_ten_figures(scored, official) -> None:
    figures, _ = scored
    ours = [100 * figures[key] for key in FIGURE_KEYS]
    np.testing.assert_allclose(ours, official["overall"], atol=1e-9, rtol=0)
    assert [round(value, 1) for value in ours] == official["overall_printed"].tolist()


def test_the_copy_is_the_development_data(shared: Path, official) -> None:
    with np.load(shared / "golden" / "metrics.npz") as file:
        for key in (
            "pred_a",
            "pred_v",
            "gt_a",
            "gt_v",
            *OFFICIAL_CLIP,
            "overall",
            "overall_printed",
        ):
            np.testing.assert_array_equal(file[key], official[key], err_msg=key)


# audio and visual rows as class -> picture of ten segments; expected (A, V, AV, Event)
NOTHING: dict[int, str] = {}
ALL, HALF = "##########", "#####....."
EXAMPLES = [
    ("nothing against nothing", (NOTHING, NOTHING), (NOTHING, NOTHING), (1, 1, 1, 1), (1, 1, 1, 1)),
    (
        "heard, but said to be seen too",
        ({0: ALL}, {0: ALL}),
        ({0: ALL}, NOTHING),
        (1, 0, 0, 2 / 3),
        (1, 0, 0, 2 / 3),
    ),
    (
        "half of the sound",
        ({0: "####......"}, {0: "..####...."}),
        ({0: "########.."}, {0: "..####...."}),
        (2 / 3, 1, 2 / 3, 0.8),
        (1, 1, 1, 1),
    ),
    (
        "a gap too many",
        ({3: "#####.####"}, NOTHING),
        ({3: ALL}, NOTHING),
        (18 / 19, 1, 1, 18 / 19),
        (2 / 3, 1, 1, 2 / 3),
    ),
    (
        "a gap missed",
        ({3: ALL}, NOTHING),
        ({3: "#####.####"}, NOTHING),
        (18 / 19, 1, 1, 18 / 19),
        (2 / 3, 1, 1, 2 / 3),
    ),
    (
        "exactly one half counts",
        ({1: "##........"}, NOTHING),
        ({1: "####......"}, NOTHING),
        (2 / 3, 1, 1, 2 / 3),
        (1, 1, 1, 1),
    ),
    (
        "less than one half does not",
        ({1: "##........"}, NOTHING),
        ({1: HALF}, NOTHING),
        (4 / 7, 1, 1, 4 / 7),
        (0, 1, 1, 0),
    ),
    (
        "the wrong track",
        ({0: ALL, 3: "###......."}, {3: ALL}),
        ({0: HALF, 3: ".....#####"}, {3: ALL, 4: "........##"}),
        (1 / 3, 1 / 2, 0, (2 / 3 + 20 / 28 + 0) / 3),
        (1 / 2, 1 / 2, 0, 1 / 2),
    ),
    (
        "both at once",
        ({0: ALL}, {0: "###..#####"}),
        ({0: ALL}, {0: ALL}),
        (1, 8 / 9, 8 / 9, 18 / 19),
        (1, 2 / 3, 2 / 3, 4 / 5),
    ),
    ("touching runs are one", ({3: ALL}, NOTHING), ({3: ALL}, NOTHING), (1, 1, 1, 1), (1, 1, 1, 1)),
]


def rows(tracks: tuple[dict[int, str], dict[int, str]]) -> list[NDArray[np.bool_]]:
    """Return audio and visual arrays (1, 10, 5) of pictures."""
    out = [np.zeros((1, 10, 5), bool), np.zeros((1, 10, 5), bool)]
    for array, pictures in zip(out, tracks, strict=True):
        for label, picture in pictures.items():
            array[0, :, label] = [c == "#" for c in picture]
    return out


@pytest.mark.parametrize(
    ("pred", "true", "segment", "event"), [e[1:] for e in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_worked_examples(pred, true, segment, event) -> None:
    arrays = (*rows(pred), *rows(true))
    for per_clip in (evaluate(*arrays).per_clip(), oracle.evaluate(*arrays)[1]):
        np.testing.assert_allclose(
            [per_clip[key][0] for key in CLIP_KEYS], [*segment, *event], atol=1e-12
        )


def event_row(start: int, end: int) -> NDArray[np.int64]:
    return np.array([int(start <= t < end) for t in range(10)])


@pytest.mark.parametrize(
    ("pred", "true", "expected"),
    [
        (
            [(0, 5), (5, 10)],
            [(0, 10)],
            (2, 0, 0),
        ),  # possible by hand only: rows would merge the two
        ([(0, 10)], [(0, 5), (5, 10)], (1, 0, 0)),
        ([(0, 10)], [(0, 5), (6, 10)], (1, 0, 1)),
    ],
)
def test_matching_rule_of_the_oracle_on_lists(pred, true, expected) -> None:
    assert (
        oracle.match_events([event_row(*p) for p in pred], [event_row(*t) for t in true])
        == expected
    )


def test_runs_of_the_oracle() -> None:
    events = oracle.extract_events(np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 1]))
    assert [np.flatnonzero(e).tolist() for e in events] == [[0, 1], [3], [9]]
    assert oracle.extract_events(np.full(10, 0.5)) == []

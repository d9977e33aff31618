"""Every clip and figure of the official evaluation, and the worked examples of its definition."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import Vectors
from seehear.metrics import CLIP_KEYS, FIGURE_KEYS, evaluate
from seehear.metrics import reference as oracle

# names of the official functions' outputs, in the order of our keys
OFFICIAL_CLIP = [
    f"{level}_f1_{stream}" for level in ("seg", "evt") for stream in ("a", "v", "av", "event")
]


ARRAYS = ("pred_a", "pred_v", "gt_a", "gt_v")
OFFICIAL_FIGURES = [
    f"{level}_{stream}" for level in ("seg", "evt") for stream in ("a", "v", "av", "type", "event")
]
RELEASES = {"lsld", "han", "ma", "ma_step3", "jomold", "mgn", "mm_pyramid", "dhhn"}
EVALUATORS = {
    "fast": lambda *arrays: (evaluate(*arrays).figures(), evaluate(*arrays).per_clip()),
    "oracle": oracle.evaluate,
}


@pytest.fixture
def copied(tmp_path: Path) -> Vectors:
    """Predictions, truth and official scores of 300 clips, kept here with their bits packed."""
    with np.load(Path(__file__).parent / "official_scores.npz") as file:
        arrays = {key: file[key] for key in file.files}
    shape = tuple(arrays.pop("shape"))
    for key in ARRAYS:
        arrays[key] = np.unpackbits(arrays[key], count=np.prod(shape)).reshape(shape)
    np.savez(tmp_path / "official_scores.npz", **arrays)
    return Vectors(tmp_path / "official_scores.npz")


def check_scores(vectors: Vectors, evaluator: str) -> dict[str, NDArray[np.float64]]:
    """Check every clip's scores and the ten figures; return the scores of the clips."""
    figures, per_clip = EVALUATORS[evaluator](*(vectors.given(key) for key in ARRAYS))
    assert list(per_clip) == list(CLIP_KEYS)
    for key, name in zip(CLIP_KEYS, OFFICIAL_CLIP, strict=True):
        vectors.check(name, per_clip[key], atol=1e-9)
    ours = [100 * figures[key] for key in FIGURE_KEYS]
    vectors.check("overall", ours, atol=1e-9)
    vectors.check("overall_printed", [round(value, 1) for value in ours])
    vectors.check("overall_names", OFFICIAL_FIGURES)
    return per_clip


@pytest.mark.parametrize("evaluator", list(EVALUATORS))
def test_every_clip_and_the_ten_figures(copied: Vectors, evaluator: str) -> None:
    check_scores(copied, evaluator)
    copied.finish()


@pytest.mark.shared
@pytest.mark.parametrize("evaluator", list(EVALUATORS))
def test_every_clip_and_the_ten_figures_of_the_development_data(golden, evaluator: str) -> None:
    vectors = golden("metrics")
    per_clip = check_scores(vectors, evaluator)
    check_cases(vectors.given("case"), {key: vectors[key] for key in ARRAYS}, per_clip)
    # all eight releases score alike, so that one comparison stands for all
    assert set(vectors.given("repo_names").tolist()) == RELEASES
    vectors.check("repo_max_abs_diff_vs_lsld", np.zeros(len(vectors["repo_names"])))
    elsewhere = {key for key in vectors if key.startswith("eval/")}  # test_official_loops.py
    vectors.finish(*(set(vectors) - elsewhere))


def check_cases(
    case: NDArray[np.str_],
    arrays: dict[str, NDArray[np.uint8]],
    per_clip: dict[str, NDArray[np.float64]],
) -> None:
    """Fail if clips are not what the name of their case says."""
    known = {"noise", "empty_pred", "empty_gt", "both_empty", "perfect", "off_by_one"}
    known |= {"fragmented", "random_low", "random_high", "modality_swap", "dup_match", "half_iou"}
    assert set(case.tolist()) <= known
    pred = np.stack([arrays["pred_a"], arrays["pred_v"]])
    true = np.stack([arrays["gt_a"], arrays["gt_v"]])
    nothing_said, nothing_true = (~events.any(axis=(2, 3)) for events in (pred, true))
    assert nothing_said.any(axis=0)[case == "empty_pred"].all(), "one track at least"
    assert nothing_true.any(axis=0)[case == "empty_gt"].all(), "one track at least"
    assert (nothing_said & nothing_true).all(axis=0)[case == "both_empty"].all()
    np.testing.assert_array_equal(pred[:, case == "perfect"], true[:, case == "perfect"])
    swapped = case == "modality_swap"
    np.testing.assert_array_equal(pred[:, swapped], true[::-1, swapped])
    for key in CLIP_KEYS:
        assert (np.asarray(per_clip[key])[np.isin(case, ["perfect", "both_empty"])] == 1).all(), key


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

"""MA's label removal: the stored decisions, and the rule case by case."""

import numpy as np
import pytest

from seehear.errors import DataError
from seehear.labels.removal import ma


@pytest.mark.shared
def test_decisions_and_targets_of_the_release(golden) -> None:
    vectors = golden("ma_label_refine")
    label = vectors.given("labels")

    def predictions(pair: str = "", order: object = slice(None)) -> ma.TrackProbabilities:
        audio, visual = (vectors.given(f"prob_{track}{pair}")[order] for track in "av")
        return ma.TrackProbabilities(audio, visual)

    removed = ma.removals(
        label,
        predictions(),
        foreign_audio=predictions("_swapaud"),
        foreign_visual=predictions("_swapvis"),
    )
    vectors.check("need_to_change_audio", removed.audio)
    vectors.check("need_to_change_visual", removed.visual)
    for track in ("audio", "visual"):
        accuracy = ma.class_accuracy(vectors[f"prob_{track[0]}"], label)
        vectors.check(f"class_acc_{track}", accuracy, atol=1e-7)
    targets = ma.targets(label, removed)
    for stage in ("ma_step3", "dhhn_retrain"):
        vectors.check(f"{stage}/video_label", targets.clip)
        vectors.check(f"{stage}/audio_label", targets.audio)
        vectors.check(f"{stage}/visual_label", targets.visual)

    # rows stand in the order of the release's loader; in that of its dataset ours are the same
    place = vectors.given("data_idx")
    assert sorted(place.tolist()) == list(range(len(label)))
    order = np.argsort(place)
    again = ma.removals(
        label[order],
        predictions(order=order),
        foreign_audio=predictions("_swapaud", order),
        foreign_visual=predictions("_swapvis", order),
    )
    np.testing.assert_array_equal(again.audio[place], removed.audio)
    np.testing.assert_array_equal(again.visual[place], removed.visual)
    vectors.finish()


# two classes; the first is misjudged for one clip in four, the second for two: relative errors 1/2
# and 1
LABEL = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
PROB = np.array([[0.9, 0.1], [0.2, 0.1], [0.1, 0.1], [0.1, 0.1]])


def with_first(audio: tuple[float, float], visual: tuple[float, float]) -> ma.TrackProbabilities:
    """Return predictions that are sure of everything, except as given for the first clip."""
    sure = np.full((4, 2), 0.99)
    return ma.TrackProbabilities(np.vstack([audio, sure[1:]]), np.vstack([visual, sure[1:]]))


def test_relative_error() -> None:
    np.testing.assert_allclose(ma.relative_error(PROB, LABEL), [0.5, 1])


def test_a_label_goes_only_if_both_tracks_doubt_it() -> None:
    sure = with_first((0.99, 0.99), (0.99, 0.99))
    own = ma.TrackProbabilities(PROB, PROB)
    # thresholds are 0.25 and 0.5
    removed = ma.removals(
        LABEL, own, foreign_audio=with_first((0.24, 0.4), (0.24, 0.6)), foreign_visual=sure
    )
    assert removed.visual.tolist() == [
        [True, False],
        [False, False],
        [False, False],
        [False, False],
    ]
    assert not removed.audio.any()
    removed = ma.removals(
        LABEL, own, foreign_audio=sure, foreign_visual=with_first((0.26, 0.49), (0.1, 0.49))
    )
    assert removed.audio.tolist() == [[False, True], [False, False], [False, False], [False, False]]
    assert not removed.visual.any()


def test_each_track_uses_its_own_error() -> None:
    perfect = np.where(LABEL, 0.9, 0.1)
    doubt = ma.TrackProbabilities(np.zeros((4, 2)), np.zeros((4, 2)))
    removed = ma.removals(LABEL, ma.TrackProbabilities(audio=PROB, visual=perfect), doubt, doubt)
    assert not removed.visual.any(), "a class without error loses nothing"
    np.testing.assert_array_equal(removed.audio, LABEL == 1)


def test_targets_with_and_without_the_alias() -> None:
    removed = ma.Removals(audio=np.array([[True, False]]), visual=np.array([[False, True]]))
    label = np.array([[1, 1]], np.uint8)
    released = ma.targets(label, removed)
    assert released.clip.tolist() == [[0, 1]]
    mended = ma.targets(label, removed, alias_audio_target=False)
    assert mended.clip.tolist() == [[1, 1]]
    for targets in (released, mended):
        assert targets.audio.tolist() == [[0, 1]]
        np.testing.assert_array_equal(targets.visual, np.array([[0.95, 0]], np.float32))
    assert label.tolist() == [[1, 1]], "the weak label itself is never changed"


def test_partners_share_no_label_and_are_drawn_uniformly() -> None:
    label = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0]])
    rng = np.random.default_rng(2)
    draws = np.stack([ma.draw_partners(label, rng) for _ in range(3000)])
    for row in range(len(label)):
        partners, counts = np.unique(draws[:, row], return_counts=True)
        strangers = [
            other
            for other in range(len(label))
            if other != row and not (label[row] & label[other]).any()
        ]
        assert partners.tolist() == strangers
        assert np.ptp(counts) < 0.15 * 3000
    assert np.array_equal(
        ma.draw_partners(label, np.random.default_rng(2)),
        ma.draw_partners(label, np.random.default_rng(2)),
    )


def test_partners_over_several_blocks() -> None:
    label = np.eye(3, dtype=np.uint8)[np.arange(2500) % 3]
    partners = ma.draw_partners(label, np.random.default_rng(0))
    assert (np.arange(2500) % 3 != partners % 3).all()
    assert partners.max() > 2000


def test_no_partner_left() -> None:
    with pytest.raises(DataError, match="clip 1: every other clip shares a label"):
        ma.draw_partners([[1, 0], [1, 1], [0, 1]], np.random.default_rng(0))

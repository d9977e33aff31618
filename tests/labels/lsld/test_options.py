"""The choices of the denoising: what is allowed, and what it says of a track."""

import pytest

from seehear.labels.lsld.options import PROFILES, Denoising, factor_of


def test_the_paper_labels_and_reweights_the_visual_track_alone():
    paper = PROFILES["paper"]
    assert paper == Denoising()
    assert (paper.has("visual"), paper.has("audio")) == (True, False)
    assert (paper.reweights("visual"), paper.reweights("audio")) == (True, False)


def test_a_track_without_labels_is_not_reweighted():
    assert not Denoising(tracks="audio", reweight="both").reweights("visual")
    assert not Denoising(tracks="both", strategy="none").reweights("visual")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tracks": "video"}, "tracks: expected one of none, audio, visual, both, got 'video'"),
        ({"alpha": -1.0}, "alpha: expected a number of at least 0, fit, or fit\\*NUMBER"),
        ({"beta": "fitted"}, "beta: expected a number of at least 0, fit, or fit\\*NUMBER"),
        ({"trim": 0.5}, "trim: expected a share"),
    ],
)
def test_what_is_not_allowed_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        Denoising(**given)


def test_a_factor_is_a_number_or_a_multiple_of_what_fits():
    made = Denoising(alpha="fit * 0.75", beta="fit*1.0")
    assert (made.alpha, made.beta) == ("fit*0.75", "fit")
    assert factor_of(made.alpha, 2.0) == 1.5
    assert factor_of(made.beta, 2.0) == 2.0
    assert factor_of(4, 2.0) == 4.0
    for wrong in ("fit*", "fit*-1", "2*fit", "nan", "fit*inf"):
        with pytest.raises(ValueError, match=r"alpha: expected .* or fit\*NUMBER, got"):
            Denoising(alpha=wrong)

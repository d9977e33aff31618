"""MM-Pyramid: its windows, and the tracks it swaps."""

import torch

from small_networks import batch, small


def test_pyramid_windows_bound_what_a_segment_sees() -> None:
    inputs = batch(segments=12, frames=12)
    changed = {**inputs, "audio": inputs["audio"].clone()}
    changed["audio"][:, 0] += 10
    for levels, reach in ((1, 2), (2, 2 + 4)):  # attention and convolution each look 2^i further
        net = small("mm_pyramid", levels=levels).eval()
        difference = (
            (net(**inputs).segment_prob - net(**changed).segment_prob).abs().amax(dim=(0, 2, 3))
        )
        assert (difference[: reach + 1] > 0).all()
        assert not difference[reach + 1 :].any()


def test_pyramid_swap_exchanges_the_tracks_only() -> None:
    released, mended = (
        small("mm_pyramid", swap_tracks=swap).eval()(**batch()) for swap in (True, False)
    )
    torch.testing.assert_close(released.segment_prob, mended.segment_prob.flip(2))
    torch.testing.assert_close(released.track_prob, mended.track_prob.flip(1))
    torch.testing.assert_close(released.clip_prob, mended.clip_prob)

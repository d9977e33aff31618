"""Clips laid end to end: stretches stay in their clips, and algebra needs to know of no clips."""

import numpy as np

from seehear.library.spans import MICRO, Line, Spans, covered, to_micro


def line() -> Line:
    return Line(np.array([2.0, 0.0, 3.0]))


def seconds(spans: Spans) -> list[tuple[int, float, float]]:
    clip, start_s, end_s = line().get(spans)
    return list(zip(clip.tolist(), start_s.tolist(), end_s.tolist(), strict=True))


def put(*stretches: tuple[int, float, float]) -> Spans:
    clip, start_s, end_s = zip(*stretches, strict=True)
    return line().put(np.array(clip), np.array(start_s), np.array(end_s))


def test_stretches_come_back_united_and_cut_to_their_clips() -> None:
    spans = put((2, 1.0, 9.0), (0, 0.5, 1.0), (0, 1.0, 1.5), (0, -1.0, 0.25))
    assert seconds(spans) == [(0, 0.0, 0.25), (0, 0.5, 1.5), (2, 1.0, 3.0)]
    assert spans.length.tolist() == [MICRO // 4, MICRO, 2 * MICRO]


def test_the_end_of_a_clip_and_the_start_of_the_next_do_not_touch() -> None:
    whole = put((0, 0.0, 9.0), (1, 0.0, 9.0), (2, 0.0, 9.0))
    assert seconds(whole) == [(0, 0.0, 2.0), (2, 0.0, 3.0)]


def test_what_lies_outside_its_clip_is_nothing_and_takes_nothing_away() -> None:
    outside = put((0, 5.0, 9.0), (2, -3.0, -1.0), (0, 1.0, 2.0), (2, 0.0, 2.0))
    assert seconds(outside) == [(0, 1.0, 2.0), (2, 0.0, 2.0)]


def test_clips_lie_end_to_end_with_a_gap_of_one() -> None:
    assert line().offset.tolist() == [0, 2 * MICRO + 1, 2 * MICRO + 2]


def test_widened_stretches_stay_in_their_clips_and_may_meet() -> None:
    spans = put((0, 0.5, 1.0), (2, 0.25, 0.5), (2, 1.0, 1.25), (2, 2.5, 2.75))
    assert seconds(line().widened(spans, 0.25)) == [(0, 0.25, 1.25), (2, 0.0, 1.5), (2, 2.25, 3.0)]
    assert seconds(line().widened(spans, 9.0)) == [(0, 0.0, 2.0), (2, 0.0, 3.0)]


def test_near_is_at_most_so_far_away_in_one_clip() -> None:
    spans = put((0, 0.0, 0.5), (0, 1.5, 2.0), (2, 0.0, 0.25), (2, 1.0, 1.5), (2, 2.75, 3.0))
    others = put((0, 0.75, 1.0), (2, 2.0, 2.25))
    found = {by: line().within(spans, others, by).tolist() for by in (0.0, 0.25, 0.5, 1.0, 9.0)}
    assert found == {
        0.0: [False, False, False, False, False],
        0.25: [True, False, False, False, False],
        0.5: [True, True, False, True, True],
        1.0: [True, True, False, True, True],
        9.0: [True, True, True, True, True],
    }
    inside = put((2, 1.25, 1.375), (2, 2.25, 2.5))
    assert line().within(spans, inside, 0.0).tolist() == [False, False, False, True, False]
    nothing = line().within(spans, spans.take(np.zeros(5, bool)), 9.0)
    assert nothing.tolist() == [False] * 5


def test_union_intersection_difference_and_choice() -> None:
    a, b = put((0, 0.0, 1.0), (2, 0.0, 2.0)), put((0, 0.5, 2.0), (2, 1.0, 1.5))
    assert seconds(a | b) == [(0, 0.0, 2.0), (2, 0.0, 2.0)]
    assert seconds(a & b) == [(0, 0.5, 1.0), (2, 1.0, 1.5)]
    assert seconds(a - b) == [(0, 0.0, 0.5), (2, 0.0, 1.0), (2, 1.5, 2.0)]
    assert seconds(a.take(np.array([False, True]))) == [(2, 0.0, 2.0)]
    assert len(covered([(a, 1), (b, 1), (a, 1)], 3)) == 2
    assert len(a - a) == 0


def test_seconds_become_the_nearest_microsecond() -> None:
    assert to_micro(np.array([0.1, 1 / 3])).tolist() == [100_000, 333_333]
    single = to_micro(np.array([4000.125], np.float32))  # too many digits for 32 bits
    assert (single.tolist(), single.dtype) == ([4_000_125_000], np.int64)

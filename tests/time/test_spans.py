"""The interval algebra against sets of whole numbers, whose operations are words of Python."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seehear.time.spans import clipped, covered, difference, gaps, intersection, joined, shifted

WHOLE = st.integers(-5, 25)
SPANS = st.lists(st.tuples(WHOLE, WHOLE), max_size=8)


def points(spans) -> set[int]:
    """Return the whole numbers that intervals cover; those that end before they start, none."""
    return {at for start, end in spans for at in range(int(start), int(end))}


def is_canonical(spans) -> bool:
    """Return whether intervals are sorted, have length, and neither overlap nor touch."""
    edges = [edge for span in spans for edge in span]
    return all(a < b for a, b in itertools.pairwise(edges))


@given(SPANS)
def test_joined_covers_the_same_in_as_few_pieces_as_can_be(spans) -> None:
    found = joined(spans)
    assert points(found) == points(spans)
    assert is_canonical(found)
    assert joined([(0.0, 1.0), (1.5, 2.0)]) == [(0.0, 1.0), (1.5, 2.0)], "half a second is a gap"
    assert joined(found) == found


@given(SPANS, st.integers(0, 4))
def test_joined_bridges_gaps_up_to_the_one_asked_for(spans, gap) -> None:
    found = joined(spans, gap=gap)
    assert points(found) >= points(spans)
    assert all(b[0] - a[1] > gap for a, b in itertools.pairwise(found))
    for start, end in difference(found, spans):
        assert end - start <= gap


@given(SPANS)
def test_joined_without_a_gap_keeps_those_apart_that_only_touch(spans) -> None:
    found = joined(spans, gap=None)
    assert points(found) == points(spans)
    assert sum(end - start for start, end in found) == len(points(spans))
    assert {edge for span in found for edge in span} >= {e for s in joined(spans) for e in s}


def test_touching_intervals_are_joined_unless_only_overlaps_should_be() -> None:
    assert joined([(0.0, 1.0), (1.0, 2.0)]) == [(0.0, 2.0)]
    assert joined([(0.0, 1.0), (1.0, 2.0)], gap=None) == [(0.0, 1.0), (1.0, 2.0)]
    assert joined([(0.0, 1.5), (1.0, 2.0)], gap=None) == [(0.0, 2.0)]


@given(SPANS, SPANS)
def test_two_sets_meet_and_part_as_sets_of_points_do(a, b) -> None:
    both, only_a = intersection(a, b), difference(a, b)
    assert points(both) == points(a) & points(b)
    assert points(only_a) == points(a) - points(b)
    assert is_canonical(both)
    assert is_canonical(only_a)
    assert joined(both + only_a) == joined(a)
    assert all(type(edge) is float for span in both + only_a for edge in span), "as is declared"


@given(SPANS, WHOLE, st.integers(0, 20))
def test_what_is_clipped_and_the_gaps_fill_the_stretch(spans, start, length) -> None:
    end = start + length
    inside, between = clipped(spans, start, end), gaps(spans, start, end)
    assert not points(inside) & points(between)
    assert joined(inside + between) == joined([(start, end)])


@given(SPANS, st.integers(-9, 9))
def test_shifting_there_and_back_changes_nothing(spans, by) -> None:
    assert shifted(shifted(spans, by), -by) == spans
    assert points(shifted(spans, by)) == {at + by for at in points(spans)}


@given(SPANS, SPANS, SPANS, st.integers(1, 3))
def test_covered_counts_how_many_groups_hold(a, b, c, least) -> None:
    groups = [joined(spans) for spans in (a, b, c)]
    edges = []
    for spans in groups:
        array = np.array(spans, np.int64).reshape(-1, 2)
        edges.append((array[:, 0], array[:, 1]))
    starts, ends = covered(edges, (1, 1, 1), least)
    found = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert starts.dtype == np.int64
    assert is_canonical(found)
    everywhere = [points(spans) for spans in groups]
    holding = {at for at in range(-5, 25) if sum(at in where for where in everywhere) >= least}
    assert points(found) == holding


def test_intervals_of_seconds_keep_their_exact_edges() -> None:
    assert joined([(0.1, 0.3), (0.3, 0.7)]) == [(0.1, 0.7)]
    assert intersection([(0.1, 0.7)], [(0.3, 9.0)]) == [(0.3, 0.7)]
    assert gaps([(0.3, 0.7)], 0.1, 0.9) == [(0.1, 0.3), (0.7, 0.9)]

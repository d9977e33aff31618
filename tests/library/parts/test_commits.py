"""Which commits count."""

import pytest

from seehear.errors import DataError
from seehear.library.parts.commits import Commit, Commits, LibraryPart, state_of
from seehear.library.parts.store import LocalStore


def part(token: str, first: str, last: str) -> LibraryPart:
    return LibraryPart(token, 1, 8, first, last, False)


def test_a_late_replacement_of_what_is_replaced_is_void() -> None:
    a, b, c = (Commit(f"{n}-x", (part(f"p{n}", str(n), str(n)),)) for n in (1, 2, 3))
    first = Commit("4-x", (part("p4", "1", "2"),), ("1-x", "2-x"))
    late = Commit("5-x", (part("p5", "2", "3"),), ("2-x", "3-x"))
    state = state_of([late, first, c, b, a])
    assert [commit.name for commit in state.commits] == ["3-x", "4-x"]
    assert [part.token for part in state.parts] == ["p4", "p3"]
    assert state.replaced == (a, b)
    assert state.void == (late,)
    assert state.is_disjoint
    assert not state_of([first, b]).commits[:-1]  # b is replaced, whatever else is gone


def test_names_go_up_whatever_the_clocks_say() -> None:
    ahead = Commit(f"{2**62:020d}-x", ())
    assert state_of([ahead]).next_name() > ahead.name
    assert state_of([]).next_name() < ahead.name


def test_a_damaged_commit_is_one_line(tmp_path) -> None:
    (tmp_path / "commits").mkdir()
    (tmp_path / "commits" / "1-x.json").write_text('{"schema": "seehear.library/9"}')
    with pytest.raises(DataError, match=r"1-x\.json"):
        Commits(LocalStore(tmp_path)).state()

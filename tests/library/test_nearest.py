"""The index of near seconds proposes what exact comparison finds, whatever came and went."""

import builtins

import numpy as np
import pytest

from kept_library import keep
from seehear.library import nearest, update
from seehear.library.like import like

pytest.importorskip("faiss")
SECONDS, DIM = 20, 8


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setattr(nearest, "MANY_S", 1.0)
    monkeypatch.setattr(nearest, "PROPOSED", 5)
    draw = np.random.default_rng(0)
    clips = {f"c{i:02}": draw.normal(size=(SECONDS, DIM)) for i in range(40)}
    clips["c07"][3] = 2 * clips["c01"][5]
    for name, rows in clips.items():
        keep(tmp_path, name, rows)
    update(tmp_path)
    return tmp_path


def first(library, text="c01@5", **options):
    update(library)
    found = like(library, text, "audio", **options)
    hit = next(found.ranked().hits(1))
    return hit.source, hit.start_s, found


def test_an_index_proposes_what_exact_comparison_finds(library):
    source, start_s, found = first(library)
    exactly = first(library, exact=True)
    assert (source, start_s) == exactly[:2] == ("c07.mp4", 3.0)
    assert "of 40 clips: those that the index" in found.notes[1]
    assert 0 < found.clips < 10
    assert exactly[2].clips == 40


def test_clips_come_change_and_go(library, monkeypatch):
    first(library)
    with monkeypatch.context() as patch:  # nothing changed: no clip is read again
        patch.setattr(nearest._Index, "_vectors", None)
        assert first(library)[:2] == ("c07.mp4", 3.0)
    draw = np.random.default_rng(1)
    changed = draw.normal(size=(SECONDS, DIM))
    keep(library, "c07", changed)  # no longer like it
    new = draw.normal(size=(SECONDS, DIM))
    keep(library, "new", new)
    assert first(library)[:2] != ("c07.mp4", 3.0)
    new[11] = changed[4]
    keep(library, "new", new)
    assert first(library, "c07@4")[:2] == ("new.mp4", 11.0)
    (library / "new.features.npz").unlink()
    assert first(library, "c07@4")[0] != "new.mp4"
    assert len(list((library / nearest.FOLDER).glob("*.faiss"))) == 1


def test_a_write_that_was_killed_leaves_the_old_state(library, monkeypatch):
    before = first(library)[:2]
    keep(library, "new", np.random.default_rng(2).normal(size=(SECONDS, DIM)))
    update(library)

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(nearest, "write_text", killed)
        with pytest.raises(KeyboardInterrupt):
            like(library, "c01@5", "audio")
    assert len(list((library / nearest.FOLDER).glob("*.faiss"))) == 2
    assert first(library)[:2] == before
    for file in (library / nearest.FOLDER).glob("*.faiss"):
        file.write_bytes(b"damaged")
    assert first(library)[:2] == before  # made again
    for file in (library / nearest.FOLDER).glob("*.json"):
        file.write_text("{}")
    assert first(library)[:2] == before


def test_without_the_extra_every_clip_is_compared(library, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name == "faiss":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    assert first(library)[2].clips == 40

"""More like this: every second is looked at, the likest come first, copies of clips have 1."""

import numpy as np
import pytest

import fake_scorer
from kept_library import keep
from seehear.cli.main import main
from seehear.errors import ConfigError, FeatureError
from seehear.features.kept import KeptWriter
from seehear.library import update
from seehear.library.like import like
from small_library import put

SECONDS = 12


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(0)
    return {name: draw.normal(size=(2, SECONDS, 6)) for name in "abc"}


@pytest.fixture(scope="module")
def library(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("library")
    rows["b"][0, 11] = 3 * rows["a"][0, 2] + 0.01  # sounds like second 2 of a
    rows["c"][1, 5] = 2 * rows["a"][1, 2]  # looks like it
    for name, (ear, eye) in rows.items():
        keep(folder, name, ear, eye)
    keep(folder, "sub/copy", 0.5 * rows["a"][0, 3:9], rows["a"][1, 3:9])
    put(folder, "none", {"Dog": "...."}, {})
    update(folder)
    return folder


def first(found, count=1):
    return [(hit.source, hit.start_s, hit.end_s) for hit in found.ranked().hits(count)]


def test_the_likest_second_comes_first_by_sound_or_by_picture(library, rows):
    found = like(library, "a.mp4@2.4", "audio")
    assert first(found) == [("b.mp4", 11.0, 12.0)]
    assert found.notes == (
        "compared by ear/feature",
        "1 of 5 clips without features that can be compared",
    )
    assert first(like(library, "a@2", "visual")) == [("c.mp4", 5.0, 6.0)]
    assert {hit[0] for hit in first(like(library, "a.mp4@2"), 9)} > {"b.mp4", "c.mp4"}
    # the exact scan: cosines of every second, told as they are
    unit = {k: v[0] / np.linalg.norm(v[0], axis=1, keepdims=True) for k, v in rows.items()}
    scores = {(hit.source, int(hit.start_s)): hit.score for hit in found.hits()}
    for (source, second), score in scores.items():
        if source in ("b.mp4", "c.mp4"):
            cosine = float(unit[source[0]][second] @ unit["a"][2])
            assert score == pytest.approx(max(cosine, 0), abs=1e-3)


def test_what_stands_beside_a_found_second_is_not_told_again(library):
    found = like(library, "a.mp4@2", "audio")
    by_clip = {}
    for hit in found.hits():
        by_clip.setdefault(hit.source, []).append(hit.start_s)
    for starts in by_clip.values():
        assert (np.diff(sorted(starts)) > 2).all()
    assert min(by_clip["a.mp4"]) > 4  # nor the example itself


def test_copies_and_parts_of_a_clip_have_one(library):
    found = like(library, "sub/copy")
    assert first(found) == [("a.mp4", 0.0, 12.0)]
    score = found.ranked().score
    assert score[0] == pytest.approx(1, abs=1e-5)
    assert score[1] < 0.9
    assert len(found) == 3


def test_a_file_that_is_no_clip_is_encoded_as_the_library_was(tmp_path, monkeypatch):
    loudness, library = [0.1, 0.1, 0.9, 0.1, 0.4, 0.1], tmp_path / "library"
    film = fake_scorer.fake.make_clip(tmp_path / "a.wav", 6, visual=False, loudness=loudness)
    one = fake_scorer.parser()
    one.keep = lambda path: KeptWriter(library / "a.features.npz")
    library.mkdir()
    (library / "a.timeline.json").write_text(one(film).to_json())
    update(library)
    monkeypatch.setattr(
        "seehear.library.open_words.zero_shot", lambda word, about: fake_scorer.parser()
    )
    found = like(library, f"{film}@2")
    assert found.score.max() == pytest.approx(1)
    assert {hit.start_s for hit in found.hits()} <= {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}
    (library / "a.features.npz").unlink()
    with pytest.raises(FeatureError, match="no features were kept of any clip"):
        like(library, f"{film}@2")


def test_what_is_no_example_is_refused(library, capsys):
    with pytest.raises(
        ConfigError, match="expected a clip of the library or a media file, got 'd'"
    ):
        like(library, "d@3")
    with pytest.raises(ConfigError, match="no audio at that second"):
        like(library, "a.mp4@40", "audio")
    with pytest.raises(FeatureError, match="no features were kept"):
        like(library, "none.mp4@1")
    assert main(["search", str(library), "--like", "a.mp4@2", "--track", "audio", "--json"]) == 0
    assert '"source": "b.mp4"' in capsys.readouterr().out
    for wrong in (["audio:Dog", "--like", "a.mp4@2"], ["audio:Dog", "--track", "audio"]):
        assert main(["search", str(library), *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1

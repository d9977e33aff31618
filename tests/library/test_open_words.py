"""Words that nobody parsed for are scored by what was kept, as parsing for them would have."""

import numpy as np
import pytest

from fake_scorer import fake, scorer
from seehear.data import Vocabulary
from seehear.errors import ConfigError
from seehear.features.kept import KeptWriter
from seehear.library import OpenWords, search, update
from seehear.parser import Parser
from seehear.parser.zero_shot.scorer import ZeroShot
from seehear.web.catalogue import Catalogue


class Level:
    """Probability of the one class: the mean of a row, against a limit."""

    def __init__(self, stream, limit):
        self.streams, self.limit = (stream,), limit

    def of(self, values):
        return values[self.streams[0]].mean(axis=1, keepdims=True) / self.limit / 2

    def nothing(self):
        return 0.0

    def prob(self, kept):
        return np.clip(kept, 0, 1)


def of_word(word, about):
    """Return a parser of one word, whatever it is: loud and bright."""
    whole = scorer()
    ((audio, ear),), ((visual, eye),) = whole.audio.items(), whole.visual.items()
    one = ZeroShot(
        Vocabulary((word,), (word,)),
        (ear, eye),
        (Level(f"{audio}/feature", 0.3), Level(f"{visual}/feature", 130)),
        ([whole._meanings[0][0]],) * 2,
        decoding=whole.decoding,
    )
    return Parser(one, {"preset": "fake"})


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    for name, kept in (("a", True), ("b", True), ("c", False)):
        loudness, colours = [0.1, 0.1, 0.9, 0.9, 0.1, 0.1], [(5, 5, 5)] * 6
        film = fake.make_clip(folder / f"{name}.mkv", 6, loudness=loudness, colours=colours)
        one = Parser(scorer(), {"preset": "fake"})
        if kept:
            path = folder / f"{name}.features.npz"
            one.keep = lambda _, path=path: KeptWriter(path)
        (folder / f"{name}.timeline.json").write_text(one(film).to_json())
        film.unlink()
    update(folder)
    return folder


def found(library, query, words):
    answer = search(library, query, words=words)
    return [(hit.source, hit.start_s, hit.end_s) for hit in answer.hits()], answer.notes


def test_an_open_word_is_scored_said_to_be_so_and_ranked(library):
    words = OpenWords(library, of_word)
    hits, notes = found(library, "audio:siren", words)
    assert hits == [("a.mkv", 2.0, 4.0), ("b.mkv", 2.0, 4.0)]
    told = "no clip was parsed for 'siren': it was scored now, from what was kept of 2 of 3 clips"
    assert notes[0].startswith(told)
    # it goes with what was parsed for, and "not" is sure of it
    assert found(library, "audio:siren -visual:siren", words)[0] == hits
    assert found(library, "audio:loud & audio:siren", words)[0] == hits
    assert found(library, "audio:loud -audio:siren", words)[0] == []
    answer = search(library, "audio:siren", words=words)
    assert (np.diff(answer.ranked().score) <= 0).all()
    assert (answer.score > 0.5).all()


def test_the_search_box_of_the_page_scores_open_words(library):
    catalogue = Catalogue(library)
    catalogue._words = OpenWords(library, of_word)
    page = catalogue.page("heard:siren")
    assert page["searched_for"][0].startswith("no clip was parsed for 'siren': it was scored now")
    first, second = page["items"]
    assert [first["name"], second["name"]] == ["a.mkv", "b.mkv"]
    assert first["spans"][0][:2] == [2.0, 4.0]
    assert catalogue.spans(first["id"], "heard:siren") == first["spans"]


def test_what_was_scored_stays_while_its_features_do(library, monkeypatch):
    made = []

    def make(word, about):
        made.append(word)
        return of_word(word, about)

    words = OpenWords(library, make)
    before = found(library, "audio:siren", words)
    monkeypatch.setattr("seehear.parser.kept.parse_kept", lambda *_: pytest.fail("scored again"))
    assert found(library, "audio:siren", words) == before
    assert made == ["siren"]


def test_without_what_was_kept_words_are_refused_as_before(library, tmp_path):
    for words in (None, OpenWords(tmp_path, of_word), OpenWords(library, lambda word, about: None)):
        with pytest.raises(ConfigError, match="no clip was parsed for a class 'siren'"):
            search(library, "audio:siren", words=words)
    with pytest.raises(ConfigError, match="'nothing' is not understood"):
        search(library, "nothing siren", words=OpenWords(library, of_word))
    # what was kept of another content does not answer
    words = OpenWords(library, of_word)
    other = (library / "b.timeline.json").read_text()
    other = other.replace('"hash": "sha256:', '"hash": "sha256:0')
    (library / "b.timeline.json").write_text(other)
    update(library)
    assert [hit[0] for hit in found(library, "audio:siren", words)[0]] == ["a.mkv"]

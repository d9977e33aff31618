"""What a library teaches: only what people said, of clips parsed in one way, judged elsewhere."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fake_scorer
from seehear.errors import DataError
from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected
from seehear.parser.adjusted import Adjustment
from seehear.parser.prior import PRIORS, with_prior
from seehear.teach.calibrate import calibrate
from seehear.teach.evidence import evidence, parsed_as
from seehear.teach.folder import base_of
from seehear.teach.lesson import CATALOGUE_LEFT_OUT, known_of, learn
from seehear.time import Decoding, Scores, TimeGrid, Timeline, decode_scores
from small_library import save

DECODING = Decoding(gate="none")


def line(number: int, *, shy: float = 0.3) -> Timeline:
    """Return a clip whose dog is heard for three seconds, which the parser is too shy to say."""
    rng = np.random.default_rng(number)
    prob = rng.uniform(0.02, 0.1, (8, 2, 1))
    prob[2:5, 0, 0] = shy
    parser = {"preset": "offline", "encoders": {}, "decoding": DECODING.to_dict()}
    scores = Scores(prob, TimeGrid(8), ("Dog",))
    return decode_scores(scores, DECODING, source="a.mp4", duration_s=8.0, parser=parser)


def truth(timeline: Timeline) -> Timeline:
    row = ForeignRow("a", "audio", "Dog", 2, 5, None, "t:2")
    return corrected(timeline, [row], complete=True).timeline


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for number in range(12):
        one = line(number)
        save(tmp_path, f"c{number:02}", truth(one) if number < 10 else one)
    return tmp_path


def test_what_is_learnt_is_judged_on_clips_it_was_not_learnt_from(library: Path) -> None:
    known = known_of(library)
    assert (len(known.clips), len(known.others)) == (10, 2)
    lesson = learn(known, calibrate)
    assert lesson.before["segment/audio"] == 0
    assert lesson.after["segment/type"] == 1
    assert lesson.better
    assert lesson.reviewed_s == {"Dog": {"audio": 80, "visual": 80}}
    memory = {}

    def by_heart(clips, classes):
        memory.update({clip.name: True for clip in clips})
        return Adjustment.none(classes)

    assert not learn(known, by_heart).better


def test_a_catalogue_alone_teaches_and_one_of_other_clips_is_told(tmp_path: Path) -> None:
    for number in range(12):
        save(tmp_path, f"c{number:02}", line(number, shy=0.45 if number % 2 else 0.1))
    named = {f"c{n:02}.mp4": ["Dog"] if n % 2 else [] for n in range(12)}
    known = known_of(tmp_path, {**{k.removesuffix(".mp4"): v for k, v in named.items()}, "x": []})
    assert "no clip of the library is called x" in known.notes[0]
    lesson = learn(known, calibrate)
    assert (lesson.clips, lesson.catalogued) == (0, 12)
    assert lesson.before["clip/classes"] == 0.5 < lesson.after["clip/classes"]


def test_a_catalogue_that_does_harm_is_left_out_and_that_is_said(library: Path) -> None:
    known = known_of(library, {f"c{number:02}": ["Dog"] for number in range(12)})

    def harmed_by_it(clips, classes):
        if any(clip.weak is not None for clip in clips):
            return Adjustment.none(classes)
        return calibrate(clips, classes)

    lesson = learn(known, harmed_by_it)
    assert (lesson.catalogued, lesson.notes) == (0, (CATALOGUE_LEFT_OUT,))
    assert CATALOGUE_LEFT_OUT not in learn(known_of(library), harmed_by_it).notes


@pytest.mark.parametrize("knows_footage", [True, False])
@pytest.mark.parametrize("prior", [name for name, limits in PRIORS.items() if limits])
def test_the_prior_is_known_from_what_timelines_say(
    tmp_path: Path, prior: str, knows_footage: bool
) -> None:
    """Also of a run with too few clips to tell footage that is unlike them."""
    trained = fake_scorer.scorer()
    trained.language, trained.knows_footage, trained.beyond = trained, knows_footage, None
    trained.run = SimpleNamespace(prior=prior)
    said = {"model": "run", "decoding": DECODING.to_dict(), **with_prior(trained).about()}
    save(tmp_path, "a", truth(replace(line(0), parser=said)))
    base = base_of(known_of(tmp_path).parsed, tmp_path / "run")
    assert base.about == {"model": "run", "prior": prior}


def test_where_nothing_is_known_there_is_one_line(tmp_path: Path) -> None:
    save(tmp_path, "a", line(0))
    with pytest.raises(DataError, match="nothing is known about any of its clips"):
        known_of(tmp_path)


def test_only_what_was_said_is_known_and_another_way_of_parsing_is_left_out(tmp_path: Path) -> None:
    row = ForeignRow("a", "audio", "Dog", 2, 4, None, "t:2")
    part = corrected(line(0), [row]).timeline
    got = evidence("a", part, parsed_as(part))
    assert got.known[:, 0, 0].tolist() == [False, False, True, True, *[False] * 4]
    assert not got.known[:, 1].any()
    for number in range(3):
        save(tmp_path, f"c{number}", truth(line(number)))
    other = truth(line(5))
    save(tmp_path, "other", replace(other, parser={**other.parser, "preset": "clip"}))
    known = known_of(tmp_path)
    assert len(known.clips) == 3
    assert known.notes == ["left out: 1 clip, parsed in another way than most"]

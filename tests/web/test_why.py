"""What lets a person see why: scores by class, small pictures and loudness of a clip."""

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from seehear.errors import SeehearError
from seehear.time import Decoding, Extent, Scores, TimeGrid, Timeline, decode_scores
from seehear.web import clues
from seehear.web.app import create_app
from seehear.web.catalogue import clip_id
from seehear.web.settings import Settings
from web_world import HERE, WORKER, make_video, put

AT = f"/api/clips/{clip_id('a.timeline.json')}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    library = tmp_path_factory.mktemp("why")
    make_video(library / "a.mp4")
    heard, seen = [0.9, 0.5, 0.25, 0.0], [0.3, 0.6, 0.1, 0.1]
    scores = Scores(np.stack([heard, seen], 1)[..., None], TimeGrid(4), ("Dog",))
    line = decode_scores(scores, Decoding(gate="none"), source="a.mp4")
    put(library, "a", line)
    put(library, "mute", replace(line, events=(), tracks={"visual": Extent()}))
    put(library, "bare", Timeline("b.mp4", 4.0, TimeGrid(4), ("Dog",)))
    with TestClient(create_app(Settings(library, worker=WORKER)), HERE) as client:
        yield client


def test_scores_of_the_classes_asked_for(client: TestClient) -> None:
    value = client.get(f"{AT}/scores", params={"label": ["Dog", "Nobody"]}).json()
    levels = {t: list(base64.b64decode(value[t]["Dog"])) for t in ("audio", "visual")}
    assert levels == {"audio": [180, 100, 50, 0], "visual": [60, 120, 20, 20]}
    assert value["levels"] == 200
    assert list(value["audio"]) == ["Dog"]
    mute = client.get(f"/api/clips/{clip_id('mute.timeline.json')}/scores?label=Dog").json()
    assert mute["visual"] == {}
    bare = client.get(f"/api/clips/{clip_id('bare.timeline.json')}/scores?label=Dog").json()
    assert bare == {"levels": None, "audio": {}, "visual": {}}


def test_small_pictures_stand_where_they_are_shown_and_loudness_is_a_byte_a_share(
    client: TestClient,
) -> None:
    answer = client.get(f"{AT}/strip")
    with Image.open(io.BytesIO(answer.content)) as strip:
        assert strip.size == (clues.PICTURES * clues.WIDTH, clues.HEIGHT)
        middle = clues.HEIGHT // 2
        shown = [strip.getpixel(((k + 0.9) * strip.width // 4, middle)) for k in range(4)]
    assert [max(range(3), key=pixel.__getitem__) for pixel in shown] == [0, 1, 2, 0]
    sound = client.get(f"{AT}/sound")
    levels = np.frombuffer(sound.content, np.uint8)
    assert len(levels) == clues.BINS
    tone_db = 20 * np.log10(0.2 / np.sqrt(2))
    assert abs(np.median(levels) / 255 - (1 + tone_db / 60)) < 0.02
    assert client.get(f"/api/clips/{clip_id('bare.timeline.json')}/sound").status_code == 404


def test_what_is_too_long_to_look_through_has_none(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(clues, "_LONGEST_S", 2.0)
    with pytest.raises(SeehearError, match="too long for small pictures"):
        clues.strip(make_video(tmp_path / "a.mp4"), tmp_path / "out.jpg")

"""Embeddings that others made serve a library as those that parsing keeps."""

import json

import numpy as np
import pytest

import fake_encoders as fake
import fake_scorer
from seehear.cli.main import main
from seehear.errors import FeatureError
from seehear.extraction.extract import ExtractOptions, extract
from seehear.features.brought import opened
from seehear.features.kept import opened_kept
from seehear.library import OpenWords, search, update
from seehear.library.brought import place
from seehear.library.like import like
from seehear.parser.kept import parse_kept
from small_library import put


@pytest.fixture
def published(tmp_path):
    """Return published folders of three clips: second 4 of `bbb` looks like second 7 of `aaa`."""
    draw = np.random.default_rng(0)
    folder = tmp_path / "published"
    clips = {name: draw.normal(size=(10, 512)).astype(np.float32) for name in ("aaa", "bbb", "ccc")}
    clips["bbb"][4] = 2 * clips["aaa"][7]
    for output in ("clip_16", "clap_audioset"):
        (folder / output).mkdir(parents=True)
        for name, rows in clips.items():
            np.save(folder / output / f"{name}.npy", rows)
    return folder


def test_published_folders_can_be_searched(published, tmp_path, capsys):
    library = tmp_path / "library"
    put(library, "films/bbb", {"Dog": ".........."}, {"Dog": ".........."})
    before = (library / "films/bbb.timeline.json").read_bytes()
    assert main(["import", str(published), "--as", "features", "--out", str(library)]) == 0
    assert "features of 3 clips" in capsys.readouterr().out
    assert (library / "films/bbb.timeline.json").read_bytes() == before
    found = like(library, "aaa@7").ranked()
    first = next(found.hits(1))
    assert (first.path, first.start_s) == ("films/bbb.timeline.json", 4.0)
    assert first.score == pytest.approx(1, abs=1e-3)
    assert main(["search", str(library), "--like", "ccc", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spans"] == 2
    # nobody knows what made them, so no word is scored by them
    with pytest.raises(FeatureError, match="of clap were kept with other"):
        parse_kept(_clip_parser(), library / "aaa.features.npz")


def _clip_parser():
    """Return a parser of fake encoders that go by the names of published ones."""
    made = fake_scorer.scorer()
    ear, eye = made.audio["ear"], made.visual["eye"]
    made.audio, made.visual = {"clap": ear}, {"clip-vit-b16": eye}
    return fake_scorer.Parser(made, {"preset": "fake"})


def test_a_table_can_be_brought_in_and_asked(tmp_path, capsys):
    import duckdb

    table, library = tmp_path / "vectors.parquet", tmp_path / "library"
    duckdb.execute(
        "COPY (SELECT 'clip' || c AS clip, s AS second, [c::FLOAT, s::FLOAT, 1] AS vec"
        f" FROM range(3) t(c), range(5) u(s)) TO '{table}'"
    )
    command = ["import", str(table), "--as", "features", "--out", str(library)]
    assert main(command) == 2
    assert "columns of vectors: vec; say COLUMN=ENCODER" in capsys.readouterr().err
    assert main([*command, "--vectors", "vec=visual:mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == ["clip0", "clip1", "clip2"]
    assert main([*command, "--vectors", "vec=visual:mine"]) == 0  # once more: the same
    assert "new timelines: 0" in capsys.readouterr().out
    hit = next(like(library, "clip1@4", "visual").ranked().hits(1))
    assert (hit.source, hit.start_s) == ("clip2", 4.0)
    assert main([*command, "--vectors", "vec=visual:mine", "--fps", "2"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_extracted_features_parse_as_the_media_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fake.Eye, "preprocessing", lambda self: {"fps": self.fps})
    film = fake.make_clip(tmp_path / "media" / "film.mp4", 6, loudness=[0.1, 0.1, 0.9, 0.1, 0.4, 0])
    fps = fake.load("eye").fps
    extract(
        [str(film)],
        out=tmp_path / "features",
        visual=["eye"],
        audio=["ear"],
        options=ExtractOptions(jobs=1),
        load=fake.load,
    )
    library = tmp_path / "library"
    library.mkdir()
    done = place(library, opened(tmp_path / "features", {}), media=tmp_path / "media")
    assert (done.clips, done.failed) == (("film",), ())
    parser = fake_scorer.parser(fps=fps)
    wanted = parser(film)
    again = parse_kept(parser, library / "film.features.npz", wanted.media.hash)
    assert again.events == wanted.events
    assert again.events
    update(library)
    words = OpenWords(library, lambda word, about: fake_scorer.parser(fps=fps))
    found = search(library, "heard:Loud", words=words)
    assert len(found) == len(wanted.on("audio", "Loud"))


def test_vouching_takes_them_for_ours(published, tmp_path, monkeypatch):
    made = {"track": "visual", "weights": {"w": "1"}, "preprocessing": {}}
    monkeypatch.setattr("seehear.encoders.load_encoder", lambda id_, **options: id_)
    monkeypatch.setattr("seehear.encoders.provenance.provenance", lambda id_: {**made, "of": id_})
    done = place(tmp_path, opened(published, {}), vouched=True)
    assert len(done.clips) == 3
    with opened_kept(tmp_path / "aaa.features.npz") as kept:
        assert kept.about.encoders["clap"]["weights"] == {"w": "1"}
        assert kept.about.encoders["clip-vit-b16"]["fps"] == 2
    narrow = np.zeros((10, 7), np.float32)
    table = _Given({"clap": made}, narrow)
    done = place(tmp_path / "other", table, vouched=True)
    assert done.clips == ()
    assert "clap/feature has 7 numbers a row, clap makes feature (512)" in done.failed[0]


class _Given:
    """Embeddings given as they are."""

    step_s = 1.0

    def __init__(self, encoders, rows):
        self.encoders, self.rows = encoders, rows

    def clips(self):
        """Yield the one clip."""
        from seehear.features.brought import BroughtClip

        places = {"clap/feature": np.arange(len(self.rows))}
        yield BroughtClip("a", len(self.rows), 10.0, {"clap/feature": self.rows}, places)

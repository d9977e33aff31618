"""What was kept of a clip answers as the clip does: to the byte, and for nothing else."""

import dataclasses
import json
import zipfile

import numpy as np
import pytest

from fake_scorer import fake, parser, scorer
from seehear.errors import FeatureError, MediaError, SeehearError
from seehear.features.kept import KeptWriter, opened_kept
from seehear.library.written import signed
from seehear.parser import Parser
from seehear.parser.kept import parse_kept, parse_kept_by


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return fake.make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", 12.4)


def keeping(path, precision="exact", **options):
    one = parser(**options)
    one.keep = lambda clip: KeptWriter(path, precision)
    return one


def without_origin(timeline):
    """Return the text of a timeline but for the line that says where it came from."""
    made = {key: value for key, value in timeline.parser.items() if key != "kept"}
    return signed(dataclasses.replace(timeline, parser=made)).to_json()


def test_kept_rows_give_the_timeline_of_the_media_to_the_byte(clip, tmp_path):
    path = tmp_path / "clip.features.npz"
    parsed = keeping(path)(clip)
    again = parse_kept(parser(), path, parsed.media.hash)
    assert again.parser["kept"]["precision"] == "exact"
    assert without_origin(again) == signed(parsed).to_json()
    # another question of the same rows is as if the clip were parsed with it
    other = Parser(scorer(), {"preset": "fake"}, threshold=0.9)
    assert without_origin(parse_kept(other, path)) == signed(other(clip)).to_json()
    # keeping changes nothing, and is the same each time
    assert parser()(clip).to_json() == parsed.to_json()
    first = path.read_bytes()
    keeping(path)(clip)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("track", ["audio", "visual"])
def test_an_absent_track_is_absent_again(tmp_path, track):
    film = fake.make_clip(tmp_path / "one.mkv", 3, **{track: False})
    path = tmp_path / "one.features.npz"
    parsed = keeping(path)(film)
    again = parse_kept(parser(), path)
    assert again.tracks[track].absent
    assert without_origin(again) == signed(parsed).to_json()


def test_half_precision_takes_less_and_says_so(clip, tmp_path):
    exact, half = tmp_path / "exact.features.npz", tmp_path / "half.features.npz"
    keeping(exact)(clip)
    keeping(half, "half")(clip)
    again = parse_kept(parser(), half)
    assert again.parser["kept"]["precision"] == "half"
    with opened_kept(exact) as rows, opened_kept(half) as rounded:
        streams = {"eye/feature", "ear/feature"}
        pairs = list(zip(rows.pieces(streams), rounded.pieces(streams), strict=True))
        assert len(pairs) == 4
        for (encoder, piece), (other, small) in pairs:
            assert encoder == other
            stream = f"{encoder}/feature"
            np.testing.assert_array_equal(piece.places[stream], small.places[stream])
            np.testing.assert_allclose(piece.values[stream], small.values[stream], rtol=2**-11)
            assert encoder == "eye" or (piece.values[stream] != small.values[stream]).any()
    writer = KeptWriter(tmp_path / "large.npz", "half")
    assert writer._rounded(np.array([[1e6]], np.float32)).dtype == np.float32
    assert writer._rounded(np.array([[6e4]], np.float32)).dtype == np.float16


def change(about, value, *keys):
    inner = about
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value


@pytest.mark.parametrize(
    ("keys", "value", "told"),
    [
        (("encoders", "eye", "preprocessing", "crop"), 9, "other preprocessing: crop 9, .* is 8"),
        (("encoders", "eye", "weights"), {"eye": "sha256:12"}, "other weights: eye sha256:12, "),
        (("encoders", "eye", "fps"), 3, "3 frames a second of eye were kept, expected 2"),
        (("encoders",), {}, "none of ear"),
        (("step_s",), 2.0, "features of 2 s each were kept, expected 1 s"),
        (("still",), 2.0, "kept with frames encoded once within 2 grey levels, expected every"),
        (("audio_stream",), 2, "of audio stream 2 were kept, expected those of the audio stream"),
    ],
)
def test_rows_that_were_made_otherwise_are_refused(clip, tmp_path, keys, value, told):
    path = tmp_path / "clip.features.npz"
    keeping(path)(clip)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with opened_kept(path) as rows:
        about = json.loads(rows._archive.read("about").tobytes())
    change(about, value, *keys)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if name != "about.npy":
                archive.writestr(name, content)
        with archive.open("about.npy", "w") as file:
            np.save(file, np.frombuffer(json.dumps(about).encode(), np.uint8))
    with pytest.raises(FeatureError, match=told) as refusal:
        parse_kept(parser(), path)
    assert "parse its video again" in str(refusal.value)


def test_rows_of_another_content_and_damaged_ones_are_refused(clip, tmp_path):
    path = tmp_path / "clip.features.npz"
    keeping(path)(clip)
    with pytest.raises(FeatureError, match="the video has changed since"):
        parse_kept(parser(), path, "sha256:other")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        read = [i for i in archive.infolist() if i.filename.endswith(("ear/feature.npy", "t.npy"))]
    assert len(read) == 7  # two pieces of sound, four lists of places, what it holds
    for member in read:
        last = member.header_offset + 30 + len(member.filename) + member.file_size - 1
        path.write_bytes(content[:last] + bytes([content[last] ^ 1]) + content[last + 1 :])
        with pytest.raises(FeatureError):
            parse_kept_by([parser()], path)
    path.write_bytes(content[:-30])
    with pytest.raises(FeatureError):
        parse_kept_by([parser()], path)
    with pytest.raises(FeatureError, match="no features were kept"):
        parse_kept(parser(), tmp_path / "none.features.npz")


def test_nothing_is_left_of_a_clip_that_fails(clip, tmp_path):
    path = tmp_path / "clip.features.npz"
    growing = fake.make_clip(tmp_path / "growing.mp4", 12)

    def write_on(share, so_far):
        growing.write_bytes(growing.read_bytes() + b"more")

    with pytest.raises(MediaError, match="was written to"):
        keeping(path)(growing, progress=write_on)
    assert list(tmp_path.iterdir()) == [growing]
    (tmp_path / "none").write_text("a file in the place of the folder")
    with pytest.raises(SeehearError, match="cannot write"):
        keeping(tmp_path / "none" / "clip.features.npz")(clip)

"""A clip while it is parsed: word of how far it is, and which seconds of it are known."""

import av
import numpy as np
import pytest

from fake_scorer import fake, parser
from media_files import tone, write
from seehear.errors import MediaError
from seehear.time import Timeline


def test_progress_grows_and_shows_the_final_grid(tmp_path):
    clip = fake.make_clip(
        tmp_path / "long.mp4", 35, loudness=[0.9] * 60, colours=[(250, 250, 250)] * 60
    )
    seen = []
    final = parser()(clip, progress=lambda share, so_far: seen.append((share, so_far)))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) == 8  # four pieces a track
    assert all(
        t.grid == final.grid and t.vocabulary == final.vocabulary and t.tracks == final.tracks
        for _, t in seen
    )
    assert [e.end_s for e in seen[0][1].on("audio")] == [10.0]
    assert seen[0][1].on("visual") == ()
    assert seen[-1][1].events == final.events


def test_pictures_that_look_the_same_are_encoded_once_where_that_is_asked_for_and_it_is_said(
    tmp_path, monkeypatch
):
    looked_at = []
    encode = fake.Eye.encode
    monkeypatch.setattr(
        fake.Eye, "encode", lambda self, x: looked_at.append(len(x)) or encode(self, x)
    )
    colours = [(250, 250, 250)] * 2 + [(20, 20, 20)] * 2
    clip = fake.make_clip(tmp_path / "slides.mp4", 4, colours=colours)
    once = parser()
    every, once.still = once(clip), 2
    once._about = None
    same = once(clip)
    assert looked_at == [8, 2]
    assert same.events == every.events
    assert "still" not in every.parser
    assert same.parser["still"] == 2


def test_a_file_written_to_while_it_is_parsed_has_no_timeline(tmp_path):
    clip = fake.make_clip(tmp_path / "growing.mp4", 12)

    def write_on(share, so_far):
        with clip.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaError, match="was written to while it was parsed"):
        parser()(clip, progress=write_on)
    assert parser()(clip).events is not None


BRIGHT = np.full((24, 32, 3), 255, np.uint8)
FRAMES = {  # which tenths of a second have a frame
    "whole": range(100),
    "late": range(32, 100),
    "early": range(53),
    "gap": [*range(30), *range(70, 100)],
    "short gap": [*range(30), *range(48, 100)],
    "none": None,
}
HEARD = {"whole": (0, 10), "late": (3, 10), "early": (0, 6), "none": None}


@pytest.mark.parametrize(
    ("seen", "heard", "visual", "audio"),
    [
        ("whole", "whole", [(0, 10)], [(0, 10)]),
        ("late", "whole", [(3.2, 10)], [(0, 10)]),
        ("early", "whole", [(0, 5)], [(0, 10)]),
        # the last frame before it, at 2.9 s, counts for two seconds; less than half of 7 is left
        ("gap", "whole", [(0, 4.9), (7, 10)], [(0, 10)]),
        ("short gap", "whole", [(0, 10)], [(0, 10)]),
        ("none", "whole", None, [(0, 10)]),
        ("whole", "late", [(0, 10)], [(3, 10)]),
        ("whole", "early", [(0, 10)], [(0, 6)]),
        ("whole", "none", [(0, 10)], None),
    ],
)
def test_only_what_the_decoder_gave_is_known(tmp_path, seen, heard, visual, audio):
    frames, sound = FRAMES[seen], HEARD[heard]
    path = write(
        tmp_path / "clip.mkv",
        frames=None if frames is None else [BRIGHT] * len(frames),
        times=None if frames is None else [k / 10 for k in frames],
        wave=None if sound is None else tone(sound[1] - sound[0], level=0.9),
        audio_start_s=0.0 if sound is None else sound[0],
    )
    line = parser()(path)
    for track, label, known in (("visual", "Bright", visual), ("audio", "Loud", audio)):
        extent = line.tracks[track]
        assert extent.absent == (known is None)
        assert list(extent.parsed) == [pytest.approx(span, abs=0.11) for span in known or []]
        assert [(e.start_s, e.end_s) for e in line.on(track, label)] == list(extent.parsed)
    assert line.gaps("visual") == ()
    assert Timeline.from_json(line.to_json()) == line
    told = {"late": "starts at 3", "early": "ends at", "gap": "held, and after 2 s", "none": "no "}
    for word in {seen, heard} & told.keys():
        assert told[word] in " ".join(line.warnings)


def test_a_gap_in_the_sound_is_not_silence(tmp_path):
    """A stretch of packets that are lost: what follows stays in its place, the hole is unknown."""
    whole = write(tmp_path / "whole.mkv", wave=tone(10, level=0.9), frames=[BRIGHT], times=[0.0])
    holed = without(whole, tmp_path / "holed.mkv", 4.0, 7.0)
    line = parser()(holed)
    assert list(line.tracks["audio"].parsed) == [
        pytest.approx((0, 4), abs=0.07),
        pytest.approx((7, 10), abs=0.07),
    ]
    assert len(line.on("audio", "Loud")) == 2


def without(path, out, start_s, end_s):
    """Write a file again without the packets of a stretch."""
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        streams = {s.index: target.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.pts is None or start_s <= packet.pts * packet.time_base < end_s:
                continue
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    return out

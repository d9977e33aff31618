"""Subtitle files: read for their times, and given cues without another byte being changed."""

from pathlib import Path

import pysubs2
import pytest

from seehear.captions.plan import Caption
from seehear.captions.subtitles import Subtitles, empty, read_subtitles
from seehear.errors import DataError

SRT = """1
00:00:01,000 --> 00:00:02,500
<font color="#ff0000">Où est le chien ?</font>

2
00:00:04,000 --> 00:00:05,000 X1:100 X2:200
{\\an8}- There!
- Where?


3
00:00:10,250 --> 00:00:12,000
<i>Over</i> 100 --> 200
"""
VTT = """WEBVTT - a film
Kind: captions

STYLE
::cue(v[voice="Ann"]) { color: lime; }

REGION
id:top
lines:3

NOTE made by hand

intro
00:01.000 --> 00:02.500 line:0 align:start region:top
<v Ann>Where is the dog?</v>

00:00:04.000 --> 00:00:05.000 position:10%
<c.loud>There!</c>
NOTE is no note here

00:00:10.250 --> 00:00:12.000
&lt;Over&gt;
"""
ASS = """[Script Info]
; a remark
Title: film
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Sign,Arial,20
Style: Default,Arial,48

[Fonts]
fontname: x.ttf
!!!!

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann,0,0,0,,Where, oh where\\Nis the dog?
Dialogue: 1,0:00:04.00,0:00:05.00,Sign,,0,0,0,,{\\pos(10,10)\\an8}There!
Dialogue: 0,0:00:10.25,0:00:12.00,Default,,0,0,0,,Over
"""
TEXTS = {"srt": SRT, "vtt": VTT, "ass": ASS}
CAPTIONS = (
    Caption(0.2, 0.9, ("[dog barking]",)),
    Caption(4.2, 5.4, ("[rain <falling>]", "[a & b {c}]"), beside=True),
    Caption(7.0, 8.2, ("[dog barking]",)),
    Caption(20.0, 21.2, ("[car passing]",)),
)


def written(folder: Path, data: bytes) -> Subtitles:
    path = folder / "film.sub"
    path.write_bytes(data)
    return read_subtitles(path)


def added(before: str, after: str) -> list[str]:
    """Return the lines that were put in; every line of before must be there, in order."""
    left = after.splitlines(keepends=True)
    new = []
    for line in before.splitlines(keepends=True):
        while left and left[0] != line:
            new.append(left.pop(0))
        assert left, f"lost: {line!r}"
        left.pop(0)
    return [*new, *left]


VARIANTS = {
    "as it is": lambda text: text.encode(),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "Windows-1252": lambda text: text.encode("cp1252"),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("form", TEXTS)
def test_every_byte_stays_and_the_captions_stand_in_order(
    form: str, variant: str, tmp_path: Path
) -> None:
    data = VARIANTS[variant](TEXTS[form])
    subtitles = written(tmp_path, data)
    assert subtitles.taking([]) == data
    out = subtitles.taking(CAPTIONS)
    encoding = subtitles.encoding
    before, after = (text.decode(encoding) for text in (data, out))
    assert before.startswith("\ufeff") == after.startswith("\ufeff")
    before, after = (text.removeprefix("\ufeff") for text in (before, after))
    if variant.startswith("no line end"):
        before += "\n"
    new = "".join(added(before, after))
    assert len(after) == len(before) + len(new)
    assert new.count("[dog barking]") == 2
    if variant.startswith("line ends"):
        assert after.count("\n") == after.count("\r\n")
    again = written(tmp_path, out)
    starts = [cue.said.start_s for cue in again.cues]
    assert starts == [0.2, 1.0, 4.0, 4.2, 7.0, 10.25, 20.0]
    if variant in ("as it is", "no line end at the end"):
        read = pysubs2.SSAFile.from_string(after, format_=form)
        shown = [line for line in read if not line.is_comment]
        assert [line.start / 1000 for line in shown] == starts, "as others read it"
        assert "car passing" in shown[-1].plaintext


@pytest.mark.parametrize("form", TEXTS)
def test_times_are_those_that_pysubs2_reads(form: str, tmp_path: Path) -> None:
    read = [e for e in pysubs2.SSAFile.from_string(TEXTS[form], format_=form) if not e.is_comment]
    said = written(tmp_path, TEXTS[form].encode()).spoken()
    assert [(s.start_s, s.end_s) for s in said] == [(e.start / 1000, e.end / 1000) for e in read]


def test_what_captions_look_like(tmp_path: Path) -> None:
    srt = written(tmp_path, SRT.encode()).taking(CAPTIONS).decode()
    assert "\n\n5\n00:00:04,200 --> 00:00:05,400\n{\\an8}[rain (falling)]\n[a & b (c)]\n\n" in srt
    assert srt.startswith("4\n00:00:00,200 --> 00:00:00,900\n[dog barking]\n\n1\n"), (
        "no number twice"
    )
    vtt = written(tmp_path, VTT.encode()).taking(CAPTIONS).decode()
    assert (
        "00:00:04.200 --> 00:00:05.400 line:0\n[rain &lt;falling&gt;]\n[a &amp; b {c}]\n\n" in vtt
    )
    assert vtt.index("STYLE") < vtt.index("REGION") < vtt.index("[dog barking]")
    ass = written(tmp_path, ASS.encode()).taking(CAPTIONS).decode()
    line = (
        "Dialogue: 0,0:00:04.20,0:00:05.40,Default,,0,0,0,,{\\an8}[rain <falling>]\\N[a & b (c)]\n"
    )
    assert line in ass


def test_what_people_write(tmp_path: Path) -> None:
    loose = "00:00:01.5 --> 0:00:02,25\nno number, dots\n00:00:03,000 --> 00:00:04,000\nno gap"
    subtitles = written(tmp_path, loose.encode())
    assert (subtitles.spoken()[0].start_s, subtitles.spoken()[0].end_s) == (1.5, 2.25)
    out = subtitles.taking([Caption(2.4, 2.9, ("[x]",))]).decode()
    assert "dots\n\n00:00:02,400 --> 00:00:02,900\n[x]\n\n00:00:03,000" in out
    ssa = ASS.replace("Layer,", "Marked,").replace("Dialogue: 0,", "Dialogue: Marked=0,")
    out = written(tmp_path, ssa.encode()).taking(CAPTIONS[:1]).decode()
    assert "Dialogue: Marked=0,0:00:00.20,0:00:00.90,Default,,0,0,0,,[dog barking]\n" in out


@pytest.mark.parametrize("data", [b"", b"some prose", b"\x00\x01\x02\x03" * 9, b"\xff\xfe\x00"])
def test_what_is_no_subtitle_file_says_so_in_one_line(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected (subtitles|text)"):
        written(tmp_path, data)


def test_letters_that_an_old_encoding_has_not(tmp_path: Path) -> None:
    subtitles = written(tmp_path, SRT.encode("cp1252"))
    with pytest.raises(DataError, match="in an old encoding that has no '犬'"):
        subtitles.taking([Caption(0, 1, ("[犬]",))])


@pytest.mark.parametrize("form", TEXTS)
def test_a_file_of_captions_alone(form: str) -> None:
    read = pysubs2.SSAFile.from_string(empty(form).taking(CAPTIONS).decode(), format_=form)
    assert [line.start for line in read] == [200, 4200, 7000, 20000]


def test_a_line_of_a_cue_is_no_name_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "tight.vtt"
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:05.000 --> 00:06.000\nb\n"
    path.write_text(text)
    made = read_subtitles(path).taking([Caption(3.0, 4.0, ("[bell]",))]).decode()
    assert "00:02.000\na\n\n00:00:03.000 --> 00:00:04.000\n[bell]\n\n00:05.000" in made

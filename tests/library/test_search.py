"""Search: stretches where conditions hold together, against a literal second-by-second reading; and
the index.
"""

import os
import random
from pathlib import Path

import duckdb
import pytest

from helpers import row
from seehear.errors import ConfigError, DataError
from seehear.library import search, update
from seehear.library.index import index_path
from seehear.library.media import find
from seehear.library.query import And, Lasting, Node, Not, Or, Presence, parse
from seehear.time import Event, TimeGrid, Timeline, Track

CLASSES = ("Dog", "Car", "Baby_cry")


def put(
    library: Path,
    name: str,
    audio: dict[str, str] | None,
    visual: dict[str, str] | None,
    vocabulary: tuple[str, ...] = CLASSES,
    source: str | None = None,
) -> Timeline:
    """Write the timeline of a picture: class -> `..##`, a character a second; None is an absent
    track.
    """
    count = len(next(iter({**(audio or {}), **(visual or {})}.values()), "...."))
    events = [
        Event(float(first), float(last), track, label, 0.5)
        for track, lane in ((Track.AUDIO, audio), (Track.VISUAL, visual))
        for label, cells in (lane or {}).items()
        for first, last in _runs(cells)
    ]
    both = [
        (
            label,
            "".join(
                "#" if a == v == "#" else "."
                for a, v in zip(cells, (visual or {})[label], strict=True)
            ),
        )
        for label, cells in (audio or {}).items()
        if label in (visual or {})
    ]
    events += [
        Event(float(first), float(last), Track.AUDIO_VISUAL, label, 0.5)
        for label, cells in both
        for first, last in _runs(cells)
    ]
    state = {
        "audio": "absent" if audio is None else "parsed",
        "visual": "absent" if visual is None else "parsed",
    }
    line = Timeline(
        source or f"{name}.mp4", float(count), TimeGrid(count), vocabulary, tuple(events), state
    )
    path = library / f"{name}.timeline.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line.to_json(), "utf-8")
    return line


def _runs(cells: str) -> list[tuple[int, int]]:
    on = [False, *row(cells), False]
    edges = [i for i in range(len(on) - 1) if on[i] != on[i + 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def spans(library: Path, query: str) -> list[tuple[str, float, float]]:
    update(library)
    return [
        (hit.path.removesuffix(".timeline.json"), hit.start_s, hit.end_s)
        for hit in search(library, query).hits()
    ]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put(
        tmp_path,
        "a",
        {"Dog": ".####...", "Car": "........"},
        {"Dog": "...##...", "Car": "##......"},
    )
    put(tmp_path, "b", {"Dog": "##......", "Baby_cry": "....####"}, None)
    put(tmp_path, "sub/c", None, {"Car": "..####.."})
    put(tmp_path, "other", {"Bell": "####"}, {"Bell": "...."}, vocabulary=("Bell",))
    return tmp_path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("audio:Dog", [("a", 1, 5), ("b", 0, 2)]),
        (
            "audio:Dog -visual:Dog",
            [("a", 1, 3)],
        ),  # b has no picture: whether its dog was to be seen, nobody knows
        ("visual:Dog", [("a", 3, 5)]),
        ("audio_visual:Dog", [("a", 3, 5)]),
        ("audio_visual:Dog duration>1", [("a", 3, 5)]),
        ("audio_visual:Dog duration>2", []),
        ("audio:Dog duration<=2", [("b", 0, 2)]),
        ("visual:Car & audio:Dog", [("a", 1, 2)]),
        ("visual:Car | audio:Dog", [("a", 0, 5), ("b", 0, 2), ("sub/c", 2, 6)]),
        (
            "-audio:Dog",
            [("a", 0, 1), ("a", 5, 8), ("b", 2, 8)],
        ),  # not in c (no sound), not in other (not looked for)
        ("-audio_visual:Dog", [("a", 0, 3), ("a", 5, 8)]),
        ("-any:Dog", [("a", 0, 1), ("a", 5, 8)]),
        ("-(audio:Dog -visual:Dog)", [("a", 0, 1), ("a", 3, 8), ("b", 2, 8)]),
        ("audio:*", [("a", 1, 5), ("b", 0, 2), ("b", 4, 8), ("other", 0, 4)]),
        (
            "-visual:*",
            [("a", 2, 3), ("a", 5, 8), ("other", 0, 4), ("sub/c", 0, 2), ("sub/c", 6, 8)],
        ),
        ('audio:"baby cry"', [("b", 4, 8)]),
        ("audio:BABY_CRY", [("b", 4, 8)]),
        ("audio:Car", []),
    ],
)
def test_stretches_where_conditions_hold_together(
    library: Path, query: str, expected: list
) -> None:
    assert spans(library, query) == expected


def test_an_unknown_class_names_the_closest(library: Path) -> None:
    update(library)
    with pytest.raises(
        ConfigError, match=r"class 'dgo' \(did you mean Dog\? searched for: .*Dog\) at position 7"
    ):
        search(library, "audio:dgo")
    with pytest.raises(
        ConfigError,
        match=r"no clip was searched for a class 'xylophone' \(searched for: Baby_cry, ",
    ):
        search(library, "xylophone")


def literal(node: Node, line: Timeline, second: int) -> bool | None:
    """Evaluate a condition without duration at one second: True, False or unknown."""
    if isinstance(node, Not):
        child = literal(node.child, line, second)
        return None if child is None else not child
    if isinstance(node, And | Or):
        values = [literal(child, line, second) for child in node.children]
        decisive = isinstance(node, Or)
        return decisive if decisive in values else None if None in values else not decisive
    assert isinstance(node, Presence)
    if node.track == "any":
        return literal(
            Or((Presence("audio", node.label), Presence("visual", node.label))), line, second
        )
    if node.label is not None and node.label not in line.vocabulary:
        return None
    needed = ("audio", "visual") if node.track == "audio_visual" else (node.track,)
    if any(line.tracks[track] == "absent" for track in needed):
        return None
    return any(
        e.track == node.track and node.label in (None, e.label) and e.start_s <= second < e.end_s
        for e in line
    )


def test_any_query_agrees_with_a_literal_reading(tmp_path: Path) -> None:
    rng = random.Random(7)
    cells = lambda: "".join(rng.choice("..##") for _ in range(6))  # noqa: E731
    lines = {}
    for index in range(40):
        known = tuple(rng.sample(CLASSES, rng.randint(1, 3)))
        tracks = [
            {label: cells() for label in known} if rng.random() < 0.8 else None for _ in range(2)
        ]
        name = f"{index:02d}"
        lines[name] = put(tmp_path, name, *tracks, vocabulary=known)
    update(tmp_path)

    def random_query(depth: int) -> str:
        kind = rng.choice(["term", "term", "not", "and", "or"]) if depth else "term"
        if kind == "term":
            return f"{rng.choice(['audio', 'visual', 'audio_visual', 'any'])}:{rng.choice([*CLASSES, '*'])}"
        if kind == "not":
            return f"-({random_query(depth - 1)})"
        sign = {"and": " & ", "or": " | "}[kind]
        return f"({sign.join(random_query(depth - 1) for _ in range(rng.randint(2, 3)))})"

    for _ in range(60):
        query = random_query(3)
        tree = parse(query)
        got: dict[str, set[int]] = {}
        for hit in search(tmp_path, query).hits():
            seconds = set(range(int(hit.start_s), int(hit.end_s)))
            already = got.setdefault(hit.path[:2], set())
            assert not {s for t in already for s in (t, t + 1)} & seconds, (
                "touching stretches are one"
            )
            already |= seconds
        for name, line in lines.items():
            wanted = {
                second
                for second in range(len(range(int(line.duration_s))))
                if literal(tree, line, second)
            }
            assert got.get(name, set()) == wanted, (query, name)


def test_lasting_measures_the_whole_group(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a",
        {"Dog": "#.######", "Car": "........"},
        {"Dog": "........", "Car": ".###...."},
    )
    assert spans(tmp_path, "audio:Dog visual:Car duration<=2") == [("a", 2, 4)]
    assert spans(tmp_path, "(audio:Dog | visual:Car) duration>=8") == [("a", 0, 8)]
    assert spans(tmp_path, "-(audio:Dog duration>1)") == [("a", 0, 2)]
    assert isinstance(parse("a (b duration>1)"), And)
    assert isinstance(parse("(a b) duration>1"), Lasting)


def test_only_what_changed_is_read_again(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = update(library)
    assert (first.clips, first.added, first.changed, first.removed, first.failed) == (
        4,
        4,
        0,
        0,
        (),
    )
    stamp = index_path(library).stat().st_mtime_ns
    read: list[str] = []
    original = Timeline.from_json.__func__

    def counted(cls: type[Timeline], text: object) -> Timeline:
        read.append(Path(str(text)).name)
        return original(cls, text)

    monkeypatch.setattr(Timeline, "from_json", classmethod(counted))
    assert update(library).clips == 4
    assert read == []
    assert index_path(library).stat().st_mtime_ns == stamp
    put(library, "a", {"Dog": "........"}, {"Dog": "........"}, source="new name.mp4")
    put(library, "d", {"Dog": "#..."}, None)
    (library / "sub" / "c.timeline.json").unlink()
    again = update(library)
    assert (again.clips, again.added, again.changed, again.removed) == (4, 1, 1, 1)
    assert sorted(read) == ["a.timeline.json", "d.timeline.json"]
    assert [hit.path for hit in search(library, "audio:Dog").hits()] == [
        "b.timeline.json",
        "d.timeline.json",
    ]


def test_a_damaged_timeline_is_named_and_the_rest_is_found(library: Path) -> None:
    update(library)
    (library / "bad.timeline.json").write_text("{")
    (library / "nan.timeline.json").write_text(
        (library / "a.timeline.json").read_text().replace('"duration_s": 8.0', '"duration_s": NaN')
    )
    (library / "long.timeline.json").write_text(
        (library / "a.timeline.json")
        .read_text()
        .replace('"duration_s": 8.0', '"duration_s": 1e300')
    )
    (library / "score.timeline.json").write_text(
        (library / "a.timeline.json").read_text().replace('"score": 0.5', '"score": NaN')
    )
    os.mkfifo(library / "pipe.timeline.json")  # reading it would wait for ever
    stamp = index_path(library).stat().st_mtime_ns
    for _ in range(2):
        result = update(library)
        assert result.clips == 4
        assert sorted(Path(line.split(": ")[0]).name.split(".")[0] for line in result.failed) == [
            "bad",
            "long",
            "nan",
            "score",
        ]
    assert index_path(library).stat().st_mtime_ns == stamp  # nothing good is new
    assert len(search(library, "audio:Dog")) == 2
    (library / "a.timeline.json").write_text("gone wrong")
    assert update(library).clips == 3
    assert [hit.path for hit in search(library, "audio:Dog").hits()] == ["b.timeline.json"]


def test_a_damaged_index_is_made_again(library: Path) -> None:
    update(library)
    index_path(library).write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match="the index cannot be read"):
        search(library, "audio:Dog")
    assert update(library).added == 4
    duckdb.sql("SELECT 1 AS other").write_parquet(str(index_path(library)))  # of another version
    assert update(library).added == 4
    assert len(search(library, "audio:Dog")) == 2
    assert [p.name for p in index_path(library).parent.iterdir()] == ["index.parquet"]


def test_an_interrupted_update_leaves_the_old_index(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(library)
    before = index_path(library).read_bytes()
    put(library, "d", {"Dog": "#..."}, None)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seehear.files.os.replace", broken)
    with pytest.raises(Exception, match="No space left"):
        update(library)
    monkeypatch.undo()
    assert index_path(library).read_bytes() == before
    assert [p.name for p in index_path(library).parent.iterdir()] == ["index.parquet"]
    assert update(library).added == 1


@pytest.mark.parametrize("name", ["a*", "a[b]", "q?", "year=2024", "it's", "日本 ü"])
def test_folder_names_that_are_patterns_elsewhere(tmp_path: Path, name: str) -> None:
    put(tmp_path / "ab", "wrong", {"Dog": "##.."}, None)
    put(tmp_path / "qx", "wrong", {"Dog": "##.."}, None)
    put(tmp_path / name, "right", {"Dog": "#..."}, None)
    for other in ("ab", "qx"):
        update(tmp_path / other)
    assert spans(tmp_path / name, "audio:Dog") == [("right", 0, 1)]
    assert update(tmp_path / name) == update(tmp_path / name)
    assert update(tmp_path / name).changed == 0


def test_links_and_hidden_folders_are_passed_over(
    library: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    put(outside, "secret", {"Dog": "####"}, None)
    (library / "link.timeline.json").symlink_to(outside / "secret.timeline.json")
    (library / "folder").symlink_to(outside)
    (library / "loop").symlink_to(library)
    put(library / ".hidden", "x", {"Dog": "####"}, None)
    assert [path for path, *_ in spans(library, "audio:Dog")] == ["a", "b"]


def test_odd_labels_and_names_survive(tmp_path: Path) -> None:
    labels = ('say "hi"', "x'; DROP TABLE clips; --", "ein Bär", "tab\there", "nul\0l", "*")
    put(tmp_path, "a", dict.fromkeys(labels, "#..."), None, labels, source="<b>\n.mp4")
    update(tmp_path)
    for query in (
        r'audio:"say \"hi\""',
        '''audio:"x'; drop table clips; --"''',
        'audio:"EIN BÄR"',
        'audio:"*"',
    ):
        (hit,) = search(tmp_path, query).hits()
        assert (hit.source, hit.end_s) == ("<b>\n.mp4", 1.0)


def test_an_empty_library_and_none(tmp_path: Path) -> None:
    assert update(tmp_path).clips == 0
    assert len(search(tmp_path, "audio:*")) == 0
    with pytest.raises(DataError, match="expected a folder of timelines"):
        update(tmp_path / "missing")
    with pytest.raises(DataError, match="there is no index"):
        search(tmp_path / "missing", "Dog")


def test_media_is_only_found_inside_the_folder(tmp_path: Path) -> None:
    library = tmp_path / "library"
    (library / "sub").mkdir(parents=True)
    (tmp_path / "outside.mp4").touch()
    (library / "a.mp4").touch()
    (library / "notes.txt").touch()
    (library / "link.mp4").symlink_to(tmp_path / "outside.mp4")
    (library / "inner.mp4").symlink_to(library / "a.mp4")
    assert find(library, ("a.mp4",)) == library / "a.mp4"
    assert find(library, ("inner.mp4",)) == library / "a.mp4"
    for name in (
        "../outside.mp4",
        str(tmp_path / "outside.mp4"),
        "link.mp4",
        "notes.txt",
        "sub",
        "",
        "\0.mp4",
        "sub/../../outside.mp4",
        "x" * 5000 + ".mp4",
    ):
        assert find(library, (name,)) is None, name
    assert find(library, ("gone.mp4",), stem="a") == library / "a.mp4"

"""Search: where conditions hold together, against a literal second-by-second reading."""

import random
from pathlib import Path

import pytest

from seehear.errors import ConfigError
from seehear.library import search, update
from seehear.library.query import And, Lasting, Node, Not, Or, Presence, parse
from seehear.time import TRACKS, Timeline
from small_library import CLASSES, Picture, put, spans, write_library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_library(tmp_path)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("audio:Dog", [("a", 1, 5), ("b", 0, 2)]),
        # b has no picture: whether its dog was to be seen, nobody knows
        ("audio:Dog -visual:Dog", [("a", 1, 3)]),
        ("visual:Dog", [("a", 3, 5)]),
        ("audio_visual:Dog", [("a", 3, 5)]),
        ("audio_visual:Dog duration>1", [("a", 3, 5)]),
        ("audio_visual:Dog duration>2", []),
        ("audio:Dog duration<=2", [("b", 0, 2)]),
        ("visual:Car & audio:Dog", [("a", 1, 2)]),
        ("visual:Car | audio:Dog", [("a", 0, 5), ("b", 0, 2), ("sub/c", 2, 6)]),
        # not in c (no sound), not in other (not looked for)
        ("-audio:Dog", [("a", 0, 1), ("a", 5, 8), ("b", 2, 8)]),
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
        ConfigError,
        match=r"class 'dgo' at position 7 of 'audio:dgo'; did you mean Dog\? parsed for: .*Dog",
    ):
        search(library, "audio:dgo")
    with pytest.raises(
        ConfigError,
        match=r"no clip was parsed for a class 'xylophone' at .*; parsed for: Baby_cry, ",
    ):
        search(library, "xylophone")


@pytest.mark.parametrize("query", ["dog", "seen:dog", "audio:", "no dog", "smell:Dog"])
def test_the_example_of_an_error_is_answered_by_the_same_library(
    tmp_path: Path, query: str
) -> None:
    put(tmp_path, "a", {"Baby cry": "##.."}, None, vocabulary=("Baby cry",))
    update(tmp_path)
    with pytest.raises(ConfigError) as caught:
        search(tmp_path, query)
    example = str(caught.value).split("for example: ")[1]
    assert "Baby cry" in example
    search(tmp_path, example)


def literal(node: Node, line: Timeline, second: int) -> bool | None:
    """Evaluate a condition without duration at one second: True, False or unknown."""
    if isinstance(node, Not):
        child = literal(node.child, line, second)
        return None if child is None else not child
    if isinstance(node, And | Or):
        values = [literal(child, line, second) for child in node.children]
        decisive = isinstance(node, Or)
        if decisive in values:
            return decisive
        return None if None in values else not decisive
    assert isinstance(node, Presence)
    if node.track == "any":
        return literal(
            Or((Presence("audio", node.label), Presence("visual", node.label))), line, second
        )
    if node.label is not None and node.label not in line.vocabulary:
        return None
    needed = ("audio", "visual") if node.track == "audio_visual" else (node.track,)
    for track in needed:
        if not any(start <= second < end for start, end in line.tracks[track].parsed):
            return None
    return any(
        e.track == node.track and node.label in (None, e.label) and e.start_s <= second < e.end_s
        for e in line
    )


def cut(picture: Picture, parsed: str) -> Picture:
    """Return a picture without what lies in seconds that were not parsed."""
    if picture is None:
        return None
    return {
        label: "".join("." if p == "?" else c for c, p in zip(cells, parsed, strict=True))
        for label, cells in picture.items()
    }


def test_nothing_is_known_not_to_be_there_where_a_track_was_not_parsed(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Dog": "########"}, {"Dog": ".##....."}, parsed={"visual": "#####???"})
    put(tmp_path, "b", {"Dog": "####...."}, {"Dog": "........"}, parsed={"audio": "####????"})
    assert spans(tmp_path, "-visual:Dog") == [("a", 0, 1), ("a", 3, 5), ("b", 0, 8)]
    assert spans(tmp_path, "audio:Dog -visual:Dog") == [("a", 0, 1), ("a", 3, 5), ("b", 0, 4)]
    assert spans(tmp_path, "-audio:Dog") == []
    assert spans(tmp_path, "-audio_visual:Dog") == [("a", 0, 1), ("a", 3, 5), ("b", 0, 4)]
    assert spans(tmp_path, "audio:Dog -visual:*") == [("a", 0, 1), ("a", 3, 5), ("b", 0, 4)]
    assert spans(tmp_path, "-any:Dog") == []


def test_any_query_agrees_with_a_literal_reading(tmp_path: Path) -> None:
    rng = random.Random(7)

    def picture(known: tuple[str, ...]) -> dict[str, str] | None:
        if rng.random() >= 0.8:
            return None
        return {label: "".join(rng.choice("..##") for _ in range(6)) for label in known}

    lines = {}
    for index in range(40):
        known = tuple(rng.sample(CLASSES, rng.randint(1, 3)))
        name = f"{index:02d}"
        parsed = {track: "".join(rng.choice("?###") for _ in range(6)) for track in TRACKS}
        pictures = [cut(picture(known), parsed[track]) for track in TRACKS]
        lines[name] = put(tmp_path, name, *pictures, vocabulary=known, parsed=parsed)
    update(tmp_path)

    def random_query(depth: int) -> str:
        kind = rng.choice(["term", "term", "not", "and", "or"]) if depth else "term"
        if kind == "term":
            track = rng.choice(["audio", "visual", "audio_visual", "any"])
            return f"{track}:{rng.choice([*CLASSES, '*'])}"
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
            beside = already | {second + 1 for second in already}
            assert not beside & seconds, "touching stretches are one"
            already |= seconds
        for name, line in lines.items():
            every = range(int(line.duration_s))
            wanted = {second for second in every if literal(tree, line, second)}
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


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("audio:Dog near 4s visual:Car", [("a", 0, 2), ("a", 4, 5)]),
        ("audio:Dog near 1s visual:Car", [("a", 4, 5)]),
        ("audio:Dog near visual:Car", [("a", 0, 2), ("a", 4, 5), ("a", 14, 16)]),
        ("visual:Car near 0s audio:Dog", []),
        ("audio:Dog near visual:Car duration>1", [("a", 0, 2), ("a", 14, 16)]),
        # nothing is known of a picture in b; in a, what is far from every car
        ("-(audio:Dog near 2s visual:Car)", [("a", 0, 4), ("a", 5, 16), ("b", 4, 16)]),
    ],
)
def test_near_is_at_most_so_far_away_in_the_same_clip(
    tmp_path: Path, query: str, expected: list
) -> None:
    put(
        tmp_path,
        "a",
        {"Dog": "##..#.........##", "Car": "................"},
        {"Dog": "................", "Car": "......###......."},
    )
    put(tmp_path, "b", {"Dog": "####............"}, None)
    assert spans(tmp_path, query) == expected

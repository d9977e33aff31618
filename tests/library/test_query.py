"""The query language: what it reads, and where it says a query goes wrong."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seehear.errors import ConfigError
from seehear.library.query import (
    And,
    Lasting,
    Near,
    Node,
    Not,
    Or,
    Presence,
    Scored,
    parse,
    told,
    written,
)

DOG, NOT_SEEN = Presence("audio", "Dog", 6), Not(Presence("visual", "Dog", 18))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("audio:Dog -visual:Dog", And((DOG, NOT_SEEN))),
        ("audio:Dog & -visual:Dog", And((DOG, Not(Presence("visual", "Dog", 20))))),
        (
            "visual:Car & audio:Speech",
            And((Presence("visual", "Car", 7), Presence("audio", "Speech", 19))),
        ),
        (
            "audio_visual:Accordion duration>3",
            Lasting(Presence("audio_visual", "Accordion", 13), ">", 3.0),
        ),
        (
            "audio_visual:Accordion and duration >= 2.5s",
            Lasting(Presence("audio_visual", "Accordion", 13), ">=", 2.5),
        ),
        ("duration<2 heard:Dog", Lasting(Presence("audio", "Dog", 17), "<", 2.0)),
        ("Dog", Presence("any", "Dog", 0)),
        ('"Baby cry"', Presence("any", "Baby cry", 0)),
        (r'audio:"say \"hi\""', Presence("audio", 'say "hi"', 6)),
        ("both:*", Presence("audio_visual", None, 5)),
        ('audio:"*"', Presence("audio", "*", 6)),
        (
            "not audio:Dog or SEEN:Cat",
            Or((Not(Presence("audio", "Dog", 10)), Presence("visual", "Cat", 22))),
        ),
        ("--Dog", Not(Not(Presence("any", "Dog", 2)))),
        (
            "(a | b) c",
            And((Or((Presence("any", "a", 1), Presence("any", "b", 5))), Presence("any", "c", 8))),
        ),
        (
            "a | b c",
            Or((Presence("any", "a", 0), And((Presence("any", "b", 4), Presence("any", "c", 6))))),
        ),
        (
            "audio:Frying_(food) Dog",
            And((Presence("audio", "Frying_(food)", 6), Presence("any", "Dog", 20))),
        ),
        (
            "(a b) c",  # a group stays one
            And((And((Presence("any", "a", 1), Presence("any", "b", 3))), Presence("any", "c", 6))),
        ),
        (
            "heard Dog not seen & Cat",
            And((DOG, Not(Presence("visual", "Dog", 6)), Presence("any", "Cat", 21))),
        ),
        ("FaX, Cat", And((Presence("any", "FaX", 0), Presence("any", "Cat", 5)))),
        ("not(Dog)", Not(Presence("any", "Dog", 4))),
        ("chain-saw", Presence("any", "chain-saw", 0)),  # a dash inside a word is part of it
        ("duration", Presence("any", "duration", 0)),  # a class may have this name
        ("heard Dog, not seen", And((DOG, Not(Presence("visual", "Dog", 6))))),
        ("audio:Dog not seen", And((DOG, Not(Presence("visual", "Dog", 6))))),
        ("audio:Dog score>0.8", Scored(DOG, ">", 0.8)),
        ("audio:Dog score<=1", Scored(DOG, "<=", 1.0)),
        ("audio:Dog score>=0", Scored(DOG, ">=", 0.0)),
        ("audio:Dog duration>=0", Lasting(DOG, ">=", 0.0)),
        ("audio:Dog near both:*", Near(DOG, Presence("audio_visual", None, 20), 5.0)),
        ("audio:Dog near 2s both:*", Near(DOG, Presence("audio_visual", None, 23), 2.0)),
        (
            'audio:"Baby cry" rain',
            And((Presence("audio", "Baby cry", 6), Presence("any", "rain", 17))),
        ),
        ("heard", Presence("audio", None, 5)),  # anything: its place is the end
        ("Dog *", And((Presence("any", "Dog", 0), Presence("any", "*", 4)))),
        ("audio:Dog near 0 both:*", Near(DOG, Presence("audio_visual", None, 22), 0.0)),
    ],
)
def test_a_query_is_read_as(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 1, "query: expected a condition, got nothing at"),
        ("audio:", 7, "expected a class after audio:"),
        ("audio:Dog &", 12, "expected a condition, got nothing"),
        ("& heard Dog", 1, "query: expected a condition, got '&' at"),
        ("audio:Dog & & visual:Dog", 13, "expected a condition, got '&'"),
        ("audoi:Dog", 1, "did you mean audio?"),
        (
            "smell:Dog",
            1,
            "visual or seen, audio_visual or both, any), got 'smell' at",
        ),
        ('audio:"Dog', 7, "query: this quote is never closed at"),
        ("(audio:Dog", 1, "query: this parenthesis is never closed at"),
        ("audio:Dog)", 10, "unexpected ')'"),
        ("duration>3", 1, "duration limits the conditions beside it, and there are none"),
        ("Dog -duration>3", 5, "duration cannot be negated"),
        ("Dog duration>soon", 14, "expected a number of seconds after duration>"),
        ("Dog duration>nan", 14, "expected a number of seconds"),
        ("Dog duration>-1", 14, "expected a number of seconds"),
        ("Dog duration<1000000000", 14, "expected a number of seconds after duration<"),
        ("Dog score>1.5", 11, "expected a number from 0 to 1 after score>"),
        ("Dog near 1000000000s Cat", 10, "expected a number of seconds after near"),
        ("score>0.5", 1, "score limits the conditions beside it, and there are none"),
        ("near Dog", 1, "near stands between two conditions"),
        ("Dog near", 9, "expected a condition, got nothing"),
        ("heard (Dog | Cat)", 7, "query: heard and seen stand beside one class, or behind it at"),
        ("Dog > 3", 5, "expected a condition, got '>'"),
        ("(" * 60 + "Dog" + ")" * 60, 51, "more than 50 levels of parentheses"),
    ],
)
def test_a_fault_is_one_line_that_points_at_its_place(
    text: str, position: int, problem: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(problem)) as caught:
        parse(text)
    line = str(caught.value)
    assert f"at position {position} of {text!r}" in line
    assert "\n" not in line
    assert line.startswith("query: ")
    assert "for example: audio:Dog -visual:Dog" in line


def test_a_fault_gives_its_example_in_the_words_that_were_used() -> None:
    with pytest.raises(ConfigError, match="for example: heard:Dog -seen:Dog"):
        parse("heard:Dog smell:Dog")


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("heard dog not seen", "audio:dog -visual:dog"),
        ("dog heard but not seen", "audio:dog -visual:dog"),
        ("dog but not seen", "audio:dog -visual:dog"),
        ("dog and not heard", "visual:dog -audio:dog"),
        ("heard dog without cat", "audio:dog -any:cat"),
        ("not off-screen dog", "-(audio:dog -visual:dog)"),
        ("dog heard or seen", "any:dog"),
        ("heard or seen dog", "any:dog"),
        ("dog not heard or cat", "-audio:dog | any:cat"),
        ("heard dog or seen cat", "audio:dog | visual:cat"),
        ("dog heard or cat seen", "audio:dog | visual:cat"),
        ("dog or seen cat", "any:dog | visual:cat"),
        ("dog and heard car", "any:dog audio:car"),
        ("heard or not seen dog", "audio:* | -visual:dog"),
        ("off-screen dog", "audio:dog -visual:dog"),
        ("unseen dog", "-visual:dog"),
        ("dog heard but unseen", "audio:dog -visual:dog"),
        ("seen but inaudible dog", "visual:dog -audio:dog"),
        ("heard but not seen dog", "audio:dog -visual:dog"),
        ("dog heard and seen", "audio_visual:dog"),
        ("dog not seen", "-visual:dog"),
        ("heard dog seen car", "audio:dog visual:car"),
        ("dog heard car seen", "audio:dog visual:car"),
        ("dog heard and seen car", "audio:dog visual:car"),
        ("audio:dog heard car", "audio:dog audio:car"),
        ("audio:dog heard visual:car", "audio:dog audio_visual:car"),
        ('audio:dog heard "baby cry"', 'audio:dog audio:"baby cry"'),
        ("dog heard visual:car", "audio:dog visual:car"),
        ("audio:baby cry duration>2", 'audio:"baby cry" duration>2'),
        ("baby cry dog | car", 'any:"baby cry" any:dog | any:car'),
        ("baby sings", 'any:"baby sings"'),  # no name: all of it is one
        ("seen -heard", "visual:* -audio:*"),
        ("(dog or car) score>0.8", "(any:dog | any:car) score>0.8"),
        ("dog near 3s car -visual:dog", "any:dog near 3s any:car -visual:dog"),
    ],
)
def test_plain_words_are_read_as(query: str, meant: str) -> None:
    known = {"dog", "car", "baby cry"}.__contains__
    assert told(parse(query, known)) == meant
    assert told(parse(meant)) == meant  # and what is shown can be typed


def made_of(one: Node, other: Node) -> list[Node]:
    """Return a condition of each kind that is made of these two."""
    return [
        Not(one),
        And((one, other)),
        Or((one, other)),
        Near(one, other, 2.5),
        Lasting(one, ">=", 1.5),
        Scored(one, "<", 0.25),
    ]


def test_a_query_that_is_told_reads_as_the_same_tree() -> None:
    dog, cat = Presence("audio", "Dog"), Presence("visual", "Baby cry")
    for inner in made_of(dog, cat):
        for tree in [*made_of(inner, cat), *made_of(dog, inner)]:
            if isinstance(tree, And) and isinstance(inner, And):
                continue  # a row within a row is read as one
            read = re.sub(r"at=\d+", "at=0", repr(parse(told(tree))))
            assert read == repr(tree), told(tree)
    assert told(And((Not(dog), Lasting(Or((dog, cat)), ">", 2.0)))) == (
        '-audio:Dog ((audio:Dog | visual:"Baby cry") duration>2)'
    )
    assert told(Lasting(And((dog, cat)), ">", 2.0)) == 'audio:Dog visual:"Baby cry" duration>2'
    two = "audio:Dog duration>2 score>0.5"
    assert told(parse(two)) == two
    for seconds in (1234567.0, 0.1234567, 0.1):
        number = str(seconds).removesuffix(".0")
        assert told(Lasting(dog, ">", seconds)) == f"audio:Dog duration>{number}"


@given(st.text(alphabet='ab :-|&()"\\<>=*3.', max_size=30))
def test_any_text_is_a_tree_or_a_named_fault(text: str) -> None:
    try:
        tree = parse(text)
    except ConfigError as error:
        assert re.search(r"at position \d+ of ", str(error))  # noqa: PT017 - both outcomes are right
    else:
        assert isinstance(tree, Node)


@given(st.text(min_size=1, max_size=12))
@example("and").via("a word of the language")
@example("near").via("a word of the language")
@example("heard").via("a word of the language")
@example("a,").via("what ends a clause")
@example("-x").via("a sign")
@example("*").via("a sign")
@example("Frying_(food)").via("LLP")
@example('say "hi"').via("quotes")
@example("a\\b c").via("a backslash")
@example("audio:Dog").via("a whole term")
def test_a_label_can_be_written_into_a_query(label: str) -> None:
    assert parse(f"audio:{written(label)}") == Presence("audio", label, 6)


def test_a_label_is_quoted_only_where_it_must_be() -> None:
    assert [written(label) for label in ("Xylophone", "-x", "*", "near")] == [
        "Xylophone",
        '"-x"',
        '"*"',
        '"near"',
    ]


def test_what_stands_side_by_side_is_not_deep() -> None:
    groups, negations = " ".join(["(a)"] * 60), " ".join(["-a"] * 60)
    assert isinstance(parse(f"{groups} {negations}"), And)
    deepest = "(" * 50 + "a" + ")" * 50
    for before in ("", groups, negations):
        parse(f"{before} {deepest}")
        with pytest.raises(ConfigError, match="more than 50 levels"):
            parse(f"{before} ({deepest})")
        with pytest.raises(ConfigError, match="more than 50 levels"):
            parse(f"{before} {'-' * 51}a")


def test_many_negations_do_not_exhaust_the_stack() -> None:
    with pytest.raises(ConfigError, match="levels"):
        parse("-" * 5000 + "Dog")

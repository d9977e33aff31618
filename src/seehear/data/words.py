"""Classes as people write them: one on each line or between commas, with or without descriptions.

What looks like another format (a table, JSON, a numbered list) is refused, with what to write
instead, because its brackets and numbers would end up in the names of classes.  In quotes anything
is a name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.data.dialect import read_lines, read_text
from seehear.errors import DataError

_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_ITEM = re.compile(r"(?:\(?\d{1,4}[.):]|[-*+\u2022\u2013])\s+\S")  # "1. Dog", "- Dog"
_COUNTED = re.compile(r"(\d{1,4})\s+\S")  # "0 Dog", if all entries are numbered in order
_COMMENT = re.compile(r"\s(#|//)|^//")
_FILE = re.compile(r"[^\s,]+\.(txt|csv|tsv|json|toml|ya?ml|xlsx?|ods|md)", re.IGNORECASE)
_SIGNS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
_WRAPPED = ("''", "``", "\u2018\u2019", "\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb")
_HEADERS = frozenset(
    "category categories class classes class_name class_label description descriptions"
    " display_name event events event_label event_labels filename id index label labels mid name"
    " names term terms vocabulary word words".split()
)


@dataclass(frozen=True)
class Word:
    """One class as it was written.

    Args:
        name: of the class.
        description: empty if there is none.
        where: file and line; None: it came as an argument.
    """

    name: str
    description: str
    where: str | None = None

    def fault(self, problem: str, *, hint: str | None = None) -> DataError:
        """Return the error for this class."""
        return fault(problem, self.where, hint=hint)


def fault(problem: str, where: object, *, hint: str | None = None) -> DataError:
    """Return the error for classes in a file (`where`), or in the caller's argument `events`."""
    parameter = "events" if where is None else None
    return DataError(problem, where=where, parameter=parameter, hint=hint)


def read_words(source: str | Path | Sequence[str]) -> list[Word]:
    """Return the classes of a file (one on each line), a text (between commas), or a list.

    Raises:
        DataError: a file that cannot be read, or something that is not a list of classes.
    """
    entries = _entries(source)
    if entries:
        _check_form([text for text, _ in entries], entries[0][1], file=isinstance(source, Path))
    words = [_word(text, where, between_commas=isinstance(source, str)) for text, where in entries]
    if len(words) > 1 and {words[0].name.casefold()} <= _HEADERS:
        if words[0].description.casefold() in {"", *_HEADERS}:
            raise words[0].fault(
                f"{words[0].name!r} looks like the heading of a column, not like a class",
                hint="leave it out; in quotes it is a class",
            )
    return [_plain(word) for word in words]


def _entries(source: str | Path | Sequence[str]) -> list[tuple[str, str | None]]:
    """Return each entry as it was written, and its place."""
    if isinstance(source, Path):
        return _entries_of_file(source)
    if not isinstance(source, str):
        return [(text.strip(), None) for text in source]
    lines = [line for line in read_lines(source) if line.strip()]
    return [(part.strip(), None) for line in lines for part in _divided(line, ",")]


def _entries_of_file(path: Path) -> list[tuple[str, str | None]]:
    """Return the lines of a file, comments and blank ones left out, each with its place."""
    try:
        lines = read_lines(read_text(path))
    except DataError as error:
        raise DataError(
            f"cannot be read as a vocabulary: {error.problem}",
            where=path,
            hint=error.hint or "one class a line: name, or name = description",
        ) from None
    return [
        (line.strip(), f"{path}:{number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _divided(text: str, sign: str) -> list[str]:
    """Return the parts of a text between separators, not counting those in quotes.

    Quotes count only at the beginning of a part, or after its `=`.
    """
    parts, place, begin = [], 0, 0
    while place < len(text):
        quoted = None
        if not text[begin:place].rpartition("=")[2].strip():
            quoted = _QUOTED.match(text, place)
        if quoted is not None:
            place = quoted.end()
        elif text[place] == sign:
            parts.append(text[begin:place])
            place = begin = place + 1
        else:
            place += 1
    return [*parts, text[begin:]]


def _check_form(texts: Sequence[str], where: str | None, *, file: bool) -> None:
    """Check that entries are not, as a whole, another format.

    Raises:
        DataError: they look like JSON, a file's name, or a list with numbers or colons.
    """
    first = texts[0]
    plain = "one class a line" if file else "the classes between commas, such as Dog, Guitar"
    if first[:1] in ("[", "{", "<"):
        raise fault(
            f"expected classes, got {first[:40]!r}, which looks like JSON or another format",
            where,
            hint=f"write {plain}, without brackets",
        )
    if len(texts) == 1 and not file and _FILE.fullmatch(first):
        raise fault(
            f"expected classes, got {first!r}, which looks like the name of a file",
            where,
            hint="a file is given as `vocabulary`",
        )
    if _count_on(texts):
        raise fault(
            f"the classes are numbered ({first[:40]!r})", where, hint="leave the numbers out"
        )
    if file and all(re.match(r"[^\s\"=][^\"=]*:\s+\S", text) for text in texts):
        raise fault(
            f"a colon stands between name and description ({first[:40]!r})",
            where,
            hint="write name = description; a name with a colon in it stands in quotes",
        )


def _count_on(texts: Sequence[str]) -> bool:
    """Return whether several entries all begin with a number, each one more than the last."""
    found = [_COUNTED.match(text) for text in texts]
    numbers = [int(number[1]) for number in found if number is not None]
    if len(numbers) < max(2, len(texts)):
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _word(text: str, where: str | None, *, between_commas: bool) -> Word:
    """Return one entry as a class, with any quotes still in place.

    Raises:
        DataError: it is not `name` or `name = description`.
    """
    name, *more = (part.strip() for part in _divided(text, "="))
    if not name:
        raise fault(f"expected a class name, got {text!r}", where)
    if len(more) > 1:
        raise fault(
            f"expected name = description, got {text[:60]!r}",
            where,
            hint="a description with = in it stands in quotes",
        )
    word = Word(name, more[0] if more else "", where)
    problem, hint = _odd_name(name) or _odd_part(word.description) or ("", None)
    if problem:
        if between_commas and ";" in name:
            hint = "separate classes by commas"
        raise word.fault(problem, hint=hint)
    return word


def _odd_name(name: str) -> tuple[str, str | None] | None:
    """Return what is wrong with a name as it was written, and what to do about it."""
    if _QUOTED.fullmatch(name):
        return None
    for sign, called in _SIGNS.items():
        if sign in name:
            return (
                f"{name[:60]!r} is not a single class: {called} stand in it",
                "write one class a line, a description after =; a name with such a sign in it"
                " stands in quotes",
            )
    return _listed(name) or _odd_part(name)


def _listed(name: str) -> tuple[str, str | None] | None:
    if _ITEM.match(name):
        return (f"{name[:60]!r} looks like an item of a list", "leave out what stands before it")
    return None


def _odd_part(text: str) -> tuple[str, str | None] | None:
    """Return what may be wrong with a name as well as with a description; None: nothing."""
    if _QUOTED.fullmatch(text):
        return None
    if text.startswith('"'):
        return (
            f"expected a quote at the end of {text[:60]!r} and nothing after it",
            "double the quotes inside it",
        )
    if any(text[:1] == pair[0] and text[-1:] == pair[1] and len(text) > 2 for pair in _WRAPPED):
        return (f"{text[:60]!r} stands in quotes of another kind", 'leave them out, or write "')
    if _COMMENT.search(text):
        return (f"{text[:60]!r} holds a comment", "a comment takes a line of its own, after #")
    return None


def _plain(word: Word) -> Word:
    """Return a class without the quotes around its parts."""
    name, description = (_unquoted(part) for part in (word.name, word.description))
    if not name.strip() or not name.isprintable():
        raise word.fault(f"expected a class name, got {name!r}")
    return Word(name, description, word.where)


def _unquoted(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return text if found is None else found[1].replace('""', '"')


def no_single_class(name: str) -> str | None:
    """Return why a name in `dataset.toml` is not that of a single class; None if it is."""
    if "," in name or ";" in name or name != name.strip() or not name:
        return f"class {name!r} cannot stand in a comma-separated list"
    found = _listed(name)
    return None if found is None else found[0]

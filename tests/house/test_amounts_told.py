"""No message says "1 clips": what is counted goes through `amounts.amount`."""

import ast
import re
from collections.abc import Iterator

import pytest

from source_texts import PACKAGE

MANY = re.compile(
    r" (?:(?!of|for)[a-z]+ )?(?:captions|classes|clips|epochs|events|files|groups|labels|moments"
    r"|predictions|processes|rows|segments|tensors|timelines|videos)\b"
)
# what is filled in before such a word, and is no number or never one; limits are in capitals
REASONED = {
    "clip": "a name",
    "clips": "how many of each split",
    "self.stage.name": "a name",
    "path": "a path",
    "track": "audio or visual",
    "len(LABEL_FILES)": "files of LLP, several",
    "network['rows']": "frames of a clip, several",
    "found['grid']['count']": "too many segments",
    "summary.done / seconds": "a rate, as clips/s",
    "self.run.grid.count": "in the record of how a timeline was made, which stays as it is",
    "segments": "rows are a multiple of them",
    "self.segments": "those that a network was built for",
    "out.shape[1]": "rows a clip",
    "total": "rows in all clips",
}


def unsure(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and value of what stands before a plural without a choice."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, text in zip(node.values, node.values[1:], strict=False):
            said = text.value if isinstance(text, ast.Constant) else ""
            if isinstance(value, ast.FormattedValue) and MANY.match(str(said)):
                filled = ast.unparse(value.value)
                if not filled.isupper():
                    yield node.lineno, filled


def found() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, value in unsure(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(PACKAGE).as_posix()}:{line}", value


def test_what_is_counted_is_one_or_many() -> None:
    assert [(where, value) for where, value in found() if value not in REASONED] == []


def test_every_exception_is_needed() -> None:
    assert REASONED.keys() == {value for _, value in found()} & REASONED.keys()


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ('f"{len(a):,} clips"', ["len(a)"]),
        ('f"{n} more rows"', ["n"]),
        ("f\"{amount(n, 'clip')} left\"", []),
        ('f"at most {_MOST} clips of {n} is the limit"', []),
    ],
)
def test_the_check_can_fail(source: str, values: list[str]) -> None:
    assert [value for _, value in unsure(source)] == values

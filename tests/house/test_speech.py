"""The library does not speak command line: outside `cli/` no text names an `--option`.

An error names the parameter, which `cli/options.py` turns into the option.  A whole command line
(`seehear models fetch --preset offline`) may be said anywhere: it is something to run, not an
option of the caller.
"""

import re
from collections.abc import Iterator

import pytest

from source_texts import PACKAGE, docstrings, texts

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
COMMAND = re.compile(r"\bseehear [a-z]+ [^;,()`]*")
# text of a file -> why it may stand there
REASONED = {
    "weights/cache.py": {"--preset {}": "part of a command", " --from FILE": "part of a command"},
    "features/commands.py": {"--sampling paper": "part of a command"},
    "errors.py": {"`--threshold`": "what the command line says instead"},
    "export/__init__.py": {"`--help`": "whose summary it is"},
}


def spoken(text: str) -> list[str]:
    """Return the options a text names outside a command line."""
    return OPTION.findall(COMMAND.sub("", text))


def found() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if file.startswith("cli/"):
            continue
        source = path.read_text(encoding="utf-8")
        for line, text in [*texts(source), *docstrings(source)]:
            for allowed in REASONED.get(file, ()):
                text = text.replace(allowed, "")
            yield from (f"{file}:{line}: {option}" for option in spoken(text))


def test_only_the_command_line_names_options() -> None:
    assert list(found()) == []


def test_every_exception_is_needed() -> None:
    for file, allowed in REASONED.items():
        source = (PACKAGE / file).read_text(encoding="utf-8")
        said = [text for _, text in [*texts(source), *docstrings(source)]]
        for text in allowed:
            assert any(text in one and spoken(one) for one in said), f"{file}: {text}"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("choose another --out", ["--out"]),
        ("run: seehear models fetch --preset offline, or pass --from FILE", ["--from"]),
        ("wait - or -- leave", []),
    ],
)
def test_the_check_can_fail(text: str, options: list[str]) -> None:
    assert spoken(text) == options

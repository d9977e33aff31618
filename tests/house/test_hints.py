"""What our messages tell the user to type exists: commands, their options, recipe settings."""

import argparse
import re
from collections.abc import Iterator
from functools import cache

import pytest

from seehear.cli.main import COMMANDS, build_parser
from seehear.errors import ConfigError
from source_texts import PACKAGE, texts

# "seehear" is also the product, and these words follow it in a sentence
PROSE = {"does", "has", "itself", "model", "that", "timeline", "wrote"}
NAMED = re.compile(
    r"\bseehear (?P<name>[a-z]+)(?: (?P<action>[a-z]+))?|(?<![\w-])(?P<option>--[a-z][a-z-]*)"
)
SETTING = re.compile(
    r"(?<![\w.])(?:labels|network|losses|training|decoding)\.(?!json\b)[a-z_]+(?:\.[a-z_]+)*(?:=\w+)?"
)


@cache
def words(command: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the options of a command, and the actions it can be given (`ls` of models)."""
    commands = next(
        a for a in build_parser(command)._actions if isinstance(a, argparse._SubParsersAction)
    )
    options, actions, left = {"--version"}, set(), [commands.choices[command]]
    while left:
        for action in left.pop()._actions:
            options.update(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                left += action.choices.values()
            if not action.option_strings and action.choices:
                actions.update(action.choices)
    return frozenset(options), frozenset(actions)


def unknown(text: str) -> list[str]:
    """Return what a text names although the command line does not have it.

    An option belongs to the command named before it in its part of the sentence; without one, to
    any command, as messages about one command's options are not always in its own file.
    """
    wrong = []
    for part in re.split(r"[,;(]", text):
        command = None
        for match in NAMED.finditer(part):
            name, action, option = match["name"], match["action"], match["option"]
            if name in COMMANDS:
                command = name
                if action and words(name)[1] and action not in words(name)[1]:
                    wrong.append(f"seehear {name} {action}")
            elif name and name not in PROSE:
                wrong.append(f"seehear {name}")
            elif option and not any(
                option in words(c)[0] for c in ([command] if command else COMMANDS)
            ):
                wrong.append(f"{option} of {command or 'any command'}")
    return wrong


def sources() -> Iterator[tuple[str, int, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        yield from ((file, line, text) for line, text in texts(path.read_text(encoding="utf-8")))


def test_commands_and_options_that_messages_name_exist() -> None:
    wrong = [f"{file}:{line}: {what}" for file, line, text in sources() for what in unknown(text)]
    assert not wrong, "\n".join(wrong)


def test_recipe_settings_that_messages_name_exist() -> None:
    pytest.importorskip("torch")
    from seehear.recipes import RECIPES, apply

    def exists(path: str, value: str) -> bool:
        for recipe in RECIPES.values():
            try:
                apply(recipe, {path: value or "1"})
            except ConfigError as error:
                if value or error.problem.startswith(("no setting", "nothing below")):
                    continue
            return True
        return False

    named = {match for _, _, text in sources() for match in SETTING.findall(text)}
    assert {
        "training.select=last",
        "labels.segments.rule=calibrated",
        "training.clip_norm",
    } <= named
    assert [setting for setting in sorted(named) if not exists(*setting.partition("=")[::2])] == []
    assert not exists("training.clip_nrom", "")
    assert not exists("training.select", "best")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("run: seehear denois X", ["seehear denois"]),
        ("run seehear models lst", ["seehear models lst"]),
        ("labels of seehear denoise --rule lsld", ["--rule of denoise"]),
        ("choose another --uot", ["--uot of any command"]),
        ("seehear models fetch ID --from FILE, or leave out --port of the seehear model", []),
    ],
)
def test_the_check_can_fail(text: str, wrong: list[str]) -> None:
    assert unknown(text) == wrong
    assert [
        found for _, found in texts(f'"""seehear docstring"""\nx(["--pip"], hint=f"{text}")')
    ] == [text]

"""What the command line calls the library's parameters, and the values of its options."""

from pathlib import Path

import pytest

from seehear.cli.main import COMMANDS, build_parser
from seehear.cli.options import _arguments, _below, option_of, spoken
from seehear.errors import ConfigError, MissingRowsError

# what a placeholder may be, by the type of the value: the rule is in seehear/cli/__init__.py
_PATHS = {"FILE", "FOLDER", "PATH", "FEATURES", "LABELS", "RUN", "MODEL"}
_NAMES = {"NAME", "SPLIT", "SET", "ID", "PART", "FORMAT", "HOST"}
_WORDS = {"WORD", "WORDS", "LIST", "TEXT", "URL"}
_FORMS = {"NAME=VALUE", "COLUMN=ENCODER", "CLIP@SECONDS", "HH:MM:SS:FF"}
_NUMBERS = {"N", "P", "SECONDS", "HOURS", "MB", "SEGMENTS", "STEPS", "LEVELS"}
PLACEHOLDERS = {
    int: _NUMBERS - {"P"},
    float: _NUMBERS,
    Path: _PATHS,
    None: _PATHS | _NAMES | _WORDS | _FORMS | {"N", "P"},
}


@pytest.mark.parametrize(
    ("command", "parameter", "typed"),
    [
        ("parse", "threshold", "--threshold"),
        ("parse", "timeout_s", "--timeout"),
        ("extract", "keep_frames", "--keep-frames"),
        ("models", "source", "--from"),
        ("recipes", "settings training.epochs", "--set training.epochs"),
        ("train", "settings", "--set"),
        ("train", "features", "--set features"),
        ("evaluate", "features", "--features"),
        ("evaluate", "dataset", "DATASET"),
        ("parse", "features", "features"),
    ],
)
def test_a_parameter_is_called_as_the_command_spells_it(command, parameter, typed) -> None:
    assert option_of(parameter, build_parser(command), command) == typed


def test_an_error_names_options_wherever_it_names_parameters() -> None:
    error = ConfigError(
        "expected a number", where="a.toml", parameter="threshold", hint="leave `preset` out"
    )
    assert str(error) == "threshold: a.toml: expected a number; leave `preset` out"
    assert (
        spoken(error, build_parser("parse"), "parse")
        == "--threshold: a.toml: expected a number; leave --preset out"
    )
    assert spoken(error, build_parser("doctor"), "doctor").endswith("leave preset out")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("train", "delete the rows, or leave them out with --skip-missing"),
        ("denoise", "delete the rows, or leave them out with --skip-missing"),
        ("evaluate", "delete the rows, or score them as empty with --missing empty"),
        ("report", "delete the rows"),
    ],
)
def test_clips_without_features_are_told_with_the_commands_own_option(command, told) -> None:
    error = MissingRowsError("1 of 9 clips without features", hint="delete the rows")
    assert spoken(error, build_parser(command), command).endswith(f"features; {told}")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_placeholder_of_an_option_is_one_of_the_agreed_words(command) -> None:
    for action in _arguments(_below(build_parser(command))[command]):
        if action.option_strings and action.nargs != 0 and action.choices is None:
            name = action.option_strings[-1]
            assert action.metavar in PLACEHOLDERS[action.type], name


def test_the_same_option_has_the_same_placeholder_in_every_command() -> None:
    # these take something else in each command
    differ = {"--against", "--clips", "--features", "--format", "--import", "--labels", "--media"}
    differ |= {"--out", "--to"}
    found: dict[str, set[str]] = {}
    for command in COMMANDS:
        for action in _arguments(_below(build_parser(command))[command]):
            for name in action.option_strings:
                if action.nargs != 0 and action.choices is None and name not in differ:
                    found.setdefault(name, set()).add(action.metavar)
    assert {name: words for name, words in found.items() if len(words) > 1} == {}

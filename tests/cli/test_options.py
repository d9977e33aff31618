"""What the command line calls the library's parameters."""

import pytest

from seehear.cli.main import build_parser
from seehear.cli.options import option_of, spoken
from seehear.errors import ConfigError


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

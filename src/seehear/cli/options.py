"""What the command line calls a parameter of the library: `threshold` is `--threshold` to a user.

The library names parameters as a Python caller writes them; what a command calls them is read from
its own parser, so an option is spelled in one place.
"""

import argparse
from collections.abc import Iterator

from seehear.errors import MissingRowsError, SeehearError

# command -> parameter -> what to type, where the parameter's name leads to no option or a wrong one
_OTHERWISE = {
    "export": {"events": "--labels"},
    "train": {"features": "--set features"},
    "reproduce": {"features": "--inputs"},
}
# option -> what it does about clips without features
_WITHOUT_ROWS = {
    "--skip-missing": "leave them out with --skip-missing",
    "--missing": "score them as empty with --missing empty",
}


def spoken(error: SeehearError, parser: argparse.ArgumentParser, command: str) -> str:
    """Return an error as one line that names the options of `command` instead of parameters."""
    line = error.told(named=lambda parameter: option_of(parameter, parser, command))
    if isinstance(error, MissingRowsError):
        known = options(parser, command)
        line += "".join(f", or {text}" for name, text in _WITHOUT_ROWS.items() if name in known)
    return line


def option_of(parameter: str, parser: argparse.ArgumentParser, command: str) -> str:
    """Return what `command` calls a parameter: an option, or the word for an argument.

    A parameter without an option keeps its name.  What follows a space stays, as in
    `settings training.epochs`, which becomes `--set training.epochs`.

    Args:
        parameter: as a Python caller writes it.
        parser: of `seehear`, with the command filled in.
        command: whose options the user has.
    """
    name, space, rest = parameter.partition(" ")
    return f"{_typed(name, parser, command)}{space}{rest}"


def _typed(name: str, parser: argparse.ArgumentParser, command: str) -> str:
    otherwise = _OTHERWISE.get(command, {})
    if name in otherwise:
        return otherwise[name]
    found = {action.dest: action for action in _arguments(_below(parser).get(command, parser))}
    action = found.get(name) or found.get(name.removesuffix("_s"))  # `timeout_s` is --timeout
    if action is None:
        return name
    if action.option_strings:
        return action.option_strings[-1]
    return str(action.metavar or action.dest)


def options(parser: argparse.ArgumentParser, command: str) -> list[str]:
    """Return the options of a command and of its subcommands, as they are typed."""
    arguments = _arguments(_below(parser).get(command, parser))
    return [option for action in arguments for option in action.option_strings]


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a parser's subcommands."""
    return {
        name: below
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, below in action.choices.items()
    }


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a command and of its subcommands (`ls`)."""
    yield from parser._actions
    for below in _below(parser).values():
        yield from _arguments(below)

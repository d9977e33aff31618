"""Entry point: imports the command asked for, turns errors into one line and an exit code."""

import argparse
import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Iterable
from types import FrameType
from typing import NoReturn

from seehear._version import __version__
from seehear.errors import ConfigError, ForeignCodeError, MissingExtraError, SeehearError

# command -> (module below seehear.cli, one line of help); a module is imported only when its
# command runs
COMMANDS: dict[str, tuple[str, str]] = {
    "parse": ("parse", "make timelines of videos: what is heard, what is seen, and when"),
    "demo": ("demo", "make clips of its own and run everything on them"),
    "extract": ("extract", "compute the features of every clip of a dataset"),
    "denoise": ("denoise", "turn weak labels into segment labels (LSLD)"),
    "train": ("train", "train a published system"),
    "evaluate": ("evaluate", "score predictions against the truth"),
    "reproduce": ("reproduce", "run the rows of a published table"),
    "recipes": ("recipes", "show the published systems, each on one page"),
    "convert": (
        "convert",
        "convert an official checkpoint to our format, or a library to Parquet parts",
    ),
    "compact": ("compact", "join the many small parts of a Parquet library into few"),
    "models": ("models", "list, fetch and verify pretrained weights"),
    "import": ("importing", "turn annotations of other tools into timelines or a dataset"),
    "export": ("export", "write a timeline or a whole library in another format"),
    "review": ("review", "list what to look at next; take in corrections from files"),
    "captions": ("captions", "put captions of sounds into a film's subtitles"),
    "teach": ("teach", "make a better parser from what was reviewed"),
    "decode": ("decode", "decide again from the scores that timelines keep"),
    "search": ("search", "find moments in many parsed videos"),
    "share": ("share", "publish a trained parser with its model card, on a hub or elsewhere"),
    "serve": ("serve", "serve a local web page with player, lanes and search"),
    "report": ("report", "make figures and HTML reports of runs and clips"),
    "fetch": ("fetch", "fetch public datasets, ready to be used"),
    "doctor": ("doctor", "check the installation and a dataset"),
}

# optional package, as imported -> the extra that brings it; a command that needs more extras
# stands in _COMMAND_EXTRAS
_EXTRAS = {
    "av": "media",
    "PIL": "media",
    "torch": "train",
    "safetensors": "train",
    "jaxtyping": "train",
    "onnxruntime": "offline",
    "onnx": "train",
    "tokenizers": "offline",
    "transformers": "clip",
    "torchvision": "vision",
    "matplotlib": "plot",
    "duckdb": "library",
    "pyarrow": "library",
    "fastapi": "web",
    "uvicorn": "web",
    "ray": "ray",
    "fsspec": "share",
    "huggingface_hub": "share",
    "tensorboard": "tensorboard",
    "lance": "lance",
    "faiss": "nearest",
}
_SURE = 0.85  # the least likeness of an option that is certainly meant
_COMMAND_EXTRAS = {"demo": "offline,train,library"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        only: the one command to import and fill in with its options, which keeps start-up short;
            None: all are listed, none is filled in.
    """
    parser = _Parser(
        prog="seehear",
        description="What is heard, what is seen, and when.",
        epilog="To begin: seehear demo --clip first.mp4 makes a clip and says what to type next.",
    )
    parser.add_argument("--version", action="version", version=f"seehear {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", required=True
    )
    for name, (module, line) in COMMANDS.items():
        if only is None or name == only:
            command = commands.add_parser(name, help=line, description=line)
            if name == only:
                importlib.import_module(f"seehear.cli.{module}").configure(command)
                command.add_argument(
                    "--debug", action="store_true", help="show the full traceback of an error"
                )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 some items failed, 2 nothing could be done."""
    argv = sys.argv[1:] if argv is None else argv
    only = _asked(argv)
    parser = args = None
    if not argv:
        build_parser().print_help(sys.stderr)
        return 2
    try:
        with _decoder_ahead(argv):
            parser = build_parser(only)
            args = _parse(parser, argv)
            run = importlib.import_module(f"seehear.cli.{COMMANDS[args.command][0]}").run
            return int(run(args))
    except BrokenPipeError:  # the reader of our output went away (| head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (SeehearError, ModuleNotFoundError, OSError) as error:
        line = _line(error, only or "", parser)
        if line is None or (args is not None and args.debug):
            raise
        print(f"seehear: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(
            "seehear: interrupted; what was finished is kept, run the same command again to go on",
            file=sys.stderr,
        )
        return 128 + (stop.args[0] if stop.args else signal.SIGINT)


def _asked(argv: list[str]) -> str | None:
    """Return the command that was asked for; None where it is none of ours."""
    return argv[0] if argv and argv[0] in COMMANDS else None


def _decoder_ahead(argv: list[str]) -> contextlib.AbstractContextManager[None]:
    """Return a context that starts a decoding process for `parse`, ready when it is needed."""
    if argv[:1] != ["parse"] or not any(map(os.path.exists, argv[1:])):
        return contextlib.nullcontext()
    from seehear.streaming.spare import started_ahead

    return started_ahead()


def _parse(parser: argparse.ArgumentParser, argv: list[str]) -> argparse.Namespace:
    if any("\0" in text for text in argv):
        raise ConfigError("expected names without a zero byte")
    if argv and argv[0][:1] != "-" and argv[0] not in COMMANDS:
        parser.error(f"expected a command, got {argv[0]!r}{_meant(argv[0], COMMANDS)}")
    if argv[:1] == ["search"]:
        from seehear.cli.dashes import check_dashes
        from seehear.cli.options import options

        check_dashes(argv[1:], options(parser, "search"))
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        from seehear.cli.options import options

        parser.prog = f"seehear {args.command}"  # the message points to the --help of the command
        name = unknown[0].partition("=")[0]
        known = options(parser, args.command)
        meant = ""
        if name[:2] == "--":
            meant = _setting(unknown, known, args) or _meant(name, known)
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
    return args


def _setting(unknown: list[str], known: list[str], args: argparse.Namespace) -> str:
    """Return ` (did you mean --set ...?)` where an option is a setting of the recipe; else empty.

    Args:
        unknown: what was not understood, from that option on.
        known: the options of the command.
        args: what was understood.
    """
    from seehear.closest import closest

    name, _, value = unknown[0].partition("=")
    if "--set" not in known or closest(name, known, cutoff=_SURE) is not None:
        return ""
    try:
        from seehear.recipes import RECOMMENDED, get
        from seehear.recipes.settings import setting_called

        recipe = getattr(args, "recipe", None) or getattr(args, "name", None) or RECOMMENDED
        path = setting_called(get(recipe), name[2:].replace("-", "_"))
    except (ImportError, SeehearError):  # without PyTorch there are no recipes
        return ""
    if path is None:
        return ""
    if not value and len(unknown) > 1 and unknown[1][:2] != "--":
        value = unknown[1]
    return f" (did you mean --set {path}={value or 'VALUE'}?)"


def _meant(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` for a misspelt name; empty if no known name is near."""
    from seehear.closest import closest

    near = closest(name, known)
    return "" if near is None else f" (did you mean {near}?)"


def _line(
    error: SeehearError | ModuleNotFoundError | OSError,
    command: str,
    parser: argparse.ArgumentParser | None,
) -> str | None:
    """Return what to tell the user about an error, or None if it is a fault of our own."""
    if isinstance(error, SeehearError):
        from seehear.cli.options import spoken

        line = str(error) if parser is None else spoken(error, parser, command)
        foreign = isinstance(error, ForeignCodeError)
        return f"{line}; --debug shows the traceback" if foreign else line
    if isinstance(error, OSError):  # the system's, where no one had more to say about it
        from seehear.files import unusable

        return str(unusable(error))
    package = (error.name or "").split(".")[0]
    if package not in _EXTRAS:
        return None
    return str(MissingExtraError.of(package, _COMMAND_EXTRAS.get(command, _EXTRAS[package])))


def entry() -> None:
    """Run from the shell; a kill or a closed terminal stops it in order, as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not every system has both
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)
    # file names need not be UTF-8: their bytes are printed as they are
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")
    sys.exit(main())


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    entry()
